"""What every form is made from, and what a form gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from replisite.model.live_files import CachePolicy
from replisite.model.redirects import Redirect

__all__ = ["KEPT_SUFFIXES", "ServerFiles", "Sites"]

KEPT_SUFFIXES: Final = (
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
"""What a page that is still open may ask for when the release that it came with is live no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """The sites of one target, as a server must know them.

    ``url`` is the company's address and ``also`` another under which it is looked at; ``has_hosts``: each owner's site is
    on a host of its own, in ``_hosts/<host>/``. ``folder`` is where ``current`` and ``previous`` are on the server.
    ``shared`` are folders of files that exist once (``theme/``), ``fingerprinted`` the files that never change outside
    of folders that hold nothing else (``once``). ``name`` tells several targets on one server apart.
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
        found = (urlsplit(url).hostname for url in (self.url, self.also))
        return tuple(dict.fromkeys(host for host in found if host))

    @property
    def renamed(self) -> Sequence[Redirect]:
        """Those redirects that keep the rest of the path."""
        return [one for one in self.redirects if one.keeps_path]

    @property
    def closed(self) -> Sequence[Redirect]:
        """Those that lead to a front page."""
        return [one for one in self.redirects if not one.keeps_path]


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """A form: its ``files`` by name, how many rules for redirects it takes, and how many of them match many paths.

    ``left_out`` are the redirects that it cannot express.
    """

    files: Mapping[str, bytes]
    redirects: int = 0
    dynamic: int = 0
    left_out: Sequence[Redirect] = ()
