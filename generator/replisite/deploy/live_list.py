"""The list of what is live, as it lies beside the sites: packed text, one line a file, in the order of paths.

    replisite live 1
    release 20260131T120000Z-1a2b3c
    = 0 text/html; charset=utf-8|public, max-age=0, must-revalidate|gzip
    9f86…08 8123 0 jane/index.html
    - old/index.html

A line with ``=`` says how files are served that name its number; one with ``-`` names a file that may still be there,
because the deploy that removes it has not said that it is done.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from replisite.errors import DeployError
from replisite.model.live_files import LONGEST_PATH, LiveFile, Served, is_live_path
from replisite.model.manifest import path_order
from replisite.model.text import quoted
from replisite.system.packed_text import iter_packed, write_packed

__all__ = ["LEFT_OVER", "LiveList", "write_live_list"]

_HEADER = "replisite live 1"
_LONGEST_LINE = LONGEST_PATH + 200
"""Characters: a path, a digest, two numbers."""

_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FILE = re.compile(r"([0-9a-f]{1,64}|\?) ([0-9]{1,15}) ([0-9]{1,6}) (.+)")
"""Digest, size, number, path; the digest of a file of which only the path is known is a question mark."""

_UNREADABLE = (OSError, ValueError)

LEFT_OVER = Served("", "", "left over")
"""How a file is marked that should be gone."""


@dataclass(frozen=True, slots=True)
class LiveList:
    """A list in a file: ``release`` made it. Iterating reads it from front to back, as often as wanted.

    Raises DeployError for a damaged file, when it is opened or on the way.
    """

    place: Path
    release: str

    @classmethod
    def open(cls, place: Path) -> LiveList:
        """Open a list."""
        try:
            with closing(iter_packed(place, _HEADER, _LONGEST_LINE)) as lines:
                word, _, release = next(lines, "").rstrip("\n").partition(" ")
                if word != "release" or not _RELEASE.fullmatch(release):
                    raise ValueError("no release")
        except _UNREADABLE as error:
            raise _damaged(error) from error
        return cls(place, release)

    def __iter__(self) -> Iterator[LiveFile]:
        line, number = "", 0
        try:
            with closing(iter_packed(self.place, _HEADER, _LONGEST_LINE)) as lines:
                next(lines, "")
                served: dict[str, Served] = {}
                before = ""
                for number, line in enumerate(lines, 3):  # noqa: B007 - it is told below
                    file = _parsed(line, served)
                    if file is None:
                        continue
                    key = path_order(file.path)
                    if key <= before:
                        raise ValueError("not in the order of paths")
                    before = key
                    yield file
        except _UNREADABLE as error:
            raise _damaged(error, number, line) from error

    def check(self) -> None:
        """Read it from front to back; raises DeployError for a damaged one."""
        deque(self, maxlen=0)


def _parsed(line: str, served: dict[str, Served]) -> LiveFile | None:
    """Return the file of a line, or None for one that says how files are served; raises ValueError."""
    if not line.endswith("\n"):
        raise ValueError("too long, or cut off")
    first, _, rest = line[:-1].partition(" ")
    if first == "=":
        number, _, told = rest.partition(" ")
        parts = told.split("|")
        if len(parts) != 3 or not told.isprintable():
            raise ValueError("no media type, cache control and encoding")
        served[number] = Served(*parts)
        return None
    if first == "-":
        return LiveFile(_path(rest), "", 0, LEFT_OVER)
    found = _FILE.fullmatch(line[:-1])
    if found is None:
        raise ValueError("no digest, size and path")
    digest, size, number, path = found.groups()
    if number not in served:
        raise ValueError("nothing says how it is served")
    return LiveFile(_path(path), digest, int(size), served[number])


def _path(path: str) -> str:
    if not is_live_path(path):
        raise ValueError("no path of a file below the sites' root")
    return path


def write_live_list(place: Path, release: str, files: Iterable[LiveFile]) -> None:
    """Write a list; ``files`` come in the order of their paths, and those that are left over are marked."""
    write_packed(place, _HEADER, chain([f"release {release}\n"], _lines(files)))


def _lines(files: Iterable[LiveFile]) -> Iterator[str]:
    numbers: dict[Served, int] = {}
    for file in files:
        served = file.served
        if served == LEFT_OVER:
            yield f"- {file.path}\n"
            continue
        number = numbers.get(served)
        if number is None:
            number = numbers[served] = len(numbers)
            yield f"= {number} {served.content_type}|{served.cache_control}|{served.encoding}\n"
        yield f"{file.digest} {file.size} {number} {file.path}\n"


def _damaged(error: Exception, number: int = 0, line: str = "") -> DeployError:
    where = f" in line {number:,}: {quoted(line.rstrip(chr(10)))}" if line and number else ""
    return DeployError(
        f"the list of what is live is damaged{where} ({error}); replisite deploy --refresh makes the list again from the "
        "files that are live"
    )
