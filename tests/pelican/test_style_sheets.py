"""A fault of a style sheet names the file of the site that was copied."""

from __future__ import annotations

from pathlib import Path

from replisite.pelican.style_sheets import sheet_sources


def a_file(path: Path, text: str = "a{}") -> Path:
    """Write a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_copy_has_the_name_of_its_source(tmp_path: Path) -> None:
    """Relative to the site; a theme that lies elsewhere has its whole path."""
    root = tmp_path / "site"
    own = a_file(root / "content/extra/own.css")
    theme = a_file(tmp_path / "theme/static/theme.CSS")
    copy = a_file(tmp_path / "output/own.css")
    published = {"own.css": copy, "theme/theme.CSS": theme, "a.js": a_file(root / "a.js")}
    origins = {"own.css": own, "theme/theme.CSS": theme}
    assert sheet_sources(published, origins, root) == {
        "own.css": (copy, "content/extra/own.css"),
        "theme/theme.CSS": (theme, str(theme)),
    }


def test_a_copy_that_a_plugin_has_replaced_has_its_own_path(tmp_path: Path) -> None:
    """As has a file that only a plugin wrote."""
    own = a_file(tmp_path / "content/own.css")
    copy = a_file(tmp_path / "output/own.css", "a{color:red}")
    other = a_file(tmp_path / "output/other.css")
    sheets = sheet_sources({"own.css": copy, "other.css": other}, {"own.css": own}, tmp_path)
    assert sheets == {"own.css": (copy, "own.css"), "other.css": (other, "output/other.css")}


def test_a_sheet_that_is_gone_is_left_out(tmp_path: Path) -> None:
    """An editor may be replacing it."""
    assert sheet_sources({"a.css": tmp_path / "a.css"}, {}, tmp_path) == {}
