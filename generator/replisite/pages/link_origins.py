"""Find where a link was written: in a page's source if it stands there, else in a template of the site."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

from replisite.model.site import Site

__all__ = ["LinkOrigins"]

_QUOTES = (('"', '"'), ("'", "'"), ("=", ">"), ("=", " "), ("(", ")"), ("}", '"'), ("}", "'"))
"""The characters around an address in a template."""


class LinkOrigins:
    """Finds the file and line of links in the sources and templates of one site, which are read once."""

    def __init__(self, site: Site) -> None:
        self._root = site.root
        folders = (site.root / "templates", site.root / "themes" / site.theme / "templates")
        self._templates = {
            path.relative_to(site.root).as_posix(): _lines(path)
            for folder in folders
            for path in sorted(folder.rglob("*.html"))
        }

    def find(self, source: str, written: str, picture: tuple[str, str] | None = None) -> tuple[str, int]:
        """Return the file and the line of a link on the page that is made of ``source``; line 0 if it is not known.

        A ``picture`` without an address is found by its element and attribute: the value is empty, or ends in a variable.
        """
        if picture is not None:
            return self._find_picture(source, *picture)
        texts = [written, html.escape(written)]
        line = _line_with(_lines(self._root / source), texts)
        if line:
            return source, line
        rest = written.lstrip("./")
        texts += [f"}}}}/{rest}"] if rest and rest != written else []  # behind {{ SITEURL }}
        quoted = [f"{before}{text}{after}" for text in texts for before, after in _QUOTES]
        for file, lines in self._templates.items():
            line = _line_with(lines, quoted)
            if line:
                return file, line
        return source, 0

    def _find_picture(self, source: str, tag: str, attribute: str) -> tuple[str, int]:
        pattern = _empty_picture(tag, attribute)
        known = {source: _lines(self._root / source), **self._templates}
        origins = [
            (file, text.count("\n", 0, match.start()) + 1)
            for file, text in ((file, "\n".join(lines)) for file, lines in known.items())
            for match in pattern.finditer(text)
        ]
        return origins[0] if len(origins) == 1 else (source, 0)


def _empty_picture(tag: str, attribute: str) -> re.Pattern[str]:
    value = r"[^\"'<>]*\}\}" if attribute != "style" else r"[^<>]*?url\([^<>]*?\}\}[\"']?\)[^<>]*?"
    return re.compile(rf"<{tag}\b[^<>]*?\s{re.escape(attribute)}\s*=\s*([\"'])(?:{value})?\1", re.IGNORECASE)


def _line_with(lines: Sequence[str], texts: Sequence[str]) -> int:
    return next((number for number, line in enumerate(lines, 1) if any(text in line for text in texts)), 0)


def _lines(path: Path) -> Sequence[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        return ()
