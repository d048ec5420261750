"""A bug in replisite is shown in the browser and on the terminal, and the preview goes on."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.little_site import LittleSite
from tests.preview.running import RunningPreview
from tests.system.bugs import program_with_bug

WORDS = "This is a bug in replisite, not a mistake of yours: KeyError: 'planted'"


def _preview(little: LittleSite, function: str) -> RunningPreview:
    """Start a preview with a bug that is there as long as the file ``buggy`` is."""
    flag = little.root / "buggy"
    flag.touch()
    statement = f"import os\nif os.path.exists({str(flag)!r}): raise KeyError('planted')"
    return RunningPreview(little.root, program=program_with_bug(function, statement))


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def _assert_reported(little: LittleSite, text: str, process: str) -> None:
    text = html.unescape(text)
    assert WORDS in text
    found = re.search(r"The traceback is in (\S+\.txt)\.", text)
    assert found, text
    path = Path(found[1])
    assert path.parent == little.root / ".replisite" / "bugs"
    report = path.read_text(encoding="utf-8")
    assert "in planted_bug" in report
    assert f"In the process {process} (" in report


@pytest.mark.parametrize(
    ("function", "process", "status"),
    [
        ("replisite.preview.content_worker:_beside", "replisite content", 503),
        ("replisite.preview.content_worker:ContentWorker._facts", "replisite content", 500),
        ("replisite.preview.server:with_client", "MainProcess", 500),
    ],
)
def test_a_bug_is_a_page_until_it_is_gone(
    little: LittleSite, function: str, process: str, status: int
) -> None:
    """The page names the file with the traceback, and so does the terminal."""
    with _preview(little, function) as preview:
        got = preview.get("/products/soap/")
        assert got.status == status
        _assert_reported(little, got.text, process)
        (little.root / "buggy").unlink()
        little.change("content/products/soap.md", "Ask", "Question")
        _until(lambda: preview.get("/products/soap/").status == 200)
    assert not any("Traceback" in line for line in preview.lines)


def test_a_bug_while_the_roster_is_read_is_shown(little: LittleSite) -> None:
    """It is a fault of the site in the toolbar and on the terminal; the company's pages are there."""
    with _preview(little, "replisite.preview.roster_worker:index_names") as preview:
        line = preview.wait_for(WORDS)
        _assert_reported(little, line, "replisite roster")
        assert preview.get("/").status == 200
        (little.root / "buggy").unlink()
        little.roster("A1,jane,Jane,Doe,jane@example.com,,Kendal,GB,active,,first_name")
        _until(lambda: preview.get("/jane/").status == 200)


def test_a_bug_in_what_a_saved_file_starts_is_shown(little: LittleSite) -> None:
    """The next save works again."""
    with _preview(little, "replisite.preview.session:changes_of") as preview:
        preview.get("/products/soap/")
        little.change("content/products/soap.md", "Ask", "Question")
        _assert_reported(little, preview.wait_for(WORDS), "MainProcess")
        (little.root / "buggy").unlink()
        little.change("content/products/soap.md", "Question", "Enquiry: ask")
        _until(lambda: "Enquiry" in preview.get("/products/soap/").text)


def test_an_error_of_a_template_is_not_a_bug(little: LittleSite) -> None:
    """Not in a page, and not where its personal pieces are marked."""
    little.change("themes/little/templates/page.html", "{{ page.title }}", "{{ distributor.name + 1 }}")
    with RunningPreview(little.root) as preview:
        got = preview.get("/about/")
        assert "page.html:1: TypeError" in html.unescape(got.text)
        marked = preview.get("/_replisite/personal?at=/about/")
        assert "bug in replisite" not in marked.text
    assert not (little.root / ".replisite" / "bugs").exists()
