"""A text without a page says why in its front matter: a draft, a later date, or a date that has passed."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from replisite.pelican.no_page import why_no_page

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)


def why(folder: Path, *lines: str, drafts: bool = False, future: bool = False) -> tuple[str, str] | None:
    """Return why a page with these lines of front matter has no page."""
    file = folder / "a.md"
    file.write_text("\n".join(["---", "title: A", *lines, "---", "Text."]), encoding="utf-8")
    return why_no_page(file, "pages/a.md", NOW, drafts=drafts, future=future)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("status: draft", "is a draft"),
        ("status: skip", "has the status skip"),
        ("date: 2026-07-01", "is dated 2026-07-01"),
        ("expires: 2026-05-31", "expired on 2026-05-31"),
    ],
)
def test_the_reason_names_its_line(tmp_path: Path, line: str, reason: str) -> None:
    """The file has the name that the link uses."""
    found = why(tmp_path, line)
    assert found is not None
    assert found[0] == f"pages/a.md {reason} (line 3), so it has no page"


@pytest.mark.parametrize(
    "line", ["status: published", "date: 2026-05-01", "expires: 2026-07-01", "date: soon"]
)
def test_a_text_with_a_page_has_no_reason(tmp_path: Path, line: str) -> None:
    """Nor has one whose date cannot be read: that is a fault of its own."""
    assert why(tmp_path, line) is None


def test_drafts_and_later_dates_may_be_built(tmp_path: Path) -> None:
    """Then they have pages."""
    assert why(tmp_path, "status: draft", drafts=True) is None
    assert why(tmp_path, "date: 2026-07-01", future=True) is None


def test_a_file_that_cannot_be_read_has_no_reason(tmp_path: Path) -> None:
    """It is reported where it is read."""
    missing = why_no_page(tmp_path / "b.md", "pages/b.md", NOW, drafts=False, future=False)
    (tmp_path / "c.md").write_bytes(b"\xff")
    unreadable = why_no_page(tmp_path / "c.md", "pages/c.md", NOW, drafts=False, future=False)
    assert (missing, unreadable) == (None, None)
