"""The addresses in a text, and the files of the site that they mean."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

__all__ = ["computed_folders", "iter_addresses", "iter_strings", "paths_of"]

_VALUE = re.compile(r"""=\s*(?:"([^"]*)"|'([^']*)')""")
_URL = re.compile(r"""url\(\s*["']?([^"')]+)""", re.IGNORECASE)
_TOKEN = re.compile(r"""[^\s"'()<>{}\[\],;|=\\`*]+""")
_FILE_LIKE = re.compile(r"\.[A-Za-z0-9]{1,12}(?:[?#]|$)")
_COMPUTED = re.compile(r"""([\w.%-]+(?:/[\w.%-]+)*/)(?:[\w.%-]*)(?=\{\{|["']\s*[~+])""")
_MARKER = re.compile(r"\{(?:static|attach|filename)\}|\|(?:static|attach|filename)\|")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


def iter_addresses(text: str) -> Iterator[str]:
    """Stream all that may be an address in HTML, a style sheet, a script or Markdown: rather too much than too little.

    >>> sorted({*iter_addresses('<img src="a b.png" srcset="c.png 2x">')})
    ['a b.png', 'b.png', 'c.png', 'c.png 2x']
    """
    for match in _VALUE.finditer(text):
        yield match[1] or match[2] or ""
    for match in _URL.finditer(text):
        yield match[1].strip()
    for token in _TOKEN.findall(text):
        if "." in token and _FILE_LIKE.search(token):
            yield token
    if "&" in text and (plain := html.unescape(text)) != text:
        yield from iter_addresses(plain)


def paths_of(address: str, bases: Iterable[str], home: str) -> Iterator[str]:
    """Stream the paths, from the site's root, that an address may mean when it stands in one of some folders.

    ``home`` is the site's absolute address. Addresses of other sites and folders mean nothing here.

    >>> list(paths_of("../images/cup.svg?v=2#top", ["news/tea"], "https://www.tea.example"))
    ['news/images/cup.svg']
    """
    text = _MARKER.sub("", html.unescape(address)).strip()
    if home and text.startswith(f"{home}/"):
        text = text[len(home) :]
    if _ELSEWHERE.match(text) or not text:
        return
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    if not path or path.endswith("/"):
        return
    for form in dict.fromkeys((unquote(path), path)):
        for base in ("",) if form.startswith("/") else bases:
            path = posixpath.normpath(posixpath.join("/", base, form)).lstrip("/")
            if path:
                yield path


def computed_folders(text: str) -> Iterator[str]:
    """Stream the folders of addresses whose last part a template computes.

    >>> list(computed_folders('<img src="{{ SITEURL }}/images/ranks/{{ distributor.rank }}.svg">'))
    ['images/ranks']
    """
    for match in _COMPUTED.finditer(text):
        yield match[1].strip("/")


def iter_strings(value: object, depth: int = 0) -> Iterator[str]:
    """Stream the texts in plain data, however nested: keys and values."""
    if depth > 10:  # no front matter is nested deeper
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from iter_strings(key, depth + 1)
            yield from iter_strings(item, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from iter_strings(item, depth + 1)
