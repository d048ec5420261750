"""Releases side by side, one of them live: what a folder on this machine and one on another have in common.

    current                     → releases/20260131T120000Z-1a2b3c; the server's document root
    previous                    → the release before, for who still has one of its pages open
    releases/20260131T…         each as a whole; files that did not change are hard links to those before
    releases/20260131T….live    the list of what is in it
    releases/.20260131T….begun  a release that is not even a copy of the one before yet
    releases/.20260131T….part   one that is being made; whoever was cut short goes on from there

Everything here is names and rules; nobody asks a disk.
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
    "NO_LINK",
    "PREVIOUS",
    "RELEASES",
    "TURN",
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
TURN: Final = ".turn"

NO_LINK: Final = "is no link; replisite makes a link there; move it away, or choose another folder"
"""What is said of a ``current`` that somebody else made."""

_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-z]+")


def whole(name: str) -> str:
    """Return where a release is."""
    return f"{RELEASES}/{name}"


def part(name: str) -> str:
    """Return where a release is while it is being made."""
    return f"{RELEASES}/.{name}.part"


def begun(name: str) -> str:
    """Return where a release is until all that the one before has is in it."""
    return f"{RELEASES}/.{name}.begun"


def listed(name: str) -> str:
    """Return where the list of a release is."""
    return f"{RELEASES}/{name}.live"


def is_release(name: str) -> bool:
    """Say whether a name in ``releases`` is one of ours; what somebody else put there is let alone.

    >>> is_release("20260131T120000Z-1a2b3c"), is_release("20260131T120000Z-1a2b3c.live"), is_release("backup")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def latest_first(names: Iterable[str]) -> list[str]:
    """Return the releases among names."""
    return sorted(filter(is_release, names), reverse=True)


def superfluous(names: Collection[str], live: str, previous: str, keep: int) -> list[str]:
    """Return what may be removed from ``releases``: releases beyond the ``keep`` latest, and lists of none that is there.

    Neither the live one goes, nor the one that was live before it.

    >>> there = [f"2026010{day}T120000Z-a" for day in range(1, 6)]
    >>> superfluous(there, there[4], there[0], 2)
    ['20260103T120000Z-a', '20260102T120000Z-a']
    >>> superfluous(["20260101T120000Z-a.live", "notes"], "", "", 2)
    ['20260101T120000Z-a.live']
    """
    found = latest_first(names)
    kept = {live, previous, *found[:keep]}
    gone = [name for name in found if name not in kept]
    there = set(found) - set(gone)
    lists = (name.removesuffix(".live") for name in sorted(names) if name.endswith(".live"))
    return [*gone, *(f"{name}.live" for name in lists if is_release(name) and name not in there)]


def checked(path: str) -> str:
    """Return a path if it stays within its release, and in one line; raises HostError.

    >>> checked("jane/tea & more.html")
    'jane/tea & more.html'
    """
    parts = path.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise HostError(f"{path!r} would leave the release; no file of a site is named so")
    if any(letter in path for letter in "\0\n\r"):
        raise HostError(f"{path!r} has a line break in its name; rename the file and build again")
    return path


def copies(path: str, built: Collection[str] = ()) -> list[str]:
    """Return the paths of a file's packed copies. What was ``built`` under such a name is no copy, but a file.

    >>> copies("prices.csv", {"prices.csv.gz"})
    ['prices.csv.br']
    """
    return [f"{path}{suffix}" for suffix in SUFFIXES if f"{path}{suffix}" not in built]


def built_packed(bundle: Bundle) -> frozenset[str]:
    """Return the files of a bundle that are named as packed copies are."""
    return frozenset(file.path for file in bundle.files() if file.path.endswith(SUFFIXES))


class InOrder:
    """Says which paths belong to a release, packed copies among them, in one walk along what was built.

    Ask in the order of paths (`path_order`); only what lies between is remembered.
    """

    def __init__(self, files: Iterable[LiveFile]) -> None:
        self._files = iter(files)
        self._next = next(self._files, None)
        self._near: list[str] = []

    def has(self, path: str) -> bool:
        """Say whether a path is there."""
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
    """A file that is there: its path, and the suffixes of the packed copies beside it."""

    path: str
    suffixes: tuple[str, ...] = ()


@dataclass(slots=True)
class Twins:
    """Remembers files by their bytes: the next with the same ones becomes a hard link.

    ``kept`` files are remembered. Each is linked to ``links`` times at the most: ext4 takes 65,000 links to a file, and
    every release that is kept has each of them once more.
    """

    kept: int = 10_000
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
        if len(self._known) > self.kept:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()


def _kind(file: LiveFile) -> tuple[str, str]:
    return file.digest, PurePosixPath(file.path).suffix
