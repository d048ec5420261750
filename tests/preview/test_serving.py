"""Who is served what: hosts, paths, ports, member pages, other devices."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.little_site import LittleSite, run_replisite
from tests.preview.running import RunningPreview

HELP = '{% extends "base.html" %}{% block main %}<h1>{{ help_article.title }}</h1>{% endblock %}'
HELP_LIST = '{% extends "base.html" %}{% block main %}{% for t in help_topics %}{% for a in t.articles %}<a href="{{ SITEURL }}/{{ a.url }}">{{ a.title }}</a>{% endfor %}{% endfor %}{% endblock %}'


@pytest.fixture
def running(little: LittleSite) -> Iterator[RunningPreview]:
    """The little site in a preview."""
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        yield preview


def test_only_names_of_this_machine_are_answered(running: RunningPreview) -> None:
    """A page on the web that leads its own name here (DNS rebinding) gets nothing."""
    for host in ("localhost", "jane.localhost", "127.0.0.1", "[::1]"):
        assert running.get("/about/", host=f"{host}:{running.port}").status == 200, host
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example"):
        for path in ("/about/", "/_replisite/people?q=j", "/_replisite/events?at=/"):
            assert running.get(path, host=f"{host}:{running.port}").status == 400, (host, path)


@pytest.mark.parametrize(
    "path",
    [
        "/../site.toml",
        "/%2e%2e/site.toml",
        "/theme/../../site.toml",
        "/theme/%2e%2e%2f%2e%2e%2fsite.toml",
        "/content/roster.csv",
        "/site.toml",
        "/jane/../../site.toml",
        "/_replisite/../site.toml",
        "/_replisite/%2e%2e/server.py",
        "//etc/passwd",
        "/.replisite/people.sqlite",
        "/theme/css/little.css%00",
    ],
)
def test_nothing_else_is_served(running: RunningPreview, path: str) -> None:
    """Neither the roster, nor what lies beside the site."""
    got = running.get(path)
    assert got.status in {400, 404}
    assert "jane@example.com" not in got.text
    assert "[company]" not in got.text
    assert "root:" not in got.text


def test_what_is_not_published_is_nowhere(running: RunningPreview) -> None:
    """Neither on pages nor in what the toolbar gets."""
    asked = [
        "/jane/about/",
        "/_replisite/people?q=jane",
        "/_replisite/page?at=/jane/",
        "/_replisite/personal?at=/jane/",
    ]
    for path in asked:
        assert "jane@example.com" not in running.get(path).text
    assert running.ask("/_replisite/people?q=jane")[0]["name"] == "Jane Doe"
    assert [found["alias"] for found in running.ask("/_replisite/people?q=fo")] == []
    assert running.ask("/_replisite/people?q=wilm")[0]["status"] == "lapsed"


def test_who_has_no_site_is_told_of(running: RunningPreview) -> None:
    """The page is the host's own for what is not there; the toolbar says why."""
    got = running.get("/wilma/about/")
    assert got.status == 404
    assert "Not here" in got.text
    assert (
        "wilma has no site: the distributor is lapsed"
        in running.ask("/_replisite/page?at=/wilma/about/")["warnings"]
    )
    assert running.get("/nobody/about/").status == 404


def test_a_port_in_use_is_named_with_the_next_free_one(little: LittleSite) -> None:
    """Exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_replisite("preview", "--site", str(little.root), "--no-open", "--port", str(port))
    assert done.returncode == 2
    assert f"port {port} is in use; the next free one is {port + 1}" in done.stderr


def test_two_previews_side_by_side(little: LittleSite) -> None:
    """Of the same site, and both see an edit."""
    with RunningPreview(little.root) as one, RunningPreview(little.root) as other:
        for preview in (one, other):
            preview.wait_until_read()
            assert "Jane Doe" in preview.page("/jane/about/")
        little.change("content/pages/about.md", "By hand.", "By both.")
        for preview in (one, other):
            preview.wait_for("about.md")
            assert "By both." in preview.page("/jane/about/")


def test_drafts_and_the_future_are_shown_when_asked_for(little: LittleSite) -> None:
    """As in a build."""
    little.write("content/pages/draft.md", "---\ntitle: Draft\nstatus: draft\n---\nNot yet.\n")
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        assert preview.get("/draft/").status == 404
    with RunningPreview(little.root, "--drafts", "--future") as preview:
        assert "Not yet." in preview.page("/draft/")


def test_member_pages_are_unlocked_on_this_machine_only(little: LittleSite) -> None:
    """A visitor's page is what a build writes; as a member there is more, and another device gets none of it."""
    little.write("themes/little/templates/help_article.html", HELP)
    little.write("themes/little/templates/help.html", HELP_LIST)
    for name, tier in (("open", "public"), ("inner", "member"), ("desk", "staff")):
        little.write(f"content/help/{name}.md", f"---\ntitle: {name}\ntopic: T\ntier: {tier}\n---\nText.\n")
    with RunningPreview(little.root, "--host", "0.0.0.0") as preview:
        preview.wait_until_read()
        assert preview.get("/jane/help/open/").status == 200
        assert preview.get("/jane/help/inner/").status == 404
        assert preview.get("/jane--as-member/help/inner/").status == 200
        assert preview.get("/jane--as-member/help/desk/").status == 404
        assert preview.get("/www--as-staff/help/desk/").status == 200
        facts = preview.ask("/_replisite/page?at=/jane--as-member/help/inner/")
        assert facts["view"] == "member"
        assert facts["is_unlocked"]
        assert [view["key"] for view in facts["views"]] == ["public", "member", "staff"]
        address = facts["qr"].split("/")[2].rsplit(":", 1)[0]
        assert facts["qr"].endswith("/jane/help/inner/")
        if address != "127.0.0.1":
            away = http.client.HTTPConnection(address, preview.port, timeout=30)
            for path in (
                "/jane--as-member/help/inner/",
                "/_replisite/personal?at=/jane--as-member/help/inner/",
            ):
                away.request("GET", path)
                answer = away.getresponse()
                assert b"inner" not in answer.read(), path
                assert answer.status == 403
            away.request("GET", "/jane/help/open/")
            assert away.getresponse().status == 200
            away.close()
        assert "<svg" in preview.get("/_replisite/qr.svg?at=/jane/").text


def test_the_toolbar_is_led_to_the_same_page_of_others(running: RunningPreview) -> None:
    """Owner, edition, reader and case stand in the address."""
    at = "/_replisite/go?at=/jane/about/"
    for query, target in {
        "owner=omar": "/omar/about/",
        "owner=": "/about/",
        "edition=GB-en": "/jane/about/",
        "view=member": "/jane--as-member/about/",
        "case=no-photo": "/jane--case-no-photo/about/",
        "case=": "/jane/about/",
        "view=public": "/jane/about/",
    }.items():
        assert running.get(f"{at}&{query}").headers["location"] == target, query


def test_a_plugin_s_data_is_read_again(little: LittleSite) -> None:
    """A file of data that a Pelican plugin puts into every page."""
    little.write("content/data/facts.json", '{"fact": "old"}')
    little.write(
        "plugins/facts.py",
        "import json, pathlib\nfrom pelican import signals\n\n"
        "def read(generator):\n"
        "    data = pathlib.Path(generator.path, 'data/facts.json')\n"
        "    generator.context['FACT'] = json.loads(data.read_text())['fact']\n\n"
        "def register():\n    signals.article_generator_finalized.connect(read)\n",
    )
    little.change(
        "site.toml", "[links]", '[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["facts"]\n\n[links]'
    )
    little.change("themes/little/templates/base.html", "<footer>", "<footer>{{ FACT }} ")
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        assert "old" in preview.page("/jane/about/").split("<footer>")[1]
        little.write("content/data/facts.json", '{"fact": "new"}')
        preview.wait_for("facts.json")
        assert "new" in preview.page("/jane/about/").split("<footer>")[1]


def test_a_plugin_s_code_is_read_again(little: LittleSite) -> None:
    """Also after something else was read, and mended after it could not be read; a plugin that is gone is gone."""
    plugin = (
        "from pelican import signals\nfrom .words import WORD\n\n"
        "def read(generator):\n    generator.context['FACT'] = WORD\n\n"
        "def register():\n    signals.article_generator_finalized.connect(read)\n"
    )
    little.write("plugins/facts/__init__.py", plugin)
    little.write("plugins/facts/words.py", "WORD = 'old'\n")
    added = '[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["facts"]\n\n'
    little.change("site.toml", "[links]", f"{added}[links]")
    little.change("themes/little/templates/base.html", "<footer>", "<footer>{{ FACT }} ")

    def fact() -> str:
        return preview.page("/about/").split("<footer>")[1].split("<", 1)[0].strip()

    with RunningPreview(little.root, env={"PYTHONDONTWRITEBYTECODE": ""}) as preview:
        preview.wait_until_read()
        assert fact() == "old"
        assert not (little.root / "plugins/facts/__pycache__").exists()  # it holds for a second and a size
        little.change("content/pages/about.md", "By hand.", "By machine.")
        preview.wait_for("about.md")
        little.write("plugins/facts/words.py", "WORD = 'new'\n")
        preview.wait_for("words.py")
        assert fact() == "new"
        little.write("plugins/facts/__init__.py", plugin.replace("= WORD", "= WORD.upper()"))
        preview.wait_for("__init__.py")
        assert fact() == "NEW"
        little.write("plugins/facts/__init__.py", plugin.replace("= WORD", "= WORD WORD"))
        assert preview.wait_for("invalid syntax").startswith("plugins/facts/__init__.py:5: SyntaxError: ")
        assert fact() == "NEW"  # as it was last good
        little.write("plugins/facts/__init__.py", plugin)
        preview.wait_for("Fixed")
        assert fact() == "new"
        little.change("site.toml", added, "")
        preview.wait_for("site.toml")
        assert fact() == ""


def test_sigterm_ends_it_too(little: LittleSite) -> None:
    """As a service manager does it."""
    preview = RunningPreview(little.root)
    preview.stop(signal.SIGTERM)
    assert preview.process.returncode == 0


def test_without_a_site_it_says_so() -> None:
    """Exit code 1 or 2, and what to do."""
    command = [sys.executable, "-m", "replisite", "preview", "--site", "/nowhere", "--no-open"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "has no site.toml" in done.stderr


def test_a_large_roster_is_read_in_the_background(little: LittleSite) -> None:
    """Pages of the company are there at once, an owner's page waits by itself, and Ctrl-C waits for nothing."""
    rows = [f"B{number},b-{number},Ann,Bee,,,York,GB,active," for number in range(60_000)]
    little.roster(*(f"{row}," for row in rows))
    preview = RunningPreview(little.root)
    assert "By hand." in preview.page("/about/")
    waiting = preview.get("/b-7/about/")
    assert waiting.status == 503
    assert "The roster is being read" in waiting.text
    told = next(data for name, data in preview.events("/b-7/about/") if name == "roster" and data["done"])
    assert told["state"] == "reading"
    assert told["total"] == 60_000
    assert preview.stop() < 5
