"""The sites that a server must know, and the files that a format makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from replisite.model.live_files import CachePolicy
from replisite.model.redirects import Redirect

__all__ = ["PREVIOUS_SUFFIXES", "ServerFiles", "Sites"]

PREVIOUS_SUFFIXES: Final = (
    *(
        "avif",
        "css",
        "gif",
        "ico",
        "jpeg",
        "jpg",
        "js",
        "mjs",
        "mp4",
        "pdf",
        "png",
        "svg",
        "ttf",
        "wasm",
        "webm",
    ),
    *("webmanifest", "webp", "woff", "woff2"),
)
"""Files that a page which is still open may request when its release is no longer live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """The sites of one target, as a server must know them.

    ``url`` is the company's address and ``also`` another one that is checked; ``has_hosts``: each owner's site has a host
    of its own, in ``_hosts/<host>/``. ``folder`` holds ``current`` and ``previous`` on the server. ``shared`` are folders of
    files that exist once (``theme/``), ``once`` folders of files that never change, ``fingerprinted`` such files outside
    of these folders. ``name`` distinguishes several targets on one server.
    """

    url: str
    headers: Mapping[str, str]
    cache: CachePolicy = field(default_factory=CachePolicy)
    redirects: Sequence[Redirect] = ()
    has_hosts: bool = False
    also: str = ""
    name: str = "live"
    folder: str = ""
    shared: Sequence[str] = ()
    once: Sequence[str] = ()
    fingerprinted: Sequence[str] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The company's own host names."""
        hosts = (urlsplit(url).hostname for url in (self.url, self.also))
        return tuple(dict.fromkeys(host for host in hosts if host))

    @property
    def renamed(self) -> Sequence[Redirect]:
        """The redirects that keep the rest of the path."""
        return [redirect for redirect in self.redirects if redirect.keeps_path]

    @property
    def closed(self) -> Sequence[Redirect]:
        """The redirects that lead to a front page."""
        return [redirect for redirect in self.redirects if not redirect.keeps_path]


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """The files of a format, by name, the number of their redirect rules, and how many of these match many paths.

    ``left_out`` are the redirects that the format cannot express.
    """

    files: Mapping[str, bytes]
    redirects: int = 0
    dynamic: int = 0
    left_out: Sequence[Redirect] = ()
