"""Read a roster from CSV (RFC 4180, UTF-8), as Excel and others write it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from replisite.errors import Fault
from replisite.sources.roster.rows import BadRow, Columns, RawRow

__all__ = ["CsvFile"]

_UNDECODED = re.compile("[\udc80-\udcff]")
"""What Python's "surrogateescape" makes of a byte that is not UTF-8 (PEP 383)."""


class CsvFile:
    """A CSV file whose first row names the columns.

    A row's line is the one that it starts in. What is wrong with the header is told once, at line 1; an
    undeclared column is then left out, and without a required one no row is read.
    """

    def __init__(self, path: Path, columns: Columns, name: str) -> None:
        self._path = path
        self._columns = columns
        self._name = name

    def __iter__(self) -> Iterator[RawRow | BadRow]:
        with self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            lines = _Lines(text)
            reader = csv.reader(lines, strict=True)
            try:
                header = [cell.strip() for cell in next(reader, [])]
            except csv.Error as error:
                yield BadRow(Fault(self._name, 1, f"the header cannot be read: {error}"))
                return
            faults = list(self._header_faults(header, is_decoded=not lines.take_undecoded()))
            yield from map(BadRow, faults)
            if set(self._columns.required) <= set(header):
                yield from self._rows(header, reader, lines)

    def among(self, head: bytes, body: bytes, line: int) -> Iterator[RawRow | BadRow]:
        """Stream the rows of a piece of the file that begins at a line, under the head that the file begins with."""
        header = [
            cell.strip() for cell in next(csv.reader(io.StringIO(head.decode("utf-8-sig"), newline="")))
        ]
        lines = _Lines(io.StringIO(body.decode(errors="surrogateescape"), newline=""))
        lines.number = line - 1
        yield from self._rows(header, csv.reader(lines, strict=True), lines)

    def _header_faults(self, header: list[str], is_decoded: bool) -> Iterator[Fault]:
        if not is_decoded:
            yield Fault(self._name, 1, "the header is not UTF-8", 'save the file as "CSV UTF-8"')
            return
        if not header:
            yield Fault(self._name, 1, "the roster is empty", "the first line names the columns")
            return
        if len(header) == 1 and re.search("[;\t]", header[0]):
            yield Fault(
                self._name, 1, "the columns are not separated by commas", 'save the file as "CSV UTF-8"'
            )
            return
        yield from self._columns.missing(header, self._name, 1)
        seen: set[str] = set()
        for number, column in enumerate(header, 1):
            if not column:
                yield Fault(self._name, 1, f"column {number} has no name", "name it, or leave it out")
            elif column in seen:
                yield Fault(self._name, 1, f'column "{column}" stands twice', "keep one of them")
            elif column not in self._columns.known:
                yield self._columns.undeclared(column, self._name, 1)
            seen.add(column)

    def _rows(
        self, header: list[str], reader: Iterator[list[str]], lines: _Lines
    ) -> Iterator[RawRow | BadRow]:
        known = frozenset(self._columns.known)
        places = {column: at for at, column in reversed(list(enumerate(header))) if column in known}
        wanted = tuple(places.items())
        id_place = places["id"]
        while True:
            line = lines.number + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield BadRow(Fault(self._name, line, f"the row cannot be read: {error}", _QUOTES))
                continue
            if cells is None:
                return
            undecoded = lines.take_undecoded()
            if not any(cells):
                continue
            if undecoded:
                fault = Fault(self._name, undecoded, "a byte is not UTF-8", 'save the file as "CSV UTF-8"')
            elif len(cells) != len(header):
                fault = Fault(self._name, line, _miscounted(len(cells), len(header)), _COMMAS)
            else:
                yield RawRow(self._name, line, {column: cells[at] for column, at in wanted})
                continue
            yield BadRow(fault, cells[id_place] if id_place < len(cells) else "")


_QUOTES = (
    'a cell with a comma, a quote or a line break stands between quotes ("), and a quote in it is doubled'
)
_COMMAS = "a comma may be missing, or a text with commas may want quotes round it"


def _miscounted(cells: int, columns: int) -> str:
    return f"the row has {cells} cell{'s' * (cells != 1)}, the header has {columns}"


class _Lines:
    """The file's lines, counted, and the first line since the last row that has a byte that is not UTF-8."""

    def __init__(self, text: Iterable[str]) -> None:
        self._text = iter(text)
        self._undecoded = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        if not line.isascii() and not self._undecoded and _UNDECODED.search(line):
            self._undecoded = self.number
        return line

    def take_undecoded(self) -> int:
        """Return the line of the first byte that is not UTF-8 since the last call, or 0."""
        line, self._undecoded = self._undecoded, 0
        return line
