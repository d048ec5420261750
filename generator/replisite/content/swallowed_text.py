"""Text that Markdown takes for something else and shows nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["iter_swallowed"]

_FENCE = re.compile(r"[ ]*(`{3,}|~{3,})")
_REFERENCE = re.compile(r"""[ ]{0,3}\[([^\[\]^]+)\]:[ ]*(\S+)(?:[ ]+(?:".*"|'.*'|\(.*\)))?[ ]*""")
_FOOTNOTE = re.compile(r"[ ]{0,3}\[\^([^\]]+)\]:[ ]*(.*)")
_ADDRESS = re.compile(r"[/.#:@{]")
_ATTRIBUTES = re.compile(r"#{1,6}[ ].*[ ](\{[ ]*[^}\n:#.= ][^}\n:#.=]*\})[ #]*")
_RULE = re.compile(r"[ ]{0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*")
_CELL_END = re.compile(r"(?<!\\)\|")


def iter_swallowed(body: str) -> Iterator[tuple[int, str, str]]:
    r"""Yield (line of the text, what is not shown, what to do) for text that Markdown takes for something else.

    These are the definitions of a link or a footnote that nothing uses, words in braces behind a heading, and cells beyond
    the width of a table. Code blocks between fences are left out.

    >>> next(iter_swallowed("[Note]: important\n"))
    (1, '"[Note]: important" is the address of a link to Markdown and not shown', 'write \\[Note]: …')
    """
    lines = _without_code(body.split("\n"))
    yield from _references(lines, body)
    yield from _footnotes(lines)
    yield from _headings(lines)
    yield from _tables(lines)


def _without_code(lines: Sequence[str]) -> list[str]:
    outside: list[str] = []
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
            outside.append("")
        else:
            fence = mark[1] if mark else ""
            outside.append("" if mark else line)
    return outside


def _references(lines: Sequence[str], body: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(lines, 1):
        definition = _REFERENCE.fullmatch(line)
        if definition is None or _ADDRESS.search(definition[2]):
            continue
        label = f"[{definition[1]}]".lower()
        if body.lower().count(label) == 1:
            what = f'"{line.strip()}" is the address of a link to Markdown and not shown'
            yield number, what, f"write \\[{definition[1]}]: …"


def _footnotes(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if note := _FOOTNOTE.fullmatch(line):
            if first := seen.get(note[1]):
                yield (
                    first,
                    f"the footnote [^{note[1]}] is written twice and shown once",
                    "give it another label",
                )
            seen[note[1]] = number


def _headings(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(lines, 1):
        if heading := _ATTRIBUTES.fullmatch(line):
            what = f'"{heading[1]}" behind a heading is an attribute to Markdown and not shown'
            yield number, what, "write \\{ for a brace that is shown, or {: … } for attributes"


def _tables(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    width = 0
    for number, line in enumerate(lines, 1):
        if "|" not in line:
            width = 0
        elif width:
            if (cells := _cells(line)) > width:
                what = f"the row has {cells} cells, and its table {width}: the last are not shown"
                yield number, what, "write \\| for a bar within a cell"
        elif number > 1 and _RULE.fullmatch(line) and _cells(lines[number - 2]) == _cells(line):
            width = _cells(line)


def _cells(line: str) -> int:
    row = re.sub(r"(`+).*?\1|\{\{.*?\}\}", "code", line.strip())  # a bar in code or braces ends no cell
    row = row.removeprefix("|")
    row = row[:-1] if row.endswith("|") and not row.endswith("\\|") else row
    return len(_CELL_END.findall(row)) + 1
