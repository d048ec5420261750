"""The list of live files, as it lies beside the sites: packed text, one line a file, in the order of paths.

    replisite live 2
    release 20260131T120000Z-1a2b3c
    = 0 text/html; charset=utf-8|public, max-age=0, must-revalidate|gzip
    9f86…08 8123 0 jane/index.html
    ? kim/index.html
    - old/index.html

A line with ``=`` gives the headers of the files that name its number. One with ``?`` names an `Uncertain` path, one with
``-`` a `LeftOver` one. Version 1 wrote uncertain paths as files with the digest ``?``, and is still read.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from replisite.deploy.states import LeftOver, Missing, PathState, Seen, Uncertain
from replisite.errors import DeployError
from replisite.model.live_files import LONGEST_PATH, LiveFile, Served, is_live_path
from replisite.model.manifest import path_order
from replisite.model.text import quoted
from replisite.system.packed_text import iter_packed, write_packed

__all__ = ["LiveList", "write_live_list"]

_NAME: Final = "replisite live "
_VERSION: Final = "2"
_READABLE: Final = frozenset({"1", _VERSION})
_LONGEST_LINE = LONGEST_PATH + 200
"""Characters: a path, a digest, two numbers."""

_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FILE = re.compile(r"([0-9a-f]{1,64}) ([0-9]{1,15}) ([0-9]{1,6}) (.+)")
"""Digest, size, number of the headers, path."""

_UNCERTAIN_1 = re.compile(r"[0-9]{1,15} [0-9]{1,6} (.+)")
"""What follows ``?`` in version 1: the size, the number of headers that say nothing, and the path."""

_UNREADABLE = (OSError, ValueError)


@dataclass(frozen=True, slots=True)
class LiveList:
    """A list in the file at ``path``, which ``release`` made. Iterating reads the file from front to back each time.

    Raises DeployError for a damaged file, when it is opened or while it is read.
    """

    path: Path
    release: str
    version: str = _VERSION

    @classmethod
    def open(cls, path: Path) -> LiveList:
        """Open a list."""
        try:
            with closing(iter_packed(path, longest=_LONGEST_LINE)) as lines:
                header = next(lines, "")
                version = header.removeprefix(_NAME).rstrip("\n")
                if header != f"{_NAME}{version}\n" or version not in _READABLE:
                    is_later = header.startswith(_NAME)
                    raise ValueError("of another version of replisite" if is_later else "unknown format")
                word, _, release = next(lines, "").rstrip("\n").partition(" ")
                if word != "release" or not _RELEASE.fullmatch(release):
                    raise ValueError("no release")
        except _UNREADABLE as error:
            raise _damaged(error) from error
        return cls(path, release, version)

    def __iter__(self) -> Iterator[LiveFile | LeftOver | Uncertain]:
        line, number = "", 0
        try:
            with closing(iter_packed(self.path, longest=_LONGEST_LINE)) as lines:
                deque(islice(lines, 2), maxlen=0)
                served: dict[str, Served] = {}
                before = ""
                for number, line in enumerate(lines, 3):  # noqa: B007 - the error names it
                    state = _parsed(line, served, self.version)
                    if state is None:
                        continue
                    key = path_order(state.path)
                    if key <= before:
                        raise ValueError("not in the order of paths")
                    before = key
                    yield state
        except _UNREADABLE as error:
            raise _damaged(error, number, line) from error

    def check(self) -> None:
        """Read the list from front to back; raises DeployError for a damaged one."""
        deque(self, maxlen=0)


def _parsed(line: str, served: dict[str, Served], version: str) -> LiveFile | LeftOver | Uncertain | None:
    """Return the state that a line gives, or None for a line of headers, which joins ``served``; raises ValueError."""
    if not line.endswith("\n"):
        raise ValueError("too long, or cut off")
    first, _, rest = line[:-1].partition(" ")
    if first == "=":
        number, _, headers = rest.partition(" ")
        parts = headers.split("|")
        if len(parts) != 3 or not headers.isprintable():
            raise ValueError("no media type, cache control and encoding")
        served[number] = Served(*parts)
        return None
    if first == "-":
        return LeftOver(_checked(rest))
    if first == "?":
        return Uncertain(_checked(_path_of_uncertain(rest, version)))
    matched = _FILE.fullmatch(line[:-1])
    if matched is None:
        raise ValueError("no digest, size and path")
    digest, size, number, path = matched.groups()
    if number not in served:
        raise ValueError("nothing says how it is served")
    return LiveFile(_checked(path), digest, int(size), served[number])


def _path_of_uncertain(rest: str, version: str) -> str:
    if version != "1":
        return rest
    matched = _UNCERTAIN_1.fullmatch(rest)
    if matched is None:
        raise ValueError("no size and path")
    return matched[1]


def _checked(path: str) -> str:
    if not is_live_path(path):
        raise ValueError("no path of a file below the sites' root")
    return path


def write_live_list(path: Path, release: str, states: Iterable[PathState]) -> None:
    """Write the list of a release; ``states`` come in the order of their paths."""
    numbers: dict[Served, int] = {}
    lines = chain([f"release {release}\n"], (_lines(state, numbers) for state in states))
    write_packed(path, f"{_NAME}{_VERSION}", lines)


def _lines(state: PathState, numbers: dict[Served, int]) -> str:
    """Return the line of a state, and before it that of its headers where they are new."""
    match state:
        case LiveFile():
            number = numbers.get(state.served)
            if number is not None:
                return f"{state.digest} {state.size} {number} {state.path}\n"
            numbers[state.served] = len(numbers)
            served = state.served
            headers = f"= {len(numbers) - 1} {served.content_type}|{served.cache_control}|{served.encoding}\n"
            return headers + _lines(state, numbers)
        case LeftOver() | Missing():
            return f"- {state.path}\n"
        case Seen() | Uncertain():
            return f"? {state.path}\n"


def _damaged(error: Exception, number: int = 0, line: str = "") -> DeployError:
    where = f" in line {number:,}: {quoted(line.rstrip(chr(10)))}" if line and number else ""
    return DeployError(
        f"the list of live files is damaged{where} ({error}); replisite deploy --refresh makes the list again from the files "
        "on the host"
    )
