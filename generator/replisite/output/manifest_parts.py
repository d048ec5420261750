"""A manifest in parts: each worker sorts and packs its entries, and the whole is the parts one after another.

A file in gzip format may have several members, which are read as one text (RFC 1952 §2.2).
"""

from __future__ import annotations

import gzip
import heapq
import shutil
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from replisite.model.manifest import HEADER, Entry, format_entry, parse_entry, path_order
from replisite.system.packed_text import QUICK, iter_packed, pack

__all__ = ["ManifestPart", "iter_part", "join_parts", "write_part"]


@dataclass(frozen=True, slots=True)
class ManifestPart:
    """Some entries in order, packed in the file ``file``. ``first`` and ``last`` are their first and last paths."""

    file: Path
    first: str
    last: str


def write_part(file: Path, entries: Iterable[Entry]) -> ManifestPart:
    """Sort and pack entries."""
    listed = sorted(entries, key=lambda entry: path_order(entry.path))
    file.write_bytes(pack("".join(map(format_entry, listed))))
    return ManifestPart(file, listed[0].path if listed else "", listed[-1].path if listed else "")


def iter_part(part: ManifestPart) -> Iterator[Entry]:
    """Stream a part's entries."""
    yield from map(parse_entry, iter_packed(part.file))


def join_parts(parts: Iterable[ManifestPart], single: Iterable[Entry], file: Path) -> None:
    """Write the whole manifest, of parts and of single entries with any paths.

    Parts whose paths overlap with others are merged, the rest are copied as they are.
    """
    listed = sorted((part for part in parts if part.first), key=lambda part: path_order(part.first))
    between = deque(sorted(single, key=lambda entry: path_order(entry.path)))
    with file.open("wb") as whole:
        whole.write(pack(f"{HEADER}\n"))
        for group, last in _overlapping(listed):
            before = _taken(between, path_order(group[0].first))
            whole.write(pack("".join(map(format_entry, before))))
            among = _taken(between, last)
            if len(group) == 1 and not among:
                with group[0].file.open("rb") as packed:
                    shutil.copyfileobj(packed, whole)
                continue
            streams = [among, *map(iter_part, group)]
            merged = heapq.merge(*streams, key=lambda entry: path_order(entry.path))
            with gzip.GzipFile("", "wb", QUICK, whole, mtime=0) as packing:
                packing.writelines(format_entry(entry).encode() for entry in merged)
        whole.write(pack("".join(map(format_entry, between))))


def _taken(entries: deque[Entry], end: str) -> list[Entry]:
    """Remove the entries before a path from the front, and return them."""
    taken = []
    while entries and path_order(entries[0].path) < end:
        taken.append(entries.popleft())
    return taken


def _overlapping(parts: Sequence[ManifestPart]) -> Iterator[tuple[list[ManifestPart], str]]:
    """Yield runs of parts whose paths overlap, and the last path of each run.

    Parts come in the order of their first paths.
    """
    group: list[ManifestPart] = []
    last = ""
    for part in parts:
        if group and path_order(part.first) > last:
            yield group, last
            group, last = [], ""
        group.append(part)
        last = max(last, path_order(part.last))
    if group:
        yield group, last
