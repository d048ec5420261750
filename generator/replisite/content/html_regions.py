"""Split HTML into what is code and what is not, as a browser would show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Region", "code_texts", "regions"]

CODE = frozenset({"code", "kbd", "pre", "tt"})
_MATHEMATICS = re.compile(
    r"""\sclass\s*=\s*["']?(?:[^"'>]*\s)?(?:arithmatex|math)(?=[\s"'>])""", re.IGNORECASE
)
"""Elements that Markdown extensions make for formulas: braces in them are TeX."""

_LENIENT = frozenset({"svg", "textarea"})
_RAW = frozenset({"script", "style"})

_TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z)|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>"'<]*)"""
    r"""(?:[^<>"']|"[^"]{0,9999}"|'[^']{0,9999}'){0,9999}>""",
    re.DOTALL,
)

Kind = Literal["text", "tag", "code", "lenient", "raw", "comment"]


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of HTML: *text*, a *tag*, *code*, a *lenient* text (of ``svg`` and ``textarea``), *raw* (a script or a style
    sheet) or a *comment*. ``is_tag`` says that it is a tag, also within code.
    """

    kind: Kind
    text: str
    is_tag: bool = False


def regions(html: str) -> Iterator[Region]:
    """Split HTML; the pieces joined are the whole of it. An element that is never closed goes on to the end.

    >>> [(part.kind, part.text) for part in regions("a <CODE>b</CODE>")]
    [('text', 'a '), ('tag', '<CODE>'), ('code', 'b'), ('tag', '</CODE>')]
    """
    open_tags: list[tuple[str, Kind]] = []
    at = 0
    while match := _TOKEN.search(html, at):
        inside: Kind = open_tags[-1][1] if open_tags else "text"
        if match.start() > at:
            yield Region(inside, html[at : match.start()])
        at = match.end()
        name = (match["name"] or "").lower()
        if not name:
            yield Region("comment", match[0])
            continue
        if match["close"]:
            _close(open_tags, name)
            inside = open_tags[-1][1] if open_tags else "text"
            yield Region("tag" if inside == "text" else inside, match[0], is_tag=True)
            continue
        yield Region("tag" if inside == "text" else inside, match[0], is_tag=True)
        if name in _RAW:
            end = re.compile(rf"</{name}", re.IGNORECASE).search(html, at)
            stop = end.start() if end else len(html)
            if stop > at:
                yield Region("raw", html[at:stop])
            at = stop
        elif not match[0].endswith("/>") or name in CODE:
            _open(open_tags, name, match[0])
    if at < len(html):
        yield Region(open_tags[-1][1] if open_tags else "text", html[at:])


def code_texts(html: str) -> Iterator[str]:
    """Yield the text of each piece of code, without the tags within it."""
    pieces: list[str] = []
    for region in regions(html):
        if region.kind == "code":
            pieces.append("" if region.is_tag else region.text)
        elif pieces:
            yield "".join(pieces)
            pieces = []
    if pieces:
        yield "".join(pieces)


def _open(open_tags: list[tuple[str, Kind]], name: str, tag: str) -> None:
    if name in CODE or _MATHEMATICS.search(tag):
        open_tags.append((name, "code"))
    elif name in _LENIENT:
        open_tags.append((name, open_tags[-1][1] if open_tags else "lenient"))
    elif open_tags and open_tags[-1][0] == name:
        open_tags.append((name, open_tags[-1][1]))


def _close(open_tags: list[tuple[str, Kind]], name: str) -> None:
    """Close the innermost element of this name, and what was left open in it; without one nothing is closed."""
    for number in range(len(open_tags) - 1, -1, -1):
        if open_tags[number][0] == name:
            del open_tags[number:]
            return
