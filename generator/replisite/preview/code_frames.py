"""The lines of a file around a fault, with the place underlined.

The file is read as far as the fault and no further, line by line: a roster may be larger than the memory.
What it holds may come from anybody, so nothing that steers a terminal or turns text round is left in.
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
"""Where a line is cut, so many characters before the place are left."""

_LONGEST = 5_000_000
"""A file with a line of more characters is no text for people."""

_TAB = 4
_TRICKS = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_TRICKS |= dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD)
"""Control characters are shown by their pictures, those that turn text round as unknown."""

_QUOTED = re.compile(r""""([^"]+)"|(?<!\w)'([^']+)'|(\{[{%#].*?[}%#]\})|\blink to (\S+):\s""")
_KEY = re.compile(r"([\w.-]+):\s")
_WORD = re.compile(r"[\w-]+")
_WITHIN_A_WORD = re.compile(r"[\w-]{2}")


@dataclass(frozen=True, slots=True)
class Frame:
    """The lines around a fault, ``first`` being the number of the first.

    ``column`` counts the characters of the line as it is shown, from 1; so many as ``length`` are meant.
    """

    path: Path
    first: int
    lines: tuple[str, ...]
    line: int
    column: int
    length: int


def frame_of(root: Path, fault: Fault, context: int = 3) -> Frame | None:
    """Read the lines around the fault; ``None`` if it names no line of a text that can be read.

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
        lines.append("")  # something is missing at the end
    line = lines[fault.line - first]
    start, length = _place_in(line, fault)
    column = len(line[:start].expandtabs(_TAB))
    length = len(line[: start + length].expandtabs(_TAB)) - column
    shown = [_cut(_shown(text), 0) for text in lines]
    shown[fault.line - first], column = _cut_around(_shown(line), column)
    return Frame(path, first, tuple(shown), fault.line, column + 1, max(1, min(length, _WIDEST - column)))


def frame_text(frame: Frame) -> str:
    """Return the frame for a terminal, with ``>`` before the line and carets under the place."""
    width = len(str(frame.first + len(frame.lines) - 1))
    told = []
    for number, text in enumerate(frame.lines, frame.first):
        is_meant = number == frame.line
        told.append(f"{'>' if is_meant else ' '} {number:{width}} | {text}".rstrip())
        if is_meant and frame.column:
            start = frame.column - 1
            before, meant = _cells(text[:start]), _cells(text[start : start + frame.length])
            told.append(f"  {'':{width}} | {' ' * before}{'^' * max(1, meant)}")
    return "\n".join(told)


def _path_of(root: Path, file: str) -> Path | None:
    top = Path(os.path.normpath(root.absolute()))
    path = Path(os.path.normpath(top / file))  # links stay as they are: content may be one
    is_ours = Path(file).is_absolute() or path.is_relative_to(top)
    return path if file and is_ours else None


def _read(path: Path, first: int, last: int) -> list[str] | None:
    """Return the lines from ``first`` to ``last``, both counted from 1; ``None`` of what is not text."""
    try:
        if not path.is_file():
            return None  # a pipe would never end
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
            raise ValueError("a line without end")
        yield line


def _place_in(line: str, fault: Fault) -> tuple[int, int]:
    """Return where in the line the fault is and how many characters it has: what it names, or all of the line."""
    quoted = [name for found in _QUOTED.finditer(fault.what) for name in found.groups() if name]
    quoted.sort(key=len, reverse=True)
    if fault.column:
        start = min(fault.column - 1, len(line))
        word = _WORD.match(line, start)
        named = next((name for name in quoted if line.startswith(name, start)), word.group() if word else "")
        return start, len(named) or 1
    for name in (*quoted, *_keys(fault.what)):
        found = [
            place.start()
            for place in re.finditer(re.escape(name), line)
            if _stands_alone(line, *place.span())
        ]
        if len(found) == 1:
            return found[0], len(name)
    text = line.strip()
    return (line.index(text), len(text)) if text else (0, 1)


def _stands_alone(line: str, start: int, end: int) -> bool:
    return not any(at and _WITHIN_A_WORD.match(line, at - 1) for at in (start, end))


def _keys(what: str) -> Iterator[str]:
    """Give the key that a fault is about, as it may be written in its line.

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
    """How many cells of a terminal a text takes.

    >>> _cells("a茶é")
    4
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(bool(unicodedata.combining(character)) for character in text)
