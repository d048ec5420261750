"""The lines of a file around a fault, with its position underlined.

The file is read line by line up to the fault: a roster may be larger than the memory. Its text is not trusted, so
characters that control a terminal or reverse the direction of text are replaced.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from replisite.errors import Fault

__all__ = ["Frame", "frame_of", "frame_text"]

_WIDEST = 160
_BEFORE = 60
"""The number of characters before the position that a cut line keeps."""

_LONGEST = 5_000_000
"""A file with a longer line, in characters, is not read as text."""

_TAB = 4
_TRICKS = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_TRICKS |= dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
"""Control characters become their pictures; those that change the direction of text become U+FFFD."""

_QUOTED = re.compile(r""""([^"]+)"|(?<!\w)'([^']+)'|(\{[{%#].*?[}%#]\})|\blink to (\S+):\s""")
_KEY = re.compile(r"([\w.-]+):\s")
_WORD = re.compile(r"[\w-]+")
_WITHIN_A_WORD = re.compile(r"[\w-]{2}")


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines around a fault; ``first`` is the number of the first of them.

    ``column`` counts the characters of the line as it is shown, from 1; ``length`` characters from there are the fault.
    """

    path: Path
    first: int
    lines: tuple[str, ...]
    line: int
    column: int
    length: int


def frame_of(root: Path, fault: Fault, context: int = 3) -> Frame | None:
    """Return the lines around a fault; None if it names no line of a text that can be read.

    A relative path that leads out of the site's root is not read.
    """
    path = _path_of(root, fault.file)
    if path is None or fault.line < 1:
        return None
    first = max(1, fault.line - context)
    lines = _read(path, first, fault.line + context)
    if lines is None or fault.line > first + len(lines):
        return None
    if fault.line == first + len(lines):
        lines.append("")  # the fault is that the file ends here
    line = lines[fault.line - first]
    start, length = _position_in(line, fault)
    column = len(line[:start].expandtabs(_TAB))
    length = len(line[: start + length].expandtabs(_TAB)) - column
    shown = [_cut(_shown(text), 0) for text in lines]
    shown[fault.line - first], column = _cut_around(_shown(line), column)
    return Frame(path, first, tuple(shown), fault.line, column + 1, max(1, min(length, _WIDEST - column)))


def frame_text(frame: Frame) -> str:
    """Return the frame for a terminal, with ``>`` before the line and carets under the position."""
    width = len(str(frame.first + len(frame.lines) - 1))
    rows = []
    for number, text in enumerate(frame.lines, frame.first):
        is_faulty = number == frame.line
        rows.append(f"{'>' if is_faulty else ' '} {number:{width}} | {text}".rstrip())
        if is_faulty and frame.column:
            start = frame.column - 1
            before, meant = _cells(text[:start]), _cells(text[start : start + frame.length])
            rows.append(f"  {'':{width}} | {' ' * before}{'^' * max(1, meant)}")
    return "\n".join(rows)


def _path_of(root: Path, file: str) -> Path | None:
    top = Path(os.path.normpath(root.absolute()))
    path = Path(os.path.normpath(top / file))  # symbolic links stay: the content folder may be one
    is_ours = Path(file).is_absolute() or path.is_relative_to(top)
    return path if file and is_ours else None


def _read(path: Path, first: int, last: int) -> list[str] | None:
    """Return the lines from ``first`` to ``last``, both counted from 1; None if the file is not text."""
    try:
        if not path.is_file():
            return None  # reading a named pipe would never end
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            if "\0" in file.read(1024):
                return None
            file.seek(0)
            return [line.rstrip("\n") for line in islice(_lines(file), first - 1, last)]
    except (OSError, ValueError):
        return None


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise ValueError("the line is too long")
        yield line


def _position_in(line: str, fault: Fault) -> tuple[int, int]:
    """Return the start and the length of the fault in a line: of the text that it names, or of the whole line."""
    quoted = [name for match in _QUOTED.finditer(fault.what) for name in match.groups() if name]
    quoted.sort(key=len, reverse=True)
    if fault.column:
        start = min(fault.column - 1, len(line))
        word = _WORD.match(line, start)
        named = next((name for name in quoted if line.startswith(name, start)), word.group() if word else "")
        return start, len(named) or 1
    for name in (*quoted, *_keys(fault.what)):
        matches = re.finditer(re.escape(name), line)
        starts = [match.start() for match in matches if _is_whole_word(line, *match.span())]
        if len(starts) == 1:
            return starts[0], len(name)
    text = line.strip()
    return (line.index(text), len(text)) if text else (0, 1)


def _is_whole_word(line: str, start: int, end: int) -> bool:
    return not any(at and _WITHIN_A_WORD.match(line, at - 1) for at in (start, end))


def _keys(what: str) -> Iterator[str]:
    """Yield the key that a fault is about, as it may be written in its line.

    >>> list(_keys("markets.GB.retail: wants a valid number"))
    ['markets.GB.retail', 'retail']
    """
    key = _KEY.match(what)
    if key:
        yield key.group(1)
        yield key.group(1).rpartition(".")[2]


def _shown(line: str) -> str:
    return line.expandtabs(_TAB).translate(_TRICKS)


def _cut_around(line: str, column: int) -> tuple[str, int]:
    start = max(0, min(column - _BEFORE, len(line) - _WIDEST)) if len(line) > _WIDEST else 0
    return _cut(line, start), column - start


def _cut(line: str, start: int) -> str:
    end = start + _WIDEST
    text = f"…{line[start + 1 : end]}" if start else line[:end]
    return f"{text[:-1]}…" if end < len(line) else text


def _cells(text: str) -> int:
    """Return the number of cells that a text takes in a terminal.

    >>> _cells("a茶é")
    4
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(bool(unicodedata.combining(character)) for character in text)
