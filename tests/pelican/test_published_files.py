"""A file is published if something asks for it, and may be public."""

from __future__ import annotations

from pathlib import Path

from replisite.content.public_files import PublicFiles
from replisite.pelican.published_files import Published, copy_files, publish
from replisite.pelican.requested_files import RequestedFiles
from tests.rosters import a_site


def published(root: Path, listed: tuple[str, ...] = (), **requested: set[str]) -> Published:
    """Return what is published of a small site."""
    content = root / "content"
    for path, text in (
        ("content/files/a.pdf", "x"),
        ("content/files/b.pdf", "x"),
        ("content/css/a.css", "a{background:url(../images/c.png)}"),
        ("content/images/c.png", "x"),
        ("content/images/d.png", "x"),
        ("content/pages/about.md", "x"),
        ("theme/t.css", "x"),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    static = {"files/a.pdf": content / "files/a.pdf", "theme/t.css": root / "theme/t.css"}
    rules = PublicFiles(root, content, None, listed)
    return publish(a_site(root), rules, static, {"index.html"}, RequestedFiles(**requested))


def test_the_themes_files_are_published(tmp_path: Path) -> None:
    """A file of the content that no page asks for is not."""
    assert [*published(tmp_path).files] == ["theme/t.css"]


def test_a_file_that_a_list_names_is_published(tmp_path: Path) -> None:
    """A folder's files are those that only its name asks for."""
    by_folder = published(tmp_path, ("files",))
    assert sorted(by_folder.files) == ["files/a.pdf", "theme/t.css"]
    assert by_folder.by_folder == {"files/a.pdf": "files/a.pdf"}
    assert published(tmp_path, ("files/a.pdf",)).by_folder == {}


def test_a_style_sheet_brings_its_pictures(tmp_path: Path) -> None:
    """And a text that pages are made of stays private, whatever asks for it."""
    result = published(tmp_path, files={"css/a.css", "pages/about.md", "index.html", "no.png"})
    assert sorted(result.files) == ["css/a.css", "images/c.png", "theme/t.css"]
    assert result.sources == {"css/a.css", "images/c.png"}


def test_a_computed_name_publishes_its_folder(tmp_path: Path) -> None:
    """Files that something also names are not published by the folder alone."""
    result = published(tmp_path, files={"images/c.png"}, folders={"images"})
    assert result.sources == {"images/c.png", "images/d.png"}
    assert result.by_folder == {"images/d.png": "images/d.png"}


def test_published_files_are_copied(tmp_path: Path) -> None:
    """Each to its path."""
    copy_files({"a/b.css": Path(__file__)}, tmp_path)
    assert (tmp_path / "a/b.css").read_bytes() == Path(__file__).read_bytes()
