"""Read a roster from JSON Lines: one object a line (jsonlines.org)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NoReturn

from replisite.errors import Fault
from replisite.model.text import drop_surrogates, quoted
from replisite.roster.rows import BadFile, BadRow, Columns, RawRow

__all__ = ["JsonLinesFile"]

LONGEST_LINE = 1 << 20
"""In bytes; a person with every field at its limit stays well below."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DECODER = json.JSONDecoder(parse_int=str)
"""Numbers stay as they are written: Python refuses to read those of more than 4,300 digits."""

MOST_UNDECLARED = 100
"""How many undeclared names are remembered, so that each is reported once."""


class JsonLinesFile:
    """A file of one JSON object a line, whose keys are the columns.

    Numbers stay as they are written, true and false are the words, null is empty, and a list of texts is
    joined by blanks. An undeclared key is reported once, at its first line.
    """

    def __init__(self, path: Path, columns: Columns, name: str) -> None:
        self._path = path
        self._columns = columns
        self._name = name

    def __iter__(self) -> Iterator[RawRow | BadRow | BadFile]:
        with self._path.open("rb") as lines:
            yield from self._rows(lines, 1)

    def among(self, head: bytes, body: bytes, line: int) -> Iterator[RawRow | BadRow | BadFile]:  # noqa: ARG002 - there is none
        """Stream the rows of a piece of the file that begins at a line; a file of this kind has no head."""
        yield from self._rows(io.BytesIO(body), line)

    def _rows(self, lines: BinaryIO, first: int) -> Iterator[RawRow | BadRow | BadFile]:
        undeclared: set[str] = set()
        first_line = lines.peek(4)[:4] if first == 1 and isinstance(lines, io.BufferedReader) else b""
        if any(map(first_line.startswith, _UTF_16)) or b"\x00" in first_line:
            yield BadFile(Fault(self._name, 1, "the file is not UTF-8", "save the file as UTF-8"))
            return
        if first_line.startswith(b"["):
            yield BadFile(
                Fault(self._name, 1, "the file is a JSON list", "write one object a line, without the list")
            )
            return
        for number, line in enumerate(_iter_lines(lines), first):
            body = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not body.strip():
                continue
            try:
                written = _cells(body)
            except ValueError as error:
                what, _, advice = str(error).partition("; ")
                yield BadRow(Fault(self._name, number, what, advice), rows=_count_objects(body))
                continue
            cells = {key: drop_surrogates(text) for key, text in written.items()}
            for key in sorted(cells.keys() - self._columns.known - undeclared):
                if len(undeclared) < MOST_UNDECLARED:
                    undeclared.add(key)
                yield BadRow(self._columns.undeclared(key, self._name, number), rows=0)
            missing = self._columns.missing(cells, self._name, number)
            if missing:
                yield BadRow(missing[0], cells.get("id", ""), more=tuple(missing[1:]))
            else:
                known = {column: cells[column] for column in self._columns.known if column in cells}
                yield RawRow(self._name, number, known, lost=_lost(written))


def _iter_lines(lines: BinaryIO) -> Iterator[bytes]:
    """Stream the lines; what is longer than a line may be comes cut, and is no JSON then."""
    while line := lines.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := lines.readline(LONGEST_LINE)):
            pass
        yield line


def _cells(body: bytes) -> dict[str, str]:
    """Return the object's values as text; raises ValueError with a message for people."""
    try:
        row = json.loads(
            body.strip().decode(),
            object_pairs_hook=_Pairs,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        raise ValueError("a byte is not UTF-8; save the file as UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        if (objects := _count_objects(body)) > 1:
            raise ValueError(f"{objects} objects stand in the line; write one object a line") from error
        detail = f" ({error.msg}, letter {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"the line is not JSON{detail}; write one object a line") from error
    if not isinstance(row, _Pairs):
        raise ValueError("the line is not a JSON object; write one object a line")  # noqa: TRY004 - a message for a person
    cells: dict[str, str] = {}
    for key, value in row:
        if key in cells:
            raise ValueError(f"{quoted(key)} stands twice; keep one of them")
        cells[key] = _text(key, value)
    return cells


def _lost(written: Mapping[str, str]) -> Mapping[str, str]:
    """Return the surrogates of each cell that holds any."""
    return {
        key: "".join(filter(_is_surrogate, text))
        for key, text in written.items()
        if text != drop_surrogates(text)
    }


def _is_surrogate(letter: str) -> bool:
    return drop_surrogates(letter) == ""


def _count_objects(body: bytes) -> int:
    """Return how many objects stand in a line one behind the other, at least 1: so many people are lost with it."""
    if b"}" not in body[:-2]:
        return 1
    text = body.decode(errors="replace").strip()
    count = at = 0
    try:
        while at < len(text) and text[at] == "{":
            _, at = _DECODER.raw_decode(text, at)
            count += 1
            at = len(text) - len(text[at:].lstrip(" \t\r,"))
    except (ValueError, RecursionError):
        count += text.count("{", at) > 0
    return max(1, count)


class _Pairs(list[tuple[str, object]]):
    """A JSON object as its pairs, so that a key that stands twice is seen."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON; write a number or null")


def _text(key: str, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _Pairs():
            raise ValueError(f"{quoted(key)} is an object; a cell is a text, a number, true, false or null")
        case list() if not any(isinstance(item, list) for item in value):
            return " ".join(_text(key, item) for item in value)
        case _:
            raise ValueError(f"{quoted(key)} is a list in a list; a cell is a text or a list of texts")
