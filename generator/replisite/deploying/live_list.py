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

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from replisite.errors import DeployError
from replisite.model.live import LiveFile, Served

__all__ = ["LEFT_OVER", "LiveList", "write_live_list"]

_HEADER = "replisite live 1"
_LEVEL = 1  # digests do not get smaller with more work

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
            with gzip.open(place, "rt", encoding="utf-8", newline="\n") as lines:
                if next(lines, "") != f"{_HEADER}\n":
                    raise ValueError("unknown format")  # noqa: TRY301 - told below with the others
                word, _, release = next(lines, "").rstrip("\n").partition(" ")
                if word != "release":
                    raise ValueError("no release")  # noqa: TRY301 - as above
        except (OSError, EOFError, ValueError) as error:
            raise _damaged(error) from error
        return cls(place, release)

    def __iter__(self) -> Iterator[LiveFile]:
        served: dict[str, Served] = {}
        try:
            with gzip.open(self.place, "rt", encoding="utf-8", newline="\n") as lines:
                for _ in range(2):
                    next(lines)
                for line in lines:
                    first, rest = line.rstrip("\n").split(" ", 1)
                    if first == "=":
                        number, told = rest.split(" ", 1)
                        served[number] = Served(*told.split("|"))
                    elif first == "-":
                        yield LiveFile(rest, "", 0, LEFT_OVER)
                    else:
                        size, number, path = rest.split(" ", 2)
                        yield LiveFile(path, first, int(size), served[number])
        except (OSError, EOFError, ValueError, KeyError, StopIteration) as error:
            raise _damaged(error) from error


def write_live_list(place: Path, release: str, files: Iterable[LiveFile]) -> None:
    """Write a list; ``files`` come in the order of their paths, and those that are left over are marked."""
    numbers: dict[Served, int] = {}
    with place.open("wb") as out, gzip.GzipFile("", "wb", _LEVEL, out, mtime=0) as packing:
        packing.write(f"{_HEADER}\nrelease {release}\n".encode())
        lines: list[str] = []
        for file in files:
            if file.served == LEFT_OVER:
                lines.append(f"- {file.path}\n")
            else:
                number = numbers.get(file.served)
                if number is None:
                    number = numbers[file.served] = len(numbers)
                    told = file.served
                    lines.append(f"= {number} {told.content_type}|{told.cache_control}|{told.encoding}\n")
                lines.append(f"{file.digest} {file.size} {number} {file.path}\n")
            if len(lines) >= 1_000:
                packing.write("".join(lines).encode())
                lines.clear()
        packing.write("".join(lines).encode())


def _damaged(error: Exception) -> DeployError:
    return DeployError(
        f"the list of what is live is damaged ({error}); --refresh makes it again from what is there"
    )
