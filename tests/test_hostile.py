"""A roster of two thousand hostile rows through the demo: nobody else's data, no leak, no markup, every link."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.crawl import walk
from tests.rosters import Planted, write_roster

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]  # one build for all

ROOT = Path(__file__).parents[1]
PEOPLE = 2_000
LOOKED_AT = 60
"""How many sites are read page by page; of the others the home page is."""

SEED = 7
MARK = re.compile(rf"{SEED:x}z(\d+)z")
RESIDENT_LIMIT_KIB = 300 * 1024

PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command and prints the peak of its largest process. Linux counts what a process was before its exec(2)
too, so a command that is started from here would be charged with the memory of the tests."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Planted], int]]:
    """The output, what was planted, and the peak of resident memory of any one process, in KiB."""
    memory = Path("/dev/shm")  # a hundred thousand files take a slow disk minutes
    folder = Path(tempfile.mkdtemp(dir=memory)) if memory.is_dir() else tmp_path_factory.mktemp("hostile")
    planted = write_roster(
        folder / "roster.csv", PEOPLE, SEED, markets=("GB", "US"), fields=("whatsapp", "website")
    )
    command = [sys.executable, "-m", "replisite", "build", "-q", "--site", str(ROOT)]
    command += ["--roster", str(folder / "roster.csv"), "--output", str(folder / "output")]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *command], stdout=subprocess.PIPE, text=True, check=True
    )
    peak = int(done.stdout)
    yield folder / "output", planted, peak
    shutil.rmtree(folder)


def test_nothing_of_anybody_else_stands_on_a_site(built: tuple[Path, list[Planted], int]) -> None:
    """No other owner's id, alias, phone or e-mail: of the sponsor a published name and city alone."""
    output, planted, _ = built
    by_number = {_number(person): person for person in planted}
    for person, page, text in _pages(output, planted):
        for found in MARK.finditer(text):
            number = found.group(1)
            if number == _number(person):
                continue
            around = text[max(0, found.start() - 12) : found.end() + 2]
            other = by_number[number]
            shown = [
                mark
                for column, mark in other.shown.items()
                if column in {"first_name", "last_name", "display_name", "city"}
            ]
            assert any(mark in around for mark in shown), f"{page}: {around!r} of {other.alias}"
        for word in (f"ID-{SEED:x}z", f"mail-{SEED:x}z"):
            for place in re.finditer(re.escape(word), text):
                assert text[place.end() :].startswith(f"{_number(person)}z"), (
                    f"{page}: {text[place.start() : place.end() + 8]}"
                )


def test_no_unpublished_field_is_anywhere(built: tuple[Path, list[Planted], int]) -> None:
    """Every secret is unique, and none is on any page."""
    output, planted, _ = built
    secrets = {secret.encode() for person in planted for secret in person.secrets.values() if secret}
    secrets |= {
        mark.encode()
        for person in planted
        if not person.has_site
        for mark in person.shown.values()
        if mark.startswith(("Q", "mail"))
    }
    for _, page, text in _pages(output, planted):
        said = text.encode()
        ends = [piece[-12:] + b"zQ" for piece in said.split(b"zQ")[:-1]]  # every mark ends so
        leaked = {end[end.rfind(b"Q", 0, -1) :] for end in ends} & secrets
        leaked |= {
            b"mail-" + piece[:30].split(b".com")[0] + b".com" for piece in said.split(b"mail-")[1:]
        } & secrets
        assert not leaked, f"{page}: {leaked}"


def test_every_referral_link_carries_the_owner(built: tuple[Path, list[Planted], int]) -> None:
    """Shop, preferred, autoship and enrol links: the owner's id in each, on every page."""
    output, planted, _ = built
    count = 0
    for person, page, text in _pages(output, planted):
        for url in re.findall(r'https://(?:shop|join)\.tarnandthistle\.example/[^"\s<]*', text):
            assert unescape(url).endswith(f"?id={person.cells['id']}"), f"{page}: {url}"
            count += 1
    assert count > 10 * LOOKED_AT


def test_no_value_is_markup(built: tuple[Path, list[Planted], int]) -> None:
    """What a person wrote is text: no tag, no attribute, no template, no control character."""
    output, planted, _ = built
    hostile = ("<script>alert", "<img src=x", "<!-- -->", "</title></style>", "\x1b", "\x07", "\x00", "\x7f")
    for _, page, text in _pages(output, planted):
        for sign in hostile:
            assert sign not in text, f"{page}: {sign!r}"
        for attribute in re.findall(r"<[a-z][^<>]*\s(on\w+)=", text):
            pytest.fail(f"{page}: {attribute}")


def test_every_internal_link_resolves(built: tuple[Path, list[Planted], int]) -> None:
    """A walk over some sites of each market meets no broken link and stays on its site."""
    output, planted, _ = built
    for person in _with_site(output, planted)[:8]:
        found = walk(output, f"{person.alias}/")
        assert found.broken == []
        assert len(found.pages) > 60
        assert not [url for url in found.shared if url.endswith(".html")]


def test_memory_does_not_grow_with_the_roster(built: tuple[Path, list[Planted], int]) -> None:
    """No process of the build takes more than 300 MB."""
    assert built[2] < RESIDENT_LIMIT_KIB


def _with_site(output: Path, planted: list[Planted]) -> list[Planted]:
    sites = [person for person in planted if person.has_site]
    assert len(sites) > PEOPLE / 2
    assert all((output / person.alias / "index.html").is_file() for person in sites)
    return sites


def _pages(output: Path, planted: list[Planted]) -> Iterator[tuple[Planted, str, str]]:
    """Read every page of some sites, and the home page of all others: what may leak depends on the page."""
    sites = _with_site(output, planted)
    step = len(sites) // LOOKED_AT
    for number, person in enumerate(sites):
        folder = output / person.alias
        paths = sorted(folder.rglob("*.html")) if number % step == 0 else [folder / "index.html"]
        for path in paths:
            yield person, path.relative_to(output).as_posix(), path.read_text(encoding="utf-8")


def _number(person: Planted) -> str:
    found = MARK.search(person.cells["id"])
    assert found
    return found.group(1)
