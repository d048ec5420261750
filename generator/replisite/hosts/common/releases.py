"""Releases side by side, one of them live: the layout of a folder on this machine or on another.

    current                     → releases/20260131T120000Z-1a2b3c; the server's document root
    previous                    → the release before, for visitors who still have one of its pages open
    releases/20260131T…         each as a whole; unchanged files are hard links to those of the release before
    releases/20260131T….live    the list of its files
    releases/.20260131T….begun  a release into which the one before is still being linked
    releases/.20260131T….part   one that is being made; a deploy that was cut short continues here

This module holds names and rules; it reads no disk.
"""

from __future__ import annotations

import heapq
import re
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from replisite.hosts.common.compression import SUFFIXES
from replisite.hosts.host import Bundle, HostError
from replisite.model.live_files import LiveFile
from replisite.model.manifest import path_order

__all__ = [
    "CURRENT",
    "LOCK_FILE",
    "NO_LINK",
    "PREVIOUS",
    "RELEASES",
    "InOrder",
    "Twin",
    "Twins",
    "begun",
    "built_packed",
    "checked",
    "copies",
    "is_release",
    "latest_first",
    "listed",
    "part",
    "superfluous",
    "whole",
]

CURRENT: Final = "current"
PREVIOUS: Final = "previous"
RELEASES: Final = "releases"
LOCK_FILE: Final = ".turn"

NO_LINK: Final = (
    "is not a symbolic link, and replisite makes one there; move it away, or choose another folder"
)
"""The message for a ``current`` that is not ours."""

_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]+")


def whole(name: str) -> str:
    """Return the path of a release."""
    return f"{RELEASES}/{name}"


def part(name: str) -> str:
    """Return the path of a release while it is being made."""
    return f"{RELEASES}/.{name}.part"


def begun(name: str) -> str:
    """Return the path of a release until it holds all files of the one before."""
    return f"{RELEASES}/.{name}.begun"


def listed(name: str) -> str:
    """Return the path of the list of a release."""
    return f"{RELEASES}/{name}.live"


def is_release(name: str) -> bool:
    """Say whether a name in ``releases`` is that of a release; other files are left alone.

    >>> is_release("20260131T120000Z-1a2b3c"), is_release("20260131T120000Z-1a2b3c.live"), is_release("backup")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def latest_first(names: Iterable[str]) -> list[str]:
    """Return the releases among names."""
    return sorted(filter(is_release, names), reverse=True)


def superfluous(names: Collection[str], live: str, previous: str, keep: int) -> list[str]:
    """Return what may be removed from ``releases``: all but the ``keep`` latest releases, and lists without a release.

    The live release stays, and the one that was live before it.

    >>> there = [f"2026010{day}T120000Z-a" for day in range(1, 6)]
    >>> superfluous(there, there[4], there[0], 2)
    ['20260103T120000Z-a', '20260102T120000Z-a']
    >>> superfluous(["20260101T120000Z-a.live", "notes"], "", "", 2)
    ['20260101T120000Z-a.live']
    """
    known = latest_first(names)
    staying = {live, previous, *known[:keep]}
    gone = [name for name in known if name not in staying]
    there = set(known) - set(gone)
    lists = (name.removesuffix(".live") for name in sorted(names) if name.endswith(".live"))
    return [*gone, *(f"{name}.live" for name in lists if is_release(name) and name not in there)]


def checked(path: str) -> str:
    """Return a path if it stays within its release, and in one line; raises HostError.

    >>> checked("jane/tea & more.html")
    'jane/tea & more.html'
    """
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise HostError(f"{path!r} leads out of the release; no file of a site has such a path")
    if any(letter in path for letter in "\0\n\r"):
        raise HostError(f"{path!r} has a line break in its name; rename the file and build again")
    return path


def copies(path: str, built: Collection[str] = ()) -> list[str]:
    """Return the paths of a file's packed copies. A path that was ``built`` is a file of its own, and no copy.

    >>> copies("prices.csv", {"prices.csv.gz"})
    ['prices.csv.br']
    """
    return [f"{path}{suffix}" for suffix in SUFFIXES if f"{path}{suffix}" not in built]


def built_packed(bundle: Bundle) -> frozenset[str]:
    """Return the files of a bundle that have the name of a packed copy."""
    return frozenset(file.path for file in bundle.files() if file.path.endswith(SUFFIXES))


class InOrder:
    """The paths that belong to a release, packed copies among them, checked in one walk along the built files.

    Call ``has`` in the order of paths (`path_order`); only the paths between two calls are in memory.
    """

    def __init__(self, files: Iterable[LiveFile]) -> None:
        self._files = iter(files)
        self._next = next(self._files, None)
        self._near: list[str] = []

    def has(self, path: str) -> bool:
        """Say whether a path belongs to the release."""
        key = path_order(path)
        while self._next is not None and path_order(self._next.path) <= key:
            for named in (self._next.path, *copies(self._next.path)):
                heapq.heappush(self._near, path_order(named))
            self._next = next(self._files, None)
        while self._near and self._near[0] < key:
            heapq.heappop(self._near)
        return bool(self._near) and self._near[0] == key


@dataclass(frozen=True, slots=True)
class Twin:
    """A file of the release: its path, and the suffixes of the packed copies beside it."""

    path: str
    suffixes: tuple[str, ...] = ()


@dataclass(slots=True)
class Twins:
    """The latest files by their bytes: the next file with the same bytes becomes a hard link.

    At most ``size`` files are remembered, and each is linked to ``links`` times at most: ext4 takes 65,000 links to a
    file, and every stored release has each of them once more.
    """

    size: int = 10_000
    links: int = 10_000
    _known: OrderedDict[tuple[str, str], tuple[Twin, int]] = field(default_factory=OrderedDict)

    def of(self, file: LiveFile) -> Twin | None:
        """Return a file with the same bytes and the same kind of name, if one is known."""
        twin, left = self._known.get(_kind(file), (None, 0))
        if twin is None or left <= 0 or twin.path == file.path:
            return None
        self._known[_kind(file)] = twin, left - 1
        return twin

    def remember(self, file: LiveFile, suffixes: Iterable[str] = ()) -> None:
        """Remember a file that has arrived, with its packed copies."""
        self._known[_kind(file)] = Twin(file.path, tuple(suffixes)), self.links
        if len(self._known) > self.size:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()


def _kind(file: LiveFile) -> tuple[str, str]:
    return file.digest, PurePosixPath(file.path).suffix
