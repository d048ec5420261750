"""Read a roster from CSV (RFC 4180, UTF-8), as Excel and others write it."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from replisite.errors import Fault
from replisite.model.text import quoted
from replisite.roster.formats.csv_quotes import QuotedCell, iter_quoted, swallowed_lines
from replisite.roster.rows import BadFile, BadRow, Columns, RawRow

__all__ = ["CsvFile"]

_UNDECODED = re.compile("[\udc80-\udcff]")
"""What Python's "surrogateescape" makes of a byte that is not UTF-8 (PEP 383)."""


class CsvFile:
    """A CSV file whose first row names the columns.

    A row's line is the one that it starts in. The header's faults are reported once, at line 1; an
    undeclared column is then left out, and without a required one no row is read.
    """

    def __init__(self, path: Path, columns: Columns, name: str) -> None:
        self._path = path
        self._columns = columns
        self._name = name

    def __iter__(self) -> Iterator[RawRow | BadRow | BadFile]:
        with self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            lines = _Lines(text)
            try:
                header = [cell.strip() for cell in next(csv.reader(lines, strict=True), [])]
            except csv.Error as error:
                yield BadFile(Fault(self._name, 1, f"the header cannot be read: {error}", _UTF_8))
                return
            yield from self._header_faults(header, is_decoded=not lines.take_undecoded())
            if set(self._columns.required) <= set(header):
                yield from self._rows(header, lines)

    def among(self, head: bytes, body: bytes, line: int) -> Iterator[RawRow | BadRow | BadFile]:
        """Stream the rows of a piece of the file that begins at a line, under the head that the file begins with."""
        header = [
            cell.strip() for cell in next(csv.reader(io.StringIO(head.decode("utf-8-sig"), newline="")))
        ]
        lines = _Lines(io.StringIO(body.decode(errors="surrogateescape"), newline=""))
        lines.number = line - 1
        yield from self._rows(header, lines)

    def _header_faults(self, header: list[str], is_decoded: bool) -> Iterator[BadRow | BadFile]:
        if not is_decoded or "\x00" in "".join(header):
            yield BadFile(Fault(self._name, 1, "the header is not UTF-8", _UTF_8))
            return
        if not header:
            yield BadFile(Fault(self._name, 1, "the roster is empty", "the first line names the columns"))
            return
        if header[0].lower().startswith("sep="):
            what = "the first line sets a separator for Excel"
            yield BadFile(Fault(self._name, 1, what, "remove it: the first line names the columns"))
            return
        if len(header) == 1 and re.search("[;\t]", header[0]):
            yield BadFile(Fault(self._name, 1, "the columns are not separated by commas", _UTF_8))
            return
        yield from map(BadFile, self._columns.missing(header, self._name, 1))
        seen: set[str] = set()
        for number, column in enumerate(header, 1):
            if not column:
                what = f"column {number} has no name"
                yield BadRow(Fault(self._name, 1, what, "name it, or leave it out"), rows=0)
            elif column in seen:
                yield BadFile(Fault(self._name, 1, f'column "{column}" stands twice', "keep one of them"))
            elif column not in self._columns.known:
                yield BadRow(self._columns.undeclared(column, self._name, 1), rows=0)
            seen.add(column)

    def _rows(self, header: list[str], lines: _Lines) -> Iterator[RawRow | BadRow | BadFile]:
        known = frozenset(self._columns.known)
        indexes = {column: index for index, column in reversed(list(enumerate(header))) if column in known}
        indexed_columns = tuple(indexes.items())
        id_index, width = indexes["id"], len(header)
        headings = _spellings((*header, *known))
        reader = csv.reader(lines, strict=True)
        while True:
            line = lines.number + 1
            lines.row.clear()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                cell = next(reversed([*iter_quoted(lines.row)]), None)
                if cell is not None and (cell.last > cell.first or not cell.is_closed):
                    yield BadRow(self._unclosed(header, line, lines.row, cell))
                    lines.read_again()  # the lines below are rows: each is read, or reported on its own
                else:
                    yield BadRow(Fault(self._name, line, f"the row cannot be read: {error}", _QUOTES))
                lines.take_undecoded()
                reader = csv.reader(lines, strict=True)
                continue
            if cells is None:
                return
            undecoded = lines.take_undecoded()
            if not cells or (not cells[0].strip() and not any(map(str.strip, cells))):
                continue
            swallowed: list[int] = []
            if lines.number > line:
                swallowed = swallowed_lines(lines.row, width, id_index, indexes["alias"])
            if undecoded:
                fault = Fault(self._name, undecoded, "a byte is not UTF-8", _UTF_8)
            elif cells[0] in headings and _is_other_header(cells, header, headings):
                what = "the row is a header with other columns than the first"
                yield BadFile(
                    Fault(self._name, line, what, "bring the rows below it into the order of the first")
                )
                return
            elif swallowed:
                fault = self._swallowing(header, line, lines.row, swallowed)
            elif len(cells) != width:
                fault = Fault(self._name, line, _miscounted(len(cells), width), _COMMAS)
            else:
                yield RawRow(self._name, line, {column: cells[index] for column, index in indexed_columns})
                continue
            yield BadRow(fault, cells[id_index] if id_index < len(cells) else "", 1 + len(swallowed))

    def _unclosed(self, header: Sequence[str], line: int, row: Sequence[str], cell: QuotedCell) -> Fault:
        """Return the fault of a row that ends in the middle of a quoted cell, or goes on behind one."""
        what = f'a quote (") opens {_in_column(cell, header)} and '
        if cell.is_closed:
            what += f"closes in line {line + cell.last}, where more text follows"
        else:
            what += "is not closed"
        advice = "close it"
        if len(row) > 1:
            lines = (
                f"line {line + 1} was" if len(row) == 2 else f"lines {line + 1} to {line + len(row) - 1} were"
            )
            advice += f"; {lines} read as rows of their own"
        return Fault(self._name, line + cell.first, what, advice)

    def _swallowing(self, header: Sequence[str], line: int, row: Sequence[str], rows: Sequence[int]) -> Fault:
        """Return the fault of a row with a cell in which other rows stand."""
        cell = next(cell for cell in iter_quoted(row) if cell.first < rows[0] <= cell.last)
        others = "another row" if len(rows) == 1 else f"{len(rows)} other rows"
        what = (
            f'a quote (") opens {_in_column(cell, header)} and closes in line {line + cell.last}: '
            f"the cell swallows {others}"
        )
        return Fault(self._name, line + cell.first, what, "close it where the cell ends")


_UTF_8 = 'save the file as "CSV UTF-8"'
_QUOTES = (
    'a cell with a comma, a quote or a line break stands between quotes ("), and a quote in it is doubled'
)
_COMMAS = "a comma may be missing, or a text with commas may want quotes round it"


def _miscounted(cells: int, columns: int) -> str:
    return f"the row has {cells} cell{'s' * (cells != 1)}, the header has {columns}"


def _in_column(cell: QuotedCell, header: Sequence[str]) -> str:
    return f"in column {quoted(header[cell.index])}" if cell.index < len(header) else "behind the last column"


def _spellings(columns: Iterable[str]) -> Mapping[str, str]:
    """Return each way in which a repeated header may spell a column, with the column."""
    spelled: dict[str, str] = {}
    for column in columns:
        for words in (column, column.replace("_", " ")):
            for text in (words, words.upper(), words.title(), words.capitalize()):
                spelled[text] = spelled[f"\ufeff{text}"] = column
    return spelled


def _is_other_header(cells: Sequence[str], header: Sequence[str], headings: Mapping[str, str]) -> bool:
    """Say whether a row names columns, and not those of the header in their order."""
    columns = [headings.get(cell.strip(), "") for cell in cells]
    return {"id", "alias"} <= set(columns) and all(columns) and columns != list(header)


class _Lines:
    """The file's lines, counted; those of the current ``row``; the first in it that has a byte that is not UTF-8."""

    def __init__(self, text: Iterable[str]) -> None:
        self._text = iter(text)
        self._again: deque[str] = deque()
        self._undecoded = 0
        self.number = 0
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._text)
        self.number += 1
        self.row.append(line)
        if not line.isascii() and not self._undecoded and _UNDECODED.search(line):
            self._undecoded = self.number
        return line

    def read_again(self) -> None:
        """Go back to the second line of the current row."""
        self.number -= len(self.row) - 1
        self._again.extendleft(reversed(self.row[1:]))

    def take_undecoded(self) -> int:
        """Return the line of the first byte that is not UTF-8 since the last call, or 0."""
        line, self._undecoded = self._undecoded, 0
        return line
