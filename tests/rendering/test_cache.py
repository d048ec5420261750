"""Pages are kept from one build to the next, exactly as long as nothing that they are made from has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.little_site import LittleSite

JANUARY, MARCH, JULY = 1767225600, 1772323200, 1782864000
"""Seconds of the epoch: the first of each month, 2026."""


def build(site: LittleSite, *arguments: str, epoch: int = JANUARY, **environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "replisite", "build", "--json", "--site", str(site.root), *arguments]
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), **environment}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def pages(site: LittleSite) -> dict[str, bytes]:
    return {path: body for path, body in site.files().items() if not path.startswith(".replisite/")}


def test_a_build_with_another_roster_reads_no_content(little: LittleSite) -> None:
    """It gives the same bytes as a build that does."""
    assert not build(little)["is_content_kept"]
    little.roster(
        "N1,nora,Nora,New,,,,GB,active,,first_name", "Z1,zoe,Zoë,Zest,,,,GB,active,,first_name last_name"
    )
    report = build(little)
    assert (report["is_content_kept"], report["proofs"], report["sites"]) == (True, 0, 2)
    kept = pages(little)
    assert any(path.startswith("nora/") for path in kept)
    report = build(little, "--fresh")
    assert (report["is_content_kept"], report["proofs"] > 0) == (False, True)
    assert pages(little) == kept


def _touch(name: str, more: str) -> Callable[[LittleSite], None]:
    def change(site: LittleSite) -> None:
        path = site.root / name
        site.write(name, (path.read_text() if path.exists() else "") + more)

    return change


@pytest.mark.parametrize(
    "change",
    [
        _touch("content/pages/about.md", "\nMore.\n"),
        _touch("content/pages/new.md", "---\ntitle: New\n---\nNew.\n"),
        _touch("themes/little/templates/page.html", " "),
        _touch("themes/little/static/new.css", "a {}"),
        _touch("site.toml", '\n[pelican]\nANYTHING = "else"\n'),
    ],
)
def test_a_change_is_seen(little: LittleSite, change: Callable[[LittleSite], None]) -> None:
    """In content, templates, the theme's files or site.toml."""
    build(little)
    assert build(little)["is_content_kept"]
    change(little)
    assert not build(little)["is_content_kept"]
    assert build(little)["is_content_kept"]


def test_only_what_was_asked_for_is_kept(little: LittleSite) -> None:
    """Drafts are other pages."""
    build(little)
    assert not build(little, "--drafts")["is_content_kept"]
    assert build(little, "--drafts")["is_content_kept"]


def test_another_language_of_the_machine_is_seen(little: LittleSite) -> None:
    """Pelican writes dates as the machine does."""
    build(little, LC_ALL="C")
    assert not build(little, LC_ALL="C.UTF-8")["is_content_kept"]


def test_a_file_beside_the_content_is_seen(little: LittleSite) -> None:
    """Whatever was opened while the content was read, wherever it lies."""
    more = '\n[pelican]\nTHEME_TEMPLATES_OVERRIDES = ["more"]\n'
    little.write("site.toml", (little.root / "site.toml").read_text() + more)
    little.write("more/page.html", "{{ page.title }} one")
    build(little)
    assert build(little)["is_content_kept"]
    little.write("more/page.html", "{{ page.title }} two")
    assert not build(little)["is_content_kept"]
    assert pages(little)["about/index.html"] == b"About two"


@pytest.mark.parametrize("name", ["templates/page.html", "more/page.html", "more/deep/page.html"])
def test_a_folder_that_is_made_later_is_seen(little: LittleSite, name: str) -> None:
    """Templates of the site and those of a folder that a setting names win over the theme's once they exist."""
    folder = name.rpartition("/")[0]
    more = f'\n[pelican]\nTHEME_TEMPLATES_OVERRIDES = ["{folder}"]\n' if folder != "templates" else ""
    little.write("site.toml", (little.root / "site.toml").read_text() + more)
    build(little)
    assert build(little)["is_content_kept"]
    little.write(name, "{{ page.title }} of the site")
    assert not build(little)["is_content_kept"]
    assert pages(little)["about/index.html"] == b"About of the site"
    assert build(little)["is_content_kept"]


def test_all_pages_are_proved_from_their_content(little: LittleSite) -> None:
    """Jinja's own rendering needs what Pelican read."""
    build(little)
    report = build(little, "--prove", "all")
    assert (report["is_content_kept"], report["proofs"] > 0) == (False, True)


def test_content_that_comes_or_goes_is_seen(little: LittleSite) -> None:
    """A date is a change of its own: pages are kept until the next one, and not before they were made."""
    little.write("content/pages/offer.md", "---\ntitle: Offer\nexpires: 2026-06-01\n---\nUntil June.\n")
    build(little)
    assert build(little, epoch=MARCH)["is_content_kept"]
    assert "offer/index.html" in pages(little)
    report = build(little, epoch=JULY)
    assert not report["is_content_kept"]
    assert "offer/index.html" not in pages(little)
    assert not build(little, epoch=JANUARY)["is_content_kept"]


@pytest.mark.parametrize("damage", [b"", b"not a pickle", b"\x80\x05K\x01."])
def test_what_is_damaged_is_made_anew(little: LittleSite, damage: bytes) -> None:
    """Nobody notices."""
    build(little)
    (little.root / ".replisite/pages/plates.pickle").write_bytes(damage)
    assert not build(little)["is_content_kept"]
    assert build(little)["is_content_kept"]


def test_a_site_with_plugins_keeps_nothing(little: LittleSite) -> None:
    """A plugin may read anything: a clock, a network."""
    little.write("site.toml", (little.root / "site.toml").read_text() + "\n[pelican]\nPLUGINS = []\n")
    build(little)
    assert build(little)["is_content_kept"]
    little.write("plugins/nothing.py", "def register():\n    pass\n")
    text = (little.root / "site.toml").read_text()
    little.write(
        "site.toml", text.replace("PLUGINS = []", 'PLUGINS = ["nothing"]\nPLUGIN_PATHS = ["plugins"]')
    )
    build(little)
    assert not build(little)["is_content_kept"]


def test_what_content_says_of_the_company_is_text(little: LittleSite) -> None:
    """It is the same for everybody, and no reason to read the content again."""
    little.write(
        "content/pages/about.md", "---\ntitle: About\n---\n{{ site.company.email }} {{ distributor.name }}\n"
    )
    assert build(little)["content_not_kept"] == ""
    assert build(little)["is_content_kept"]
    assert b"desk@little.example Jane Doe" in pages(little)["jane/about/index.html"]


def test_a_page_that_is_rendered_in_full_is_not_kept(little: LittleSite) -> None:
    """It needs all that Pelican read; the warning says why."""
    written = "{% set ns = namespace(x=1) %}{% set ns.x = distributor.name %}{{ ns.x }}"
    little.change("themes/little/templates/page.html", "{{ page.content", f"{written}{{{{ page.content")
    report = build(little)
    assert any("page.html:" in warning and "namespace" in warning for warning in report["warnings"])
    assert report["content_not_kept"] == "a page is rendered in full for every owner, of all that was read"
    assert not build(little)["is_content_kept"]


def test_files_that_exist_once_come_from_what_was_kept(little: LittleSite) -> None:
    """Theme and content files are the same bytes in the next output."""
    build(little)
    before = pages(little)
    assert build(little)["is_content_kept"]
    assert pages(little) == before
    assert "theme/css/little.css" in before


TARGET = '\n[targets.live]\nhost = "folder"\npath = "/srv/www"\n'
FIELD = '\n[[roster.fields]]\nname = "motto"\nlabel = "{}"\ntype = "{}"\n'


def _say(more: str) -> Callable[[LittleSite], None]:
    return _touch("site.toml", more)


def _swap(old: str, new: str) -> Callable[[LittleSite], None]:
    return lambda site: site.change("site.toml", old, new)


def _move_roster(site: LittleSite) -> None:
    (site.root / "content/roster.csv").rename(site.root / "people.csv")
    _say('\n[roster]\nsource = "people.csv"\n')(site)


def _rename_theme(site: LittleSite) -> None:
    (site.root / "themes/little").rename(site.root / "themes/new")
    site.change("site.toml", 'theme = "little"', 'theme = "new"')


@pytest.mark.parametrize(
    "change",
    [
        _say(TARGET),
        _move_roster,
        _say("\n[build]\npage_seconds = 9\nplugin_seconds = 99\n"),
        _say('\n[headers]\nX-Own = "1"\n'),
        _say('\n[addresses]\nreserved = ["tea"]\nlapsed = "gone"\n'),
    ],
    ids=["target", "roster", "limits", "headers", "addresses"],
)
def test_a_field_that_no_page_depends_on_changes_nothing(
    little: LittleSite, change: Callable[[LittleSite], None]
) -> None:
    """No content is read, and the pages are those of a build that reads it."""
    build(little)
    change(little)
    assert build(little)["is_content_kept"]
    reused = pages(little)
    assert not build(little, "--fresh")["is_content_kept"]
    assert pages(little) == reused


def test_a_custom_column_is_read_in_another_way(little: LittleSite) -> None:
    """Its name is known to templates, its label and type to the roster alone."""
    _say(FIELD.format("Motto", "text"))(little)
    build(little)
    little.change("site.toml", 'label = "Motto"\ntype = "text"', 'label = "Words"\ntype = "number"')
    assert build(little)["is_content_kept"]
    little.change("site.toml", 'name = "motto"', 'name = "words"')
    assert not build(little)["is_content_kept"]


@pytest.mark.parametrize(
    "change",
    [
        _swap('name = "Little"', 'name = "Larger"'),
        _swap("{?id}", "{?id,alias}"),
        _swap('currency = "GBP"', 'currency = "EUR"'),
        _swap('languages = ["en"]', 'languages = ["en", "cy"]'),
        _swap("[markets.GB]", '[markets.US]\ncurrency = "USD"\nlanguages = ["en"]\n\n[markets.GB]'),
        _swap('email = "desk@', 'email = "till@'),
        _rename_theme,
    ],
    ids=["name", "links", "currency", "languages", "editions", "company", "theme"],
)
def test_a_field_that_pages_show_has_the_content_read(
    little: LittleSite, change: Callable[[LittleSite], None]
) -> None:
    """And staged again."""
    build(little)
    change(little)
    assert not build(little)["is_content_kept"]


def test_a_template_that_names_a_target_sees_another_one(little: LittleSite) -> None:
    """Templates have the whole site: a field counts once a template reads it."""
    _say(TARGET)(little)
    little.change("themes/little/templates/page.html", "<h1>", "{{ site.targets.live.settings.path }}<h1>")
    build(little)
    assert "/srv/www" in little.page("about/index.html")
    little.change("site.toml", "/srv/www", "/srv/other")
    assert not build(little)["is_content_kept"]
    assert "/srv/other" in little.page("about/index.html")


def test_a_published_file_that_becomes_the_roster_is_published_no_more(little: LittleSite) -> None:
    """Neither by [roster] source, nor because a symbolic link beside the content leads to it."""
    table = "id,alias,first_name,last_name\nA1,jane,Jane,Doe\n"
    little.write("content/extra/list.csv", "sku;price\nS-1;4.5\n")
    build(little)
    assert build(little)["is_content_kept"]
    assert (little.output / "list.csv").exists() or (little.output / "extra/list.csv").exists()
    little.write("content/extra/list.csv", table)
    _say('\n[roster]\nsource = "content/extra/list.csv"\n')(little)
    build(little)
    (little.root / "people.csv").symlink_to("content/extra/list.csv")
    little.change("site.toml", "content/extra/list.csv", "people.csv")
    build(little)
    assert not [path for path in little.files() if path.endswith("list.csv")]
