"""Find the quote in a CSV file that was opened and not closed where it should be, and the rows that it swallows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["QuotedCell", "iter_quoted", "swallowed_lines"]

_UNQUOTED = re.compile(r"[^,\r\n]*+")
_ALIAS = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_ID = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class QuotedCell:
    """A cell between quotes: its index in the row, and the lines of the row in which it begins and ends, from 0."""

    index: int
    first: int
    last: int
    is_closed: bool


def iter_quoted(lines: Sequence[str]) -> Iterator[QuotedCell]:
    r"""Stream the quoted cells of a row's lines, the last of which may be unclosed.

    >>> list(iter_quoted(['1,"Leeds\n', '2,York\n']))
    [QuotedCell(index=1, first=0, last=1, is_closed=False)]
    """
    text = "".join(lines)
    at = index = 0
    while at < len(text):
        if text[at] == '"':
            end = _closing_quote(text, at + 1)
            first = text.count("\n", 0, at)
            last = len(lines) - 1 if end < 0 else text.count("\n", 0, end)
            yield QuotedCell(index, first, last, end >= 0)
            if end < 0:
                return
            at = end + 1
        unquoted = _UNQUOTED.match(text, at)
        at = unquoted.end() if unquoted else at
        if text[at : at + 1] != ",":
            return
        at, index = at + 1, index + 1


def _closing_quote(text: str, at: int) -> int:
    while (at := text.find('"', at)) >= 0 and text[at + 1 : at + 2] == '"':
        at += 2
    return at


def swallowed_lines(lines: Sequence[str], width: int, id_index: int, alias_index: int) -> list[int]:
    """Return which lines of one row, from 1, are rows by themselves: as many cells, an id without blanks, an alias.

    People write lists in their texts, with commas; a line of a text is hardly ever all of this. The last line goes on
    behind the text: it is a row only where the first, without its quotes, is one as well, or a line between them is.
    """
    last = len(lines) - 1
    rows = [number for number in range(1, last) if _is_row(lines[number], width, id_index, alias_index)]
    if last and (rows or lines[0].replace('"', "").count(",") == width - 1):
        rows += [last] * _is_row(lines[last], width, id_index, alias_index)
    return rows


def _is_row(line: str, width: int, id_index: int, alias_index: int) -> bool:
    if line.count(",") < width - 1:
        return False
    try:
        cells = next(csv.reader([line]), [])
    except csv.Error:
        return False
    return len(cells) == width and bool(
        _ID.fullmatch(cells[id_index]) and _ALIAS.fullmatch(cells[alias_index])
    )
