"""The manifest of a finished output: one entry for each file, in the order of paths."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

__all__ = ["HEADER", "Entry", "entry_of", "format_entry", "parse_entry", "path_order"]

HEADER = "replisite manifest 1"
"""The first line; the number changes with the format."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its path from the output's root with forward slashes, its bytes, their SHA-256 in hex."""

    path: str
    size: int
    digest: str


def entry_of(path: str, body: bytes) -> Entry:
    """Return the entry of a file with this body."""
    return Entry(path, len(body), hashlib.sha256(body).hexdigest())


def format_entry(entry: Entry) -> str:
    r"""Return an entry as a line.

    >>> format_entry(Entry("jane/index.html", 12, "ab"))
    'ab 12 jane/index.html\n'
    """
    return f"{entry.digest} {entry.size} {entry.path}\n"


def parse_entry(line: str) -> Entry:
    """Return the entry of a line; raises ValueError for anything else."""
    digest, size, path = line.rstrip("\n").split(" ", 2)
    return Entry(path, int(size), digest)


def path_order(path: str) -> str:
    """Return the key by which all lists of files are sorted: folder by folder, so a folder's files stay together.

    ``path`` has no NUL, as no path of a file has.

    >>> sorted(["ann-b/x", "ann/x", "ann.html"], key=path_order)
    ['ann/x', 'ann-b/x', 'ann.html']
    """
    return path.replace("/", "\0")
