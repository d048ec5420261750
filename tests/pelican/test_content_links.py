"""Links of content are followed as Pelican follows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pelican.contents import Page
from pelican.settings import DEFAULT_CONFIG

from replisite.content.public_files import PublicFiles
from replisite.pelican.content_links import ContentLink, files_linked_as_pages, iter_links, linked_paths


def a_page(root: Path, html: str = "") -> Page:
    """Return the page content/pages/about.md."""
    settings: dict[str, Any] = {**DEFAULT_CONFIG, "PATH": str(root / "content")}
    path = str(root / "content/pages/about.md")
    return Page(html, {"title": "About"}, settings=settings, source_path=path, context={})


def test_links_are_found_in_attributes(tmp_path: Path) -> None:
    """With their words; other addresses are not Pelican's."""
    page = a_page(
        tmp_path,
        '<a href="{filename}/help/a.md">A</a> <img src="{static}b.png"> <a href="https://x.example">X</a>',
    )
    assert [*iter_links(page)] == [ContentLink("filename", "/help/a.md"), ContentLink("static", "b.png")]


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ("/help/a.md", {"help/a.md"}),
        ("a.md", {"pages/a.md"}),
        ("../help/a.md#top", {"help/a.md"}),
        ("/help/a%20b.md", {"help/a%20b.md", "help/a b.md"}),
        ("/help/a&amp;b.md", {"help/a&amp", "help/a&b.md"}),  # a semicolon begins parameters (RFC 1808)
        ("/help/../a.md", {"a.md"}),
    ],
)
def test_a_link_may_mean_several_files(tmp_path: Path, value: str, paths: set[str]) -> None:
    """As it is written, without its percent signs, and without its entities."""
    assert {*linked_paths(a_page(tmp_path), value)} == paths


def test_a_file_that_a_page_names_as_a_page_is_published(tmp_path: Path) -> None:
    """If it exists and is no page; an item that failed has no links."""
    (tmp_path / "content/files").mkdir(parents=True)
    (tmp_path / "content/files/a.pdf").write_text("x", encoding="utf-8")
    links = "".join(f'<a href="{{filename}}/{path}">.</a>' for path in ("files/a.pdf", "b.pdf", "pages/c.md"))
    generated = {
        "pages/about.md": a_page(tmp_path, links),
        "pages/bad.md": None,
        "pages/c.md": a_page(tmp_path),
    }
    rules = PublicFiles(tmp_path, tmp_path / "content", None)
    assert [*files_linked_as_pages(generated, rules)] == ["files/a.pdf"] * 3
