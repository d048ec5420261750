"""Find the addresses in a text that may hold several: CSS, ``srcset``, a refresh; and what an attribute's value says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from html.entities import html5

from replisite.links.attributes import Form

__all__ = [
    "addresses_in",
    "escape_attribute",
    "iter_style_addresses",
    "replace_addresses",
    "style_text",
    "unescape_attribute",
]

_BLANKS = " \t\n\f\r"
_WORD = re.compile(rf"[^{_BLANKS}]+")
_SOURCE = re.compile(rf"[{_BLANKS},]*([^{_BLANKS}]+)")
_DESCRIPTORS = re.compile(r"(?:[^,(]|\([^)]*\)?)*,?")
_REFRESH = re.compile(
    rf"[{_BLANKS}]*[0-9.]*[{_BLANKS}]*[;,]?[{_BLANKS}]*(?:url[{_BLANKS}]*=[{_BLANKS}]*)?(?:\"([^\"]*)|'([^']*)|([^\"'].*))",
    re.IGNORECASE | re.DOTALL,
)
_JSON_PATH = re.compile(r"\"((?:\.{0,2}/|https?:)[^\"\\\n]*)\"")
_STYLE = re.compile(
    r"""
    /\*.*?(?:\*/|\Z)
    | @(?:namespace|charset)\b[^;{}]*
    | (?<![\w-])(?:url|src)\(\s*(?:"(?P<double>(?:[^"\\\n]|\\.)*)"?|'(?P<single>(?:[^'\\\n]|\\.)*)'?|(?P<bare>(?:[^\s"'()\\]|\\.)*))\s*\)?
    | @import\s*(?:"(?P<import_double>[^"\\\n]*)"?|'(?P<import_single>[^'\\\n]*)'?)
    | (?P<image_set>(?<![\w-])(?:-webkit-)?image-set\()
    | "(?P<text_double>(?:[^"\\\n]|\\.)*)"?
    | '(?P<text_single>(?:[^'\\\n]|\\.)*)'?
    | (?P<bracket>[()])
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_STYLE_ADDRESSES = ("double", "single", "bare", "import_double", "import_single")
_STYLE_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f\r]?|(.))", re.DOTALL)
_STYLE_SPECIAL = re.compile(r"[\s\"'()\\]")
_REFERENCE = re.compile(r"&(?:#[xX]?[0-9A-Fa-f]+;?|([A-Za-z][A-Za-z0-9]*)(;?)(=?))")


def addresses_in(text: str, form: Form) -> Iterator[tuple[int, int]]:
    """Yield where each address in a text begins and ends, in their order; the text has no character references.

    >>> css = 'a { background: url("/a.png") } /* url(/b.png) */'
    >>> [css[start:end] for start, end in addresses_in(css, Form.STYLE)]
    ['/a.png']
    >>> [at for at in addresses_in("/a.png 1x, /b.png 2x", Form.SOURCE_SET)]
    [(0, 6), (11, 17)]
    """
    match form:
        case Form.ADDRESS:
            start = len(text) - len(text.lstrip())
            function = text[start : start + 4].lower()
            if function == "url(":  # lazy backgrounds may be written as in CSS
                yield from _style_addresses(text)
            else:
                yield start, max(start, len(text.rstrip()))
        case Form.ADDRESS_LIST:
            yield from (word.span() for word in _WORD.finditer(text))
        case Form.SOURCE_SET:
            yield from _source_addresses(text)
        case Form.STYLE:
            yield from _style_addresses(text)
        case Form.REFRESH:
            refresh = _REFRESH.match(text)
            if refresh and refresh.lastindex:
                yield refresh.span(refresh.lastindex)
        case Form.JSON:
            yield from (path.span(1) for path in _JSON_PATH.finditer(text))
        case _:
            return


def iter_style_addresses(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield where each address of CSS begins, and the address without CSS escapes.

    >>> list(iter_style_addresses("a { background: url(a\\ b.png) }"))
    [(20, 'a b.png')]
    """
    for start, end in _style_addresses(text):
        yield start, style_text(text[start:end])


def replace_addresses(text: str, form: Form, led: Callable[[str], str]) -> str:
    """Return a text whose addresses are what ``led`` makes of them; all else stays as it is."""
    parts: list[str] = []
    done = 0
    for start, end in addresses_in(text, form):
        written = text[start:end]
        if form is Form.STYLE and "\\" in written:
            text_of_address = style_text(written)
            new = led(text_of_address)
            new = (
                written
                if new == text_of_address
                else _STYLE_SPECIAL.sub(lambda character: f"%{ord(character[0]):02X}", new)
            )
        else:
            new = led(written)
        parts += (text[done:start], new)
        done = end
    return "".join((*parts, text[done:])) if parts else text


def style_text(written: str) -> str:
    """Return what a piece of CSS says, its escapes resolved (CSS Syntax Level 3, §4.3.7)."""
    return _STYLE_ESCAPE.sub(_style_character, written) if "\\" in written else written


def _style_character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16) if escape[1] else 0
    return escape[2] or (chr(code) if 0 < code < 0x110000 else "\ufffd")


def _source_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Split as the standard does: commas within an address belong to it, those at its end do not."""
    at = 0
    while source := _SOURCE.match(text, at):
        start, end = source.span(1)
        address = text[start:end].rstrip(",")
        yield start, start + len(address)
        at = end
        if len(address) == end - start:
            descriptors = _DESCRIPTORS.match(text, at)
            at = descriptors.end() if descriptors else at


def _style_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Read as much of CSS Syntax Level 3 as distinguishes addresses from comments and other strings."""
    if "(" not in text and "@" not in text:
        return
    depth = 0
    image_sets: list[int] = []
    for token in _STYLE.finditer(text):
        name = token.lastgroup
        if name in _STYLE_ADDRESSES:
            yield token.span(name)
        elif name == "image_set":
            depth += 1
            image_sets.append(depth)
        elif name in {"text_double", "text_single"}:
            if image_sets and image_sets[-1] == depth:  # in type("image/avif") it is one deeper
                yield token.span(name)
        elif name == "bracket":
            depth += 1 if token.group() == "(" else -1
            while image_sets and image_sets[-1] > depth:
                image_sets.pop()


def unescape_attribute(text: str) -> str:
    """Return what an attribute's value says.

    A name without a semicolon is a reference only if neither ``=`` nor a letter follows it (HTML standard, *named
    character reference state*): ``?a=1&copy=2`` stays.
    """
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(reference: re.Match[str]) -> str:
    name, semicolon, equals = reference.groups()
    if name is None:
        return unescape(reference.group())
    if semicolon:
        return html5.get(f"{name};", reference.group()[: -len(equals) or None]) + equals
    return reference.group() if equals or name not in html5 else html5[name]


def escape_attribute(text: str, quote: str) -> str:
    """Return text as an attribute's value within these quotes; without quotes blanks are escaped too."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if quote:
        return text.replace(quote, "&#34;" if quote == '"' else "&#39;")
    return re.sub(rf"[{_BLANKS}\"'`=]", lambda character: f"&#{ord(character.group())};", text)
