"""Static files are copied by their settings, and withheld where they may not be public."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from replisite.content.public_files import PublicFiles
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.static import (
    has_private_part,
    pictures_of_folders,
    static_sources,
    warn_withheld,
    withhold,
)


def a_static(source: str, save_as: str = "", **metadata: str) -> Any:
    """Return a static file of Pelican's."""
    return SimpleNamespace(
        source_path=source,
        save_as=save_as or source,
        metadata=metadata,
        get_relative_source_path=lambda: source,
    )


def a_generator(root: Path, files: Sequence[Any]) -> Any:
    """Return a generator of a content folder and a theme, whose files exist."""
    for static in files:
        path = root / "content" / static.source_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return SimpleNamespace(
        path=str(root / "content"),
        theme=str(root / "theme"),
        staticfiles=list(files),
        context={
            "staticfiles": files,
            "static_links": set(),
            "static_content": {static.source_path: static for static in files},
        },
        settings={
            "THEME_STATIC_PATHS": ["static"],
            "THEME_STATIC_DIR": "theme",
            "IGNORE_FILES": ["*.psd"],
        },
    )


def test_the_themes_files_come_first(tmp_path: Path) -> None:
    """A file of the content at the same path wins; ignored and private files are left out."""
    for name in ("css/a.css", "css/b.css", "logo.psd", "a.css~", ".well-known/x"):
        path = tmp_path / "theme/static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    sources = static_sources(a_generator(tmp_path, [a_static("extra/b.css", "theme/css/b.css")]))
    assert sources == {
        "theme/css/a.css": tmp_path / "theme/static/css/a.css",
        "theme/css/b.css": tmp_path / "content/extra/b.css",
        "theme/.well-known/x": tmp_path / "theme/static/.well-known/x",
    }


@pytest.mark.parametrize(
    ("path", "is_private"),
    [("theme/a.css", False), ("theme/.git/config", True), ("theme/a.css~", True), (".well-known/a", False)],
)
def test_backups_and_dot_files_are_private(path: str, is_private: bool) -> None:
    """Except those that hosts ask for."""
    assert has_private_part(path) is is_private


def test_what_may_not_be_public_is_withheld(tmp_path: Path) -> None:
    """With a warning if a list names its folder; a path that leads out of the output is a fault."""
    files = [a_static("files/a.pdf"), a_static("files/.env"), a_static("b.pdf", path="../b.pdf")]
    generator = a_generator(tmp_path, files)
    noted = PelicanFaults(tmp_path, tmp_path / "content")
    withhold(generator, PublicFiles(tmp_path, tmp_path / "content", None, ["files"]), "content", noted)
    assert [static.source_path for static in generator.staticfiles] == ["files/a.pdf", "b.pdf"]
    assert [*generator.context["static_content"]] == ["files/a.pdf", "b.pdf"]
    assert noted.warnings == [
        (
            "not published, because such files are private: content/files/.env; move them out of the folders that are "
            "published"
        )
    ]
    assert [fault.what for fault in noted.faults] == [
        'EXTRA_PATH_METADATA leads out of the output: "../b.pdf"'
    ]


def test_pictures_that_no_page_names_are_published_by_their_folder(tmp_path: Path) -> None:
    """Neither those that a page links to, nor those that a list names."""
    names = ("photos/a.jpg", "photos/b.JPG", "photos/c.jpg", "photos/d.jpg", "photos/e.pdf")
    generator = a_generator(tmp_path, [a_static(name) for name in names])
    generator.context["static_links"] = {"photos/c.jpg"}
    rules = PublicFiles(tmp_path, tmp_path / "content", None, ["photos", "photos/d.jpg"])
    assert pictures_of_folders(generator, rules) == {name: name for name in names[:2]}


@pytest.mark.parametrize(
    ("count", "shown"), [(1, "0"), (5, "0, 1, 2, 3, 4"), (7, "0, 1, 2, 3, 4 and 2 more")]
)
def test_a_warning_names_five_files(tmp_path: Path, count: int, shown: str) -> None:
    """And counts the others; without files there is no warning."""
    noted = PelicanFaults(tmp_path, tmp_path)
    warn_withheld(noted, [])
    warn_withheld(noted, [str(number) for number in range(count)])
    assert noted.warnings == [
        f"not published, because such files are private: {shown}; move them out of the folders that are published"
    ]
