"""Looking over without writing, through the front door: `replisite check` and `replisite roster`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.little_site import ROSTER_HEADER, LittleSite, run_replisite


def run(little: LittleSite, command: str, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command on the site and expect this exit code."""
    done = run_replisite(command, "--site", str(little.root), *arguments)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def sources(little: LittleSite) -> dict[str, bytes]:
    """Return every file of the site but what can be made again in .replisite/."""
    files = (path for path in sorted(little.root.rglob("*")) if path.is_file())
    named = {path.relative_to(little.root).as_posix(): path.read_bytes() for path in files}
    return {name: body for name, body in named.items() if not name.startswith(".replisite/")}


def test_a_sound_site_is_in_order_and_nothing_is_written(little: LittleSite) -> None:
    """A check tells what it saw, and leaves neither output nor scratch files."""
    before = sources(little)
    done = run(little, "check")
    assert done.stdout == "In order: 7 pages, 2 sites and the corporate site; 19 pages proved\n"
    assert sources(little) == before
    left = sorted(path.name for path in (little.root / ".replisite").iterdir())
    assert left == ["lock", "pages", "people.sqlite"]
    assert sorted(path.name for path in little.root.iterdir()) == [
        ".replisite",
        "content",
        "site.toml",
        "themes",
    ]


def test_a_check_leaves_the_last_output_alone(little: LittleSite) -> None:
    """Even where the site has changed since."""
    little.build()
    before = little.files()
    little.write("content/pages/new.md", "---\ntitle: New\n---\nNew.\n")
    run(little, "check")
    assert little.files() == before


def test_a_check_tells_what_a_build_would(little: LittleSite) -> None:
    """Faults of site.toml, content and roster come in one report, word for word the build's."""
    little.change("site.toml", 'name = "Little"', 'name = "Little"\nnmae = 1')
    little.write("content/lines/more.md", "---\ntitle: More\ncolour: red\n---\nMore.\n")
    little.roster("A1,Jane,Jane,Doe,,,,GB,active,,", "A2,omar,Omar,Ali,nobody,,,GB,active,A9,")
    checked = run(little, "check", code=1)
    told = [line.partition(": ")[0] for line in checked.stderr.splitlines() if ":" in line]
    assert told == [
        "content/lines/more.md:3",
        "content/roster.csv:2",
        "content/roster.csv:3",
        "site.toml:4",
    ]
    assert checked.stderr.endswith("4 faults; nothing was written.\n")
    assert little.build(code=1).stderr == checked.stderr
    assert not little.output.exists()


def test_a_check_follows_links(little: LittleSite) -> None:
    """A link that leads nowhere is found before anything is built."""
    little.change("content/pages/about.md", "By hand.", "By hand. [Shop](../shop/)")
    done = run(little, "check", code=1)
    assert 'content/pages/about.md:4: link to "../shop/" on about/index.html: there is no shop' in done.stderr


def test_content_that_cannot_be_read_is_told_by_its_name(little: LittleSite) -> None:
    """Links that lead nowhere or in a circle, as pages and as products."""
    for folder in ("pages", "products"):
        (little.root / f"content/{folder}/gone.md").symlink_to("nowhere.md")
        (little.root / f"content/{folder}/circle.md").symlink_to("circle.md")
    told = run(little, "check", code=1).stderr.splitlines()
    circle = 'is a link to "circle.md", which leads back to itself; remove the link, or restore the file'
    gone = 'is a link to "nowhere.md", which does not exist; remove the link, or restore the file'
    assert [line for line in told if ": is a link " in line] == [
        f"content/pages/circle.md: {circle}",
        f"content/pages/gone.md: {gone}",
        f"content/products/circle.md: {circle}",
        f"content/products/gone.md: {gone}",
    ]
    assert told[-1] == "4 faults; nothing was written."


def test_content_may_be_linked(little: LittleSite, tmp_path: Path) -> None:
    """Where site.toml allows it, a file and a folder that stand elsewhere make the same pages, and their faults have the names that they have here."""
    little.build()
    before = little.files()
    elsewhere = tmp_path / "elsewhere"
    (little.root / "content/pages").rename(elsewhere)
    (little.root / "content/pages").symlink_to(elsewhere)
    (little.root / "content/products/soap.md").rename(tmp_path / "a soap.md")
    little.change(
        "site.toml",
        "[company]",
        '[content]\nfollow_links = ["pages", "content/products/soap.md"]\n\n[company]',
    )
    (little.root / "content/products/soap.md").symlink_to(tmp_path / "a soap.md")
    little.build()
    assert little.files() == before
    little.change("content/products/soap.md", "title: Soap", "titel: Soap")
    little.change("content/pages/about.md", "title: About", "title: [")
    told = run(little, "check", code=1).stderr
    assert 'content/products/soap.md:2: product has no "titel"' in told
    assert "content/pages/about.md:" in told
    assert str(tmp_path / "a soap.md") not in told


PLUGIN = """
from pelican import signals


def read(generator):
    {first}


def register():
    signals.article_generator_finalized.connect(read)
"""


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("(facts", "plugins/facts.py:6: SyntaxError: '(' was never closed"),
        ("import fcats", "plugins/facts.py:6: ModuleNotFoundError: No module named 'fcats'"),
        ("generator.context['FACT'][0]", "plugins/facts.py:6: KeyError: 'FACT'"),
    ],
)
@pytest.mark.parametrize("command", ["check", "build"])
def test_an_error_in_a_plugin_is_told_with_its_line(
    little: LittleSite, command: str, first: str, told: str
) -> None:
    """Whether it is met when the plugin is imported or when it works; with the site's other faults."""
    little.write("plugins/facts.py", PLUGIN.format(first=first))
    little.change(
        "site.toml", "[links]", '[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["facts"]\n\n[links]'
    )
    little.roster("A2,omar,Omar,Ali,nobody,,,GB,active,A9,")
    lines = run(little, command, code=1).stderr.splitlines()
    assert f"{told}; fix the plugin" in lines
    assert any(line.startswith("content/roster.csv:2: ") for line in lines)
    assert not any("Traceback" in line for line in lines)


def test_a_check_reads_drafts_on_request(little: LittleSite) -> None:
    """A draft's faults are told when the draft is asked for."""
    little.write(
        "content/lines/more.md", "---\ntitle: More\nstatus: draft\n---\n[Gone]({filename}/pages/gone.md)\n"
    )
    run(little, "check")
    assert "content/lines/more.md:5" in run(little, "check", "--drafts", code=1).stderr


def test_a_check_is_read_by_machines(little: LittleSite) -> None:
    """Counts when all is well, faults with file and line when it is not; nothing else on either stream."""
    done = run(little, "check", "--json")
    report = json.loads(done.stdout)
    assert done.stderr == ""
    assert set(report.pop("seconds")) == {"content", "roster", "photos", "prove"}
    assert report == {
        "is_content_kept": False,
        "content_not_kept": "",
        "people": 3,
        "closed": 1,
        "warnings": [],
        "skipped": [],
        "skipped_count": 0,
        "photos_made": 0,
        "photos_reused": 0,
        "skipped_rows": 0,
        "pages": 7,
        "sites": 2,
        "proofs": 19,
    }
    little.roster("A1,Jane,Jane,Doe,,,,GB,active,,")
    report = json.loads(run(little, "check", "--json", code=1).stdout)
    assert [(fault["file"], fault["line"]) for fault in report["faults"]] == [("content/roster.csv", 2)]


def test_bad_rows_may_be_skipped_and_are_listed(little: LittleSite) -> None:
    """The good rows are in order, and each bad one is named."""
    little.roster("A1,Jane,Jane,Doe,,,,GB,active,,", "A2,omar,Omar,Ali,,,,GB,active,,")
    done = run(little, "check", "--skip-bad-rows")
    assert "1 site and the corporate site" in done.stdout
    assert "1 fault in rows that were skipped:\n  content/roster.csv:2: alias" in done.stderr


@pytest.mark.parametrize("command", ["check", "roster"])
def test_without_a_site_there_is_nothing_to_look_at(tmp_path: Path, command: str) -> None:
    """The message says how to start one."""
    done = run_replisite(command, "--site", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "site.toml" in done.stderr


@pytest.mark.parametrize("command", ["check", "roster"])
def test_a_database_that_cannot_be_is_told(little: LittleSite, command: str) -> None:
    """A file in the place of .replisite/ is named, and no traceback is shown."""
    little.write(".replisite", "a file")
    told = run(little, command, code=1).stderr
    assert told.startswith(f"{little.root}/.replisite cannot be written: File exists; ")


@pytest.mark.parametrize("command", ["check", "roster"])
def test_an_unknown_option_is_a_matter_of_usage(little: LittleSite, command: str) -> None:
    """Exit code 2."""
    assert "No such option" in run(little, command, "--colour", code=2).stderr


@pytest.mark.parametrize("command", ["new", "check", "roster"])
def test_each_command_shows_examples(command: str) -> None:
    """Help ends with lines that can be copied."""
    done = run_replisite(command, "--help", TERM="dumb", COLUMNS="100")
    assert "Examples" in done.stdout
    assert f"replisite {command} --" in done.stdout or f"replisite {command} shop" in done.stdout


def test_the_roster_is_counted(little: LittleSite) -> None:
    """People, sites, and how many of each status and market."""
    assert run(little, "roster").stdout == (
        "3 people, 2 with a site\nby status: active 2, lapsed 1\nby market: GB 3\n"
    )
    report = json.loads(run(little, "roster", "--json").stdout)
    assert set(report.pop("seconds")) == {"content", "roster"}
    assert report == {
        "is_content_kept": False,
        "content_not_kept": "",
        "people": 3,
        "closed": 1,
        "warnings": [],
        "skipped": [],
        "skipped_count": 0,
        "photos_made": 0,
        "photos_reused": 0,
        "sites": 2,
        "skipped_rows": 0,
        "by_status": {"active": 2, "lapsed": 1},
        "by_market": {"GB": 3},
    }
    assert not little.output.exists()


def test_an_empty_roster_has_nobody(little: LittleSite) -> None:
    """A header alone is a roster."""
    little.roster()
    assert run(little, "roster").stdout == "0 people, 0 with a site\nby status: none\nby market: none\n"


def test_another_roster_is_counted_instead(little: LittleSite, tmp_path: Path) -> None:
    """Its bad rows are skipped and listed if they may be, and are faults if not."""
    other = tmp_path / "export.csv"
    rows = ["B1,ben,Ben,Low,,,,GB,grace,,", "B2,BEN2,Ben,Low,,,,GB,active,,", "B3,bo,Bo,Low,,,,GB,,B2,"]
    other.write_text("\n".join([ROSTER_HEADER, *rows, ""]))
    refused = run(little, "roster", "--roster", str(other), code=1)
    assert f"{other}:3: alias" in refused.stderr
    done = run(little, "roster", "--roster", str(other), "--skip-bad-rows")
    assert done.stdout == (
        "2 people, 2 with a site\nby status: active 1, grace 1\nby market: GB 2\nskipped rows: 1\n"
    )
    assert f"1 fault in rows that were skipped:\n  {other}:3: alias" in done.stderr
    assert run(little, "roster").stdout.startswith("3 people")


def test_an_alias_that_is_a_page_is_refused(little: LittleSite) -> None:
    """The roster is compared with the pages that there are."""
    little.roster("A1,bars,Jane,Doe,,,,GB,active,,")
    run(little, "roster")
    little.write("content/pages/bars.md", "---\ntitle: Bars\n---\nBars.\n")
    assert 'alias "bars" is reserved' in run(little, "roster", code=1).stderr


def test_broken_content_does_not_stop_the_count(little: LittleSite) -> None:
    """The count is given, with a word on what it could not look at."""
    little.write("content/lines/more.md", "---\ntitle: More\ncolour: red\n---\nMore.\n")
    done = run(little, "roster")
    assert done.stdout.startswith("3 people, 2 with a site\n")
    assert "warning: the content has 1 fault, so no alias was compared with its pages" in done.stderr
