"""Recognise copies of the roster by what they begin with, whatever they are called."""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from pathlib import Path

__all__ = ["RosterCopies"]

READ = 65_536
"""How many bytes of a file are looked at; a header is shorter."""

MEMBERS = 50
"""How many files of an archive are looked at."""

_KEYS = frozenset({"id", "alias"})
"""The columns that make a table a roster: no site works without them."""

_OTHERS = frozenset(
    [
        ".avif",
        ".css",
        ".eot",
        ".gif",
        ".htm",
        ".html",
        ".ico",
        ".jpeg",
        ".jpg",
        ".js",
        ".mjs",
        ".mp3",
        ".mp4",
        ".otf",
        ".pdf",
        ".png",
        ".svg",
        ".ttf",
        ".webm",
        ".webp",
        ".woff",
        ".woff2",
    ]
)
"""Files that are no tables."""

_SEPARATORS = re.compile(r"[,;\t|]")
_JSON_KEY = re.compile(r'"((?:[^"\\]|\\.){1,100})"\s*:')
_CELL = re.compile(r"<(?:\w+:)?t\b[^>]*>([^<]{1,200})<")


class RosterCopies:
    """Tells copies of a roster from other files: they have its header, or the columns ``id`` and ``alias``."""

    def __init__(self, roster: Path | None) -> None:
        self._header: frozenset[str] | None = None
        self._roster = roster
        self._known: dict[tuple[str, int, int], bool] = {}

    def is_copy(self, path: str) -> bool:
        """Say whether a file looks like a copy of the roster; False for one that cannot be read."""
        if os.path.splitext(path)[1].lower() in _OTHERS:  # noqa: PTH122 - called for every address of every page
            return False
        try:
            state = os.stat(path)  # noqa: PTH116 - as above
            key = path, state.st_mtime_ns, state.st_size
            if key not in self._known:
                self._known[key] = self._looks_like(Path(path))
            return self._known[key]
        except OSError:
            return False

    def _looks_like(self, path: Path) -> bool:
        start = _start_of(path)
        names = _names_in_archive(path) if start.startswith(b"PK\x03\x04") else _names_in(start)
        return names >= _KEYS or (len(self._own_header()) > 1 and names >= self._own_header())

    def _own_header(self) -> frozenset[str]:
        """Return the headings of the roster itself, which may be a company's own."""
        if self._header is None:
            self._header = frozenset()
            if self._roster is not None and self._roster.is_file():
                self._header = _names_in(_start_of(self._roster))
        return self._header


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(READ)


def _names_in(start: bytes, depth: int = 0) -> frozenset[str]:
    """Return the names of the columns that a file seems to begin with, in lower case."""
    if start.startswith(b"\x1f\x8b") and not depth:
        return _names_in(_unpacked(start), 1)
    if start.startswith((b"SQLite format 3\0", b"PAR1")):
        return _KEYS if b"alias" in start else frozenset()
    text = _decoded(start).lstrip()
    if text.startswith(("{", "[")):
        return frozenset(
            json.loads(f'"{name}"').lower() for name in _JSON_KEY.findall(text) if "\\" not in name
        )
    lines = (line for line in text.splitlines() if line.strip() and not line.lower().startswith("sep="))
    names: set[str] = set()
    for line, _ in zip(lines, range(5), strict=False):  # a spreadsheet may begin with a title
        cells = frozenset(cell.strip().strip("\"'").strip().lower() for cell in _SEPARATORS.split(line))
        if cells >= _KEYS:
            return cells
        names = names or set(cells)
    return frozenset(names)


def _decoded(start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start[: len(start) // 2 * 2].decode("utf-16", errors="replace")
    return start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")


def _unpacked(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(start, READ)
    except zlib.error:
        return b""


def _names_in_archive(path: Path) -> frozenset[str]:
    """Look into the files of an archive: a spreadsheet's texts, or a table that was packed."""
    names: set[str] = set()
    for member in _starts_of_members(path):
        texts = {cell.strip().lower() for cell in _CELL.findall(_decoded(member))}
        names |= texts or _names_in(member, 1)
    return frozenset(names)


def _starts_of_members(path: Path) -> list[bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            starts = []
            for name in archive.namelist()[:MEMBERS]:
                with archive.open(name) as member:
                    starts.append(member.read(READ))
            return starts
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError, ValueError):
        return []  # damaged or locked: no roster can be read from it
