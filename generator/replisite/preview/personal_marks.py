"""Marks the personal pieces of a page, so that a script in the browser can outline them.

Between tags, a pair of comments encloses a piece. Where a comment would be read as text or as part of a tag, the tag gets
an attribute. The browser shows the same with the marks and without.

The page is read as the standard's tokenizer reads it (https://html.spec.whatwg.org/multipage/parsing.html), as far as it
separates text, tags, comments and raw text. `model.page_scan` follows the same standard, but its results are addresses:
it reports no extent of a tag, a comment or a raw element, and no position behind a tag's name, where a mark goes. It also
reads ``<noscript>`` as a browser without scripts does, whereas these marks are for one with scripts; and it counts open
``<svg>`` and ``<math>`` elements without closing those that an HTML tag ends, which decides here whether ``<![CDATA[`` is text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Piece", "marked"]

_RAW = frozenset(
    "iframe noembed noframes noscript plaintext script style textarea title xmp".split()  # noqa: SIM905 - names
)
"""Elements that contain text and no tags; ``noscript`` does where scripts run."""

_FOREIGN = frozenset({"svg", "math"})
"""Elements of another language, in which a tag may close itself and CDATA is text."""

_FOREIGN_ENDING = frozenset(
    """
    b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu
    meta nobr ol p pre ruby s small span strike strong sub sup table tt u ul var
    """.split()  # noqa: SIM905 - names
)
"""Elements whose tag ends an open foreign element; the end tags of two of them do so too."""

_FOREIGN_ENDING_ENDS = frozenset({"br", "p"})

_LINE_EATERS = frozenset({"pre", "listing"})
"""Elements that ignore a line break right behind their tag."""

_OPENING = re.compile(r"<(?:(!--)|(!\[CDATA\[)|[!?]|/(?![A-Za-z])|(/?)([A-Za-z][^\t\n\f\r />]*))")
_GAP = re.compile(r"[\t\n\f\r /]*")
_NAME = re.compile(r"[^\t\n\f\r />][^\t\n\f\r />=]*")
_EQUALS = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_BARE = re.compile(r"[^\t\n\f\r >]*")
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_STEP = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)
_LINE_BREAK = re.compile(r"\r?\n|\r")
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]*;?")
_LONGEST_REFERENCE = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """The characters of a page that a slot rendered; none if ``end`` equals ``start``."""

    start: int
    end: int
    slot: int


class _Token(NamedTuple):
    """A part of a page into which no comment may be put: a tag, a comment, an element with raw text.

    ``mark`` is the position for an attribute, -1 if there is none. A token without an end ends behind the page.
    """

    start: int
    end: int
    mark: int = -1
    eats_line: bool = False


def marked(page: str, pieces: Sequence[Piece]) -> str:
    """Return the page with its pieces marked.

    >>> marked('<p title="Jo">Jo</p>', [Piece(10, 12, 4), Piece(14, 16, 7)])
    '<p data-replisite-slots="4" title="Jo"><!--replisite:7-->Jo<!--/replisite:7--></p>'
    """
    tokens = _Tokens(page)
    slots: dict[int, list[int]] = {}
    notes: list[tuple[tuple[int, int, int], str]] = []
    for order, piece in enumerate(sorted(pieces, key=lambda piece: (piece.start, -piece.end))):
        if tokens.is_between(piece.start) and tokens.is_between(piece.end):
            start = tokens.outside(piece.start, 0)
            end = max(start, tokens.outside(piece.end, 1))
            rank = (1, 1) if start == end else (2, 0)
            notes.append(((start, rank[0], order), f"<!--replisite:{piece.slot}-->"))
            notes.append(
                ((end, rank[1], order if start == end else -order), f"<!--/replisite:{piece.slot}-->")
            )
        elif (mark := tokens.mark_of(piece)) >= 0:
            slots.setdefault(mark, []).append(piece.slot)
    for mark, numbers in slots.items():
        value = " ".join(map(str, dict.fromkeys(numbers)))
        notes.append(((mark, 0, 0), f' data-replisite-slots="{value}"'))
    parts: list[str] = []
    done = 0
    for (at, _, _), text in sorted(notes, key=lambda note: note[0]):
        parts += (page[done:at], text)
        done = at
    return "".join((*parts, page[done:]))


class _Tokens:
    """A page's tokens, looked up by position."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._tokens = list(_iter_tokens(page))
        self._starts = [token.start for token in self._tokens]
        self._marks = [token for token in self._tokens if token.mark >= 0]
        self._ends = [token.end for token in self._marks]

    def is_between(self, at: int) -> bool:
        """Say whether a comment may be put at this position."""
        token = self._before(at)
        return token is None or token.end <= at

    def outside(self, at: int, side: int) -> int:
        """Move a position out of ``&amp;``, to its start or its end, and behind a line break that ``<pre>`` ignores."""
        near = max(0, at - _LONGEST_REFERENCE)
        reference = _REFERENCE.match(self._page, max(near, self._page.rfind("&", near, at)))
        if reference and reference.start() < at < reference.end():
            at = reference.span()[side]
        token = self._before(at)
        if token and token.end == at and token.eats_line:
            line_break = _LINE_BREAK.match(self._page, at)
            at = line_break.end() if line_break else at
        return at

    def mark_of(self, piece: Piece) -> int:
        """Return the position for an attribute in the first tag that the piece touches, -1 if it touches none."""
        index = bisect_right(self._ends, piece.start)
        if index == len(self._marks):
            return -1
        token = self._marks[index]
        return token.mark if token.start < piece.end else -1

    def _before(self, at: int) -> _Token | None:
        index = bisect_left(self._starts, at)
        return self._tokens[index - 1] if index else None


def _iter_tokens(page: str) -> Iterator[_Token]:
    at = 0
    foreign: list[str] = []
    while opening := _OPENING.search(page, at):
        comment, cdata, slash, tag = opening.groups()
        start = opening.start()
        if not tag:
            if comment:
                at = _comment_end(page, start)
            else:
                at = _behind(page, "]]>", opening.end()) if cdata and foreign else _behind(page, ">", start)
            yield _Token(start, at)
            continue
        name = tag.lower()
        at, is_closed = _tag_end(page, opening.end())
        if name in (_FOREIGN_ENDING_ENDS if slash else _FOREIGN_ENDING):
            foreign.clear()
        if slash:
            if name in foreign:
                del foreign[len(foreign) - 1 - foreign[::-1].index(name) :]
            yield _Token(start, at)
            continue
        is_closed = is_closed and (bool(foreign) or name in _FOREIGN)
        if name in _FOREIGN and not is_closed:
            foreign.append(name)
        if name in _RAW and not is_closed:
            at = _raw_end(page, name, at)
        yield _Token(start, at, opening.end(), name in _LINE_EATERS)


def _behind(page: str, text: str, at: int) -> int:
    index = page.find(text, at)
    return len(page) + 1 if index < 0 else index + len(text)


def _comment_end(page: str, start: int) -> int:
    for short in ("<!-->", "<!--->"):
        if page.startswith(short, start):
            return start + len(short)
    end = _COMMENT_END.search(page, start + 4)
    return end.end() if end else len(page) + 1


def _tag_end(page: str, at: int) -> tuple[int, bool]:
    """Return where the tag ends whose name ends here, and whether it closes itself."""
    while True:
        gap = _GAP.match(page, at)
        assert gap
        at = gap.end()
        if page.startswith(">", at):
            return at + 1, gap.group().endswith("/")
        name = _NAME.match(page, at)
        if not name:
            return len(page) + 1, False
        at = name.end()
        equals = _EQUALS.match(page, at)
        if equals:
            at = equals.end()
            quote = page[at : at + 1]
            if quote in {'"', "'"}:
                at = _behind(page, quote, at + 1)
            else:
                bare = _BARE.match(page, at)
                at = bare.end() if bare else at


def _raw_end(page: str, name: str, at: int) -> int:
    """Return where the element ends whose raw text begins here."""
    if name == "plaintext":
        return len(page) + 1
    end_tag = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)
    closing = end_tag.search(page, at) if name != "script" else _script_closing(page, at)
    return _tag_end(page, closing.end())[0] if closing else len(page) + 1


def _script_closing(page: str, at: int) -> re.Match[str] | None:
    """Find the tag that closes a script; in ``<!--``, a ``<script>`` within it has a ``</script>`` of its own."""
    is_escaped = is_twice = False
    while step := _SCRIPT_STEP.search(page, at):
        at = step.end()
        text = step.group()
        if text == "<!--":
            at -= 2  # its dashes may be those of -->
            is_escaped = True
        elif text == "-->":
            is_escaped = is_twice = False
        elif step.group(1):
            if not is_twice:
                return step
            is_twice = False
        elif is_escaped:
            is_twice = True
    return None
