"""Find the line on which a key of a TOML text stands.

`tomllib` gives values without lines. This module scans a text that `tomllib` accepts, and need not check it: it splits statements, skips values, and notes where each key and each table begins. A key
inside an inline table or an array has the line of the key that holds it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["Key", "Path", "deep_line", "find_lines", "line_of"]

Key = str | int
Path = tuple[Key, ...]
"""The keys that lead to a value; a number is an index in a list: ``("roster", "fields", 0, "name")``."""

_TOKEN = re.compile(
    r'''(?P<text>"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})|\'\'\'[\s\S]*?\'\'\'(?:'{0,2})|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"""|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)"""
    r"""|(?P<bare>[^\s"'\#\[\]{}=]+)|(?P<blank>[^\S\n]+)"""
)


def find_lines(text: str) -> Mapping[Path, int]:
    r"""Return the line of every table and key, counted from 1.

    >>> dict(find_lines('[site]\nname = "Tea"\n'))
    {('site',): 1, ('site', 'name'): 2}
    """
    lines: dict[Path, int] = {}
    lengths: dict[Path, int] = {}
    table: Path = ()
    for line, brackets, written in _statements(text):
        keys = _keys(written)
        if brackets == 2:
            array = _inside((), keys, lengths)
            lengths[array] = lengths.get(array, 0) + 1
            table = (*array, lengths[array] - 1)
        elif brackets == 1:
            table = _entered(_inside((), keys, lengths), lengths)
        here = table if brackets else _inside(table, keys, lengths)
        for end in range(1, len(here) + 1):
            lines.setdefault(here[:end], line)
        if brackets:
            lines[here] = line  # the header itself, wherever a deeper table came before it
    return lines


def deep_line(text: str, deepest: int) -> int:
    r"""Return the first line on which tables and lists are nested deeper than that, or 0. The text may be no TOML.

    A dotted key has its own line, not that of the table that holds it.

    >>> deep_line("a = 1\nb = [[1]]", 3), deep_line("a = 1\nb = [[1]]", 2), deep_line("b.c.d = 1", 2)
    (0, 2, 1)
    """
    line, depth, dots = 1, 0, 0
    for token in _TOKEN.finditer(text):
        kind, part = token.lastgroup, token.group()
        if kind == "bare":
            *before, last = part.split(",")
            dots = last.count(".") + (0 if before else dots)
        elif kind in {"newline", "open", "close", "equals"}:
            dots = 0
            depth = max(depth + {"open": 1, "close": -1}.get(kind, 0), 0)
        if max(depth, dots) >= deepest:
            return line
        line += part.count("\n")
    return 0


def line_of(lines: Mapping[Path, int], path: Sequence[Key]) -> int:
    """Return the line of a path or, where it has none, of what encloses it; 0 is the whole file."""
    for end in range(len(path), 0, -1):
        if line := lines.get(tuple(path[:end])):
            return line
    return 0


def _statements(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, number of brackets (0 key, 1 table, 2 array of tables) and the keys as written."""
    line, depth, brackets, start = 1, 0, 0, 0
    written = ""
    in_value = False
    for token in _TOKEN.finditer(text):
        kind, part = token.lastgroup, token.group()
        if kind == "newline" and depth == 0:
            if written:
                yield start, brackets, written
            written, brackets, in_value = "", 0, False
        elif kind == "open" and not in_value:
            brackets += 1
        elif kind == "equals" and not in_value:
            in_value = True
        elif in_value:
            depth += {"open": 1, "close": -1}.get(kind or "", 0)
        elif kind in {"bare", "text"}:
            start = start if written else line
            written += part
        line += part.count("\n")
    if written:
        yield start, brackets, written


def _keys(written: str) -> tuple[str, ...]:
    """Read a dotted key, quotes and all, as `tomllib` does."""
    node: Any = tomllib.loads(f"{written} = 0")
    keys = []
    while isinstance(node, dict):
        key, node = next(iter(node.items()))
        keys.append(key)
    return tuple(keys)


def _inside(table: Path, keys: Sequence[str], lengths: Mapping[Path, int]) -> Path:
    """Follow keys from a table; an array of tables on the way means its last table."""
    path = table
    for key in keys:
        path = (*_entered(path, lengths), key)
    return path


def _entered(path: Path, lengths: Mapping[Path, int]) -> Path:
    return (*path, lengths[path] - 1) if path in lengths else path
