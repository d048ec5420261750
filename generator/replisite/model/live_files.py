"""The files of a live site: how each is served, and in which order they change.

A *live file* is a file of the output with the headers that it is served with. A live site is a list of them in the order
of their paths, so two lists of any length are compared in one walk.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Final

__all__ = [
    "FINGERPRINT",
    "KNOWN_TYPES",
    "LISTS",
    "LONGEST_PATH",
    "PAGE_SUFFIXES",
    "TEXT_TYPES",
    "CachePolicy",
    "Group",
    "LiveFile",
    "Served",
    "group_of",
    "is_live_path",
    "served",
    "serving",
]

PAGE_SUFFIXES: Final = (".html", ".htm", ".xhtml")

LISTS: Final = frozenset({"_headers", "_redirects", "robots.txt", "firebase.json"})
"""Files at the root that name others: they change when the files that they name are live."""

FINGERPRINT: Final = re.compile(r"[.-](?=[0-9a-z]*[0-9])(?:[0-9a-f]{8,64}|[0-9a-z]{20,64})\.[a-z0-9.]+$")
"""A name with a digest of its content in it, as bundlers write it: ``app.3f2a91bc.css``."""

TEXT_TYPES: Final = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/ld+json",
        "application/manifest+json",
        "application/xml",
        "application/rss+xml",
        "application/atom+xml",
        "image/svg+xml",
    }
)

KNOWN_TYPES: Final[Mapping[str, str]] = {
    ".atom": "application/atom+xml",
    ".avif": "image/avif",
    ".css": "text/css",
    ".gz": "application/gzip",
    ".htm": "text/html",
    ".html": "text/html",
    ".ico": "image/vnd.microsoft.icon",
    ".ics": "text/calendar",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".rss": "application/rss+xml",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".vcf": "text/vcard",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
}
"""The same on every machine; Python's own table depends on the system's mime.types."""


class Group(IntEnum):
    """Files that change together, in the order in which they are sent; deleted files go at the very end."""

    FINGERPRINTED = 1
    SHARED = 2
    PAGE = 3
    LIST = 4


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """``Cache-Control`` by group (RFC 9111 §5.2.2).

    A fingerprinted file never changes. A browser asks for another version of any other file before it uses the file, so
    that a deploy is visible at once; ``shared_seconds`` and ``page_seconds`` let it use the file for a while without asking.
    """

    page_seconds: int = 0
    shared_seconds: int = 3_600

    def of(self, group: Group) -> str:
        """Return the header's value for a group.

        >>> CachePolicy().of(Group.PAGE), CachePolicy(page_seconds=60).of(Group.PAGE)
        ('public, max-age=0, must-revalidate', 'public, max-age=60, must-revalidate')
        """
        if group is Group.FINGERPRINTED:
            return "public, max-age=31536000, immutable"
        seconds = self.shared_seconds if group is Group.SHARED else self.page_seconds
        return f"public, max-age={seconds}, must-revalidate"


@dataclass(frozen=True, slots=True)
class Served:
    """How a file is served: its media type with charset, its ``Cache-Control``, its ``Content-Encoding`` or nothing."""

    content_type: str
    cache_control: str
    encoding: str = ""

    @property
    def is_text(self) -> bool:
        """Whether the bytes get smaller when they are packed."""
        kind = self.content_type.partition(";")[0]
        return kind.startswith("text/") or kind in TEXT_TYPES


@dataclass(frozen=True, slots=True)
class LiveFile:
    """One file of a site that is live, or is to be live.

    ``path`` is relative to the sites' root, with forward slashes; ``digest`` is the SHA-256, in hex, of the file as it
    was built; ``size`` counts its bytes, before they are packed.
    """

    path: str
    digest: str
    size: int
    served: Served = field(repr=False)

    @property
    def group(self) -> Group:
        """The group in which the file changes."""
        return group_of(self.path)


def group_of(path: str) -> Group:
    """Return the group of a file, which follows from its path alone.

    >>> group_of("theme/app.3f2a91bc.css").name, group_of("theme/app.css").name, group_of("jane/index.html").name
    ('FINGERPRINTED', 'SHARED', 'PAGE')
    >>> group_of("sitemap.xml").name, group_of("theme/decade.css").name
    ('LIST', 'SHARED')
    """
    if path.endswith(PAGE_SUFFIXES):
        return Group.PAGE
    name = path.rpartition("/")[2]
    if path in LISTS or (name.startswith("sitemap") and name.endswith((".xml", ".xml.gz"))):
        return Group.LIST
    if FINGERPRINT.search(name):
        return Group.FINGERPRINTED
    return Group.LIST if path.startswith("feeds/") else Group.SHARED


_NO_PATH: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]|(?:^|/)\.{0,2}(?:/|$)")
"""Control characters but the tab, and segments that are no name: an empty one, a dot, two dots."""

LONGEST_PATH: Final = 4_096
"""Characters; PATH_MAX of Linux counts bytes."""


def is_live_path(path: str) -> bool:
    """Say whether a live file may have this path: relative, below its root, and one line of text.

    >>> is_live_path("jane/tea & more.html"), is_live_path("zz/../../victim"), is_live_path("/etc/passwd")
    (True, False, False)
    """
    return len(path) <= LONGEST_PATH and _NO_PATH.search(path) is None


def served(path: str, policy: CachePolicy, packed: str = "") -> Served:
    """Return how a file is served. ``packed`` is the encoding of text (``gzip``, ``br``), or empty.

    >>> served("jane/index.html", CachePolicy()).content_type, served("a.png", CachePolicy(), "gzip").encoding
    ('text/html; charset=utf-8', '')
    """
    suffix = path[path.rfind(".") :].lower() if "." in path.rpartition("/")[2] else ""
    return _served(suffix, group_of(path), policy, packed)


@lru_cache(maxsize=1024)
def _served(suffix: str, group: Group, policy: CachePolicy, packed: str) -> Served:
    kind = KNOWN_TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    if suffix == "":
        kind = "text/plain" if group is Group.LIST else kind
    plain = Served(kind, policy.of(group))
    if not plain.is_text:
        return plain
    return Served(f"{kind}; charset=utf-8", plain.cache_control, packed)


def serving(policy: CachePolicy, packed: str = "") -> Callable[[str], Served]:
    """Return `served` for one policy and one packing, fast for pages, which are most of the files.

    >>> serving(CachePolicy())("jane/index.html") == served("jane/index.html", CachePolicy())
    True
    """
    pages = {suffix: served(suffix, policy, packed) for suffix in PAGE_SUFFIXES}

    def of(path: str) -> Served:
        return pages.get(path[path.rfind(".") :]) or served(path, policy, packed)

    return of
