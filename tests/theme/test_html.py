"""Every page of the theme is valid HTML, as the W3C's Nu checker sees it: the company's site and four owners'."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.theme.pages import OWNER

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("theme")]

CHECKER = Path(__file__).parents[2] / ".tools/pages/node_modules/vnu-jar/build/dist/vnu.jar"
OTHER_OWNER = "siobhan-oneil"


def _errors(pages: Sequence[Path]) -> list[str]:
    """Return what the checker calls an error, as ``file:line: message``. One Java process checks all pages."""
    java = shutil.which("java")
    assert java, "make test installs Java"
    command = [java, "-jar", str(CHECKER), "--errors-only", "--format", "json", *map(str, pages)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    messages = json.loads(done.stderr)["messages"]
    return [f"{item['url']}:{item.get('lastLine', 0)}: {item['message']}" for item in messages]


def _pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_an_invalid_page_has_errors(tmp_path: Path) -> None:
    """The checker itself works: a skipped heading and a wrong attribute are found."""
    page = tmp_path / "wrong.html"
    page.write_text(
        '<!doctype html><html lang="en"><title>x</title><h1>x</h1><h3>y</h3><input type="checkbox" autocomplete="off">'
    )
    assert len(_errors([page])) == 2


def test_every_page_of_the_company_and_two_owners_is_valid(demo: Path) -> None:
    """The demo, with every template of the theme."""
    owners = {path.parent.name for path in demo.glob("*/about/index.html")}
    company = [page for page in _pages(demo) if page.relative_to(demo).parts[0] not in owners]
    pages = [*company, *_pages(demo / OWNER), *_pages(demo / OTHER_OWNER)]
    assert len(pages) > 200
    assert _errors(pages) == []


def test_every_page_of_awkward_owners_is_valid(awkward: Path) -> None:
    """Long names, names from right to left, an owner who publishes nothing; lists by author and category."""
    pages = [page for alias in ("long", "right-to-left", "bare") for page in _pages(awkward / alias)]
    assert len(pages) > 200
    assert _errors(pages) == []
