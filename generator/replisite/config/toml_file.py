"""Read a TOML file as plain values, or say at which line it cannot be read.

`tomllib` reads more than TOML promises (integers of any size) and less than it should: it runs out of stack on deep nesting, and
takes quadratic time for long dotted keys. Both end in a fault here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from replisite.config.lines import deep_line, find_lines, line_of
from replisite.errors import Fault, InputError
from replisite.system.special_files import special_kind

__all__ = ["DEEPEST", "parse_toml", "read_text", "syntax_fault"]

DEEPEST = 50
"""How many tables and lists may hold each other; site.toml needs three."""

_LARGEST = 2**63  # TOML 1.0 §Integer: 64 bits, signed

_SYNTAX: Mapping[str, str] = {
    "Cannot overwrite a value": "this key is written twice",
    "Cannot declare": "this table is written twice",
    "Cannot mutate immutable namespace": "this table is written twice",
    "Expected '=' after a key": 'a key wants "=" and a value behind it',
    "Expected newline or end of document": "something stands behind the value",
    "Expected ']' at the end of a table": 'the name of a table wants a "]" at its end',
    "Illegal character '\\n'": "a text has no closing quote",
    "Unterminated string": "a text has no closing quote",
    "Unclosed array": 'a list has no closing "]"',
    "Invalid date or datetime": "there is no such date or time",
    "Invalid value": "this is no value; a text wants quotes around it",
    "Unescaped '\\'": r'in a text "\" is written "\\"',
}
"""What tomllib says, by its first words, and what that means."""


def read_text(file: Path, name: str) -> str:
    """Return the text of a TOML file; raises InputError. ``name`` is what faults call it."""
    try:
        if kind := special_kind(file):
            raise InputError([Fault(name, 0, f"is {kind} and not a file", "replace it with a file")])
        written = file.read_bytes()
    except OSError as error:
        raise InputError([Fault(name, 0, f"cannot be read: {error.strerror} ({file})")]) from error
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        raise InputError([Fault(name, line, "is not UTF-8", "save the file as UTF-8")]) from error


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the values of a TOML text; raises InputError."""
    if line := deep_line(text, DEEPEST):
        raise InputError([_too_deep(name, line)])
    try:
        written = tomllib.loads(text)
    except RecursionError as error:
        raise InputError([_too_deep(name, 0)]) from error
    except tomllib.TOMLDecodeError as error:
        line, what = syntax_fault(str(error), text)
        fault = Fault(name, line, f"is not TOML: {what}", "fix this first; the rest cannot be read")
        raise InputError([fault]) from error
    except ValueError as error:  # Python reads 4,300 digits at most
        digits = re.search(r"[0-9][0-9_]{4000,}", text)
        line = text.count("\n", 0, digits.start()) + 1 if digits else 0
        raise InputError([Fault(name, line, *_TOO_LARGE)]) from error
    if unusable := list(_unusable(written)):
        lines = find_lines(text.replace("\r\n", "\n"))
        raise InputError(
            Fault(name, line_of(lines, path), what, todo)
            if len(path) < DEEPEST
            else _too_deep(name, line_of(lines, path))
            for path, (what, todo) in unusable
        )
    return written


_TOO_LARGE = ("a whole number is too large", "TOML has numbers of 64 bits")
_NUL = ("a text holds the character U+0000, which no file name and no page can hold", "leave it out")


def _too_deep(name: str, line: int) -> Fault:
    seen = f" (line {line})" if line else ""
    return Fault(name, 0, "nested too deeply", f"tables and lists may be {DEEPEST} levels deep{seen}")


def _unusable(written: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], tuple[str, str]]]:
    """Yield the path of each value that TOML may hold and nothing else can, and what is wrong with it."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), written)]
    while waiting:
        path, value = waiting.pop()
        if len(path) >= DEEPEST:
            yield path, ("nested too deeply", "")
        elif isinstance(value, dict):
            waiting += [((*path, key), inner) for key, inner in value.items()]
            if any("\0" in key for key in value):
                yield path, _NUL
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]
        elif isinstance(value, str) and "\0" in value:
            yield path, _NUL
        elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            yield path, _TOO_LARGE


def syntax_fault(message: str, text: str) -> tuple[int, str]:
    """Return the line of tomllib's message about a text, and what it means.

    >>> syntax_fault("Invalid value (at line 1, column 8)", "name = Tea")
    (1, 'this is no value; a text wants quotes around it')
    """
    position = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(position[1]) if position and position[1] else len(text.splitlines()) or 1
    what = message[: position.start()] if position else message
    return line, next((words for start, words in _SYNTAX.items() if what.startswith(start)), what)
