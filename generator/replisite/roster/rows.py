"""What every kind of roster file gives: raw rows, and the rows that are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from replisite.errors import Fault, nearest
from replisite.model.text import quoted

__all__ = ["BadFile", "BadRow", "Columns", "RawRow", "RosterFile"]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a roster must have, and those that it may have."""

    required: tuple[str, ...]
    known: tuple[str, ...]

    def undeclared(self, name: str, file: str, line: int) -> Fault:
        """Return the fault of a column that nobody declared."""
        advice = (
            nearest(name, self.known) or "declare it under [[roster.fields]] in site.toml, or leave it out"
        )
        return Fault(file, line, f"column {quoted(name)} is not declared", advice)

    def missing(self, names: Iterable[str], file: str, line: int) -> list[Fault]:
        """Return a fault for each required column that is not among the names."""
        present = frozenset(names)
        return [
            Fault(file, line, f'column "{name}" is missing', f"every roster has {', '.join(self.required)}")
            for name in self.required
            if name not in present
        ]


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it is written: text by column name.

    ``positions`` says where a cell stands that is not from the roster itself, ``lost`` what letters a cell has lost
    while it was read.
    """

    file: str
    line: int
    cells: Mapping[str, str]
    positions: Mapping[str, tuple[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    lost: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read as cells; ``id`` is the person's, where it can be made out.

    ``more`` are further faults of the row. ``rows`` is how many rows are lost with it: several where a quote swallows
    them, none where the fault is the header's and the rows are read.
    """

    fault: Fault
    id: str = ""
    rows: int = 1
    more: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class BadFile:
    """A fault of the whole file: rows may follow, so that their faults are reported too, but all may be wrong."""

    fault: Fault


class RosterFile(Protocol):
    """A roster in one format. A new format is one file with one such class."""

    def __iter__(self) -> Iterator[RawRow | BadRow | BadFile]:
        """Stream the rows in the order of the file."""
        ...

    def among(self, head: bytes, body: bytes, line: int, /) -> Iterator[RawRow | BadRow | BadFile]:
        """Stream the rows of a piece of the file.

        ``body`` begins at the start of a row, which is this ``line``; ``head`` is what stands above the first row.
        """
        ...
