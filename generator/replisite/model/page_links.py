"""The links of a page as text, and the files that they lead to."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

__all__ = ["INTERNAL_URL", "internal_links", "is_internal", "target_of"]

_ELSEWHERE = r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|\?"
INTERNAL_URL = re.compile(
    r"""(?P<before>\s(?:href|src|poster|data|srcset|content|action|xlink:href)\s*=\s*["'])"""
    rf"""(?P<url>(?!["']|{_ELSEWHERE})[^"'<>\x00-\x1f]*)(?=["'])"""
)
"""An attribute that holds a URL which may stay on the site, and the URL: groups ``before`` and ``url``."""

_NOT_INTERNAL = re.compile(rf"{_ELSEWHERE}|$")


def is_internal(url: str) -> bool:
    """Say whether a URL is relative and names a file: neither another site nor a place on the same page."""
    return not _NOT_INTERNAL.match(url)


def target_of(url: str, page: str) -> str:
    """Return the file that a relative URL on a page leads to, from the site's root.

    >>> target_of("../oolong/?a#b", "products/green/index.html")
    'products/oolong/index.html'
    >>> target_of("../../theme/a.css", "products/green/index.html")
    'theme/a.css'
    """
    path = unquote(html.unescape(re.split(r"[?#]", url, maxsplit=1)[0]))
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(page), path)).lstrip("/")
    if path.endswith(("/", "/.", "/..")) or path in {".", ".."} or not joined:
        return posixpath.join(joined, "index.html") if joined else "index.html"
    return joined


def internal_links(text: str, page: str) -> Iterator[tuple[str, str]]:
    """Yield (URL as written, file it leads to) for the links of a page that stay on the site."""
    for found in INTERNAL_URL.finditer(text):
        attribute = found["before"].strip().split("=")[0].strip()
        if attribute not in {"content", "srcset"}:
            yield found["url"], target_of(found["url"], page)
