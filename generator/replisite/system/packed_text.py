"""Write and read packed text: lines in gzip's format (RFC 1952), of which the first names the format and its version."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Generator, Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

__all__ = ["QUICK", "DamagedText", "iter_packed", "pack", "write_packed"]

QUICK: Final = 1
"""The level of compression for text that consists of digests, which do not get smaller with more work."""

_LINES = 1_000


class DamagedText(ValueError):
    """A packed text cannot be read: it is cut off, not packed, not UTF-8, or of another format."""


def write_packed(path: Path, header: str, lines: Iterable[str], level: int = QUICK) -> None:
    """Write a header and lines, each of which ends with a newline. The same lines give the same bytes. Raises OSError."""
    following = iter(lines)
    with path.open("wb") as out, gzip.GzipFile("", "wb", level, out, mtime=0) as packing:
        packing.write(f"{header}\n".encode())
        while batch := "".join(islice(following, _LINES)):
            packing.write(batch.encode())


def pack(text: str) -> bytes:
    """Return a text as one member of a packed text; members one after another are one text."""
    return gzip.compress(text.encode(), QUICK, mtime=0)


def iter_packed(path: Path, header: str = "", longest: int = -1) -> Generator[str]:
    """Stream the lines after the header, each with its newline; all lines if ``header`` is empty.

    A line of more than ``longest`` characters comes in pieces. Raises OSError for a file that cannot be opened, and
    DamagedText.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as text:
            lines = iter(text) if longest < 0 else iter(partial(text.readline, longest), "")
            if header:
                _check(next(lines, ""), header)
            yield from lines
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise DamagedText(str(error)) from error


def _check(line: str, header: str) -> None:
    """Raise DamagedText for another header than ``header``."""
    if line != f"{header}\n":
        is_of_another_version = line.startswith(f"{header.rpartition(' ')[0]} ")
        raise DamagedText("of another version of replisite" if is_of_another_version else "unknown format")
