"""Find texts in a finished page that must never reach a visitor: marks that a filter has changed, and unfilled braces.

A mark that static code prints as it is becomes an owner's value. A mark that passes ``tojson``, ``urlencode``, ``upper`` or a
slice is no mark any more, and would be published.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from replisite.content.html_regions import regions
from replisite.content.marks import CLOSE, MARK, OPEN
from replisite.content.placeholder_syntax import Syntax

__all__ = ["SUSPICIOUS", "broken_mark", "changed_mark", "unfilled_braces"]

_ESCAPES = (
    r"(?:\\+u\{?fdd[01]\}?"  # JSON, JavaScript, Python
    r"|\\+fdd[01]\s?"  # CSS
    r"|&(?:amp;)*#0*6497[67];?|&(?:amp;)*#x0*fdd[01];?"
    r"|%(?:25)*ef%(?:25)*b7%(?:25)*9[01]"  # an address, also escaped twice
    r"|\\+xef\\+xb7\\+x9[01])"
)
_ESCAPED = re.compile(_ESCAPES)
_BARE_KEY = re.compile("own([0-9a-f]{12})")
_HINTS = ("fdd0", "fdd1", "6497", "b7", "own")

SUSPICIOUS = re.compile(r"fdd[01]|6497[67]|b7.{0,8}9[01]|own[0-9a-f]{12}|\{\{|\{%", re.IGNORECASE)
"""Texts of an owner that look like a leftover."""


def broken_mark(text: str, keys: Collection[str]) -> str | None:
    """Return the key of a mark of which a part is missing, "" if its key is not known, None if there is no such mark.

    ``keys`` are those of all marks. Only the company's templates can cause this.
    """
    if OPEN not in text and CLOSE not in text:
        return None
    rest = _without(text, keys)
    starts = [start for start in (rest.find(OPEN), rest.find(CLOSE)) if start >= 0]
    return _key_in(rest[min(starts) :][:40].lower(), keys) if starts else None


def changed_mark(text: str, keys: Collection[str]) -> str | None:
    """Return the same as `broken_mark`, also for marks that are escaped or have lost their ends.

    Without ``keys`` there are no marks, and escapes are ordinary text.
    """
    key = broken_mark(text, keys)
    if key is not None or not keys:
        return key
    lower = _without(text, keys).lower()
    if not any(hint in lower for hint in _HINTS):
        return None
    for match in _BARE_KEY.finditer(lower):
        if match[1] in keys:
            return match[1]
    escaped = _ESCAPED.search(lower)
    return None if escaped is None else _key_in(lower[escaped.start() :][:80], keys)


def unfilled_braces(text: str, syntax: Syntax) -> Iterator[str]:
    """Yield the placeholders and tags that a page shows outside code."""
    if "{{" not in text and "{%" not in text:
        return
    for region in regions(text):
        if region.kind in {"text", "tag", "lenient"} and "{" in region.text:
            yield from (raw for raw, _ in syntax.unfilled(region.text))


def _without(text: str, keys: Collection[str]) -> str:
    """Return a text without the marks that will be filled in."""
    return MARK.sub(lambda mark: "" if mark[1] in keys else mark[0], text) if OPEN in text else text


def _key_in(text: str, keys: Collection[str]) -> str:
    match = _BARE_KEY.search(text)
    return match[1] if match and match[1] in keys else ""
