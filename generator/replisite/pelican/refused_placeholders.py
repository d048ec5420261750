"""Braces that were refused while one file was read, reported at the lines at which they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from replisite.pelican.faults import PelicanFaults
from replisite.pelican.placeholders import CANNOT, PROBE, Placeholders

__all__ = ["Refusals", "lines_outside_code"]

_MOST_PROBES = 2_000


class Refusals:
    """Collects the refusals of one file; ``key`` is the path of the current value in the front matter, () for the body."""

    def __init__(self) -> None:
        self.key: tuple[str, ...] = ()
        self._refused: list[tuple[tuple[str, ...], str, str, str]] = []

    def __call__(self, raw: str, what: str, advice: str) -> None:
        """Add a refusal."""
        self._refused.append((self.key, " ".join(raw.split()), what, advice))

    def note(
        self,
        noted_faults: PelicanFaults,
        path: Path,
        text: str,
        line_of_key: Callable[[Sequence[str]], int],
        lines_of: Callable[[Iterable[str]], Mapping[str, Sequence[tuple[int, str]]]],
    ) -> None:
        """Note all refusals as faults.

        ``line_of_key`` gives the line of a front-matter value; ``lines_of`` those of braces in the body.
        """
        in_body = {raw for key, raw, _, _ in self._refused if not key}
        known = lines_of(in_body) if in_body else {}
        for key, raw, what, advice in self._refused:
            if key:
                line = _line_from(text, line_of_key(key), raw)
                noted_faults.note(path, line, f"{'.'.join(key)}: {what}", advice)
                continue
            program = what.partition(CANNOT)[2]
            lines = [line for line, part_of in known.get(raw, ()) if part_of == program]
            for line in lines or [_line_from(text, 1, raw)]:
                noted_faults.note(path, line, what, advice)


def lines_outside_code(
    source: str, braces: Iterable[str], placeholders: Placeholders, convert: Callable[[str], object]
) -> Mapping[str, Sequence[tuple[int, str]]]:
    """Return the lines, from 1, at which ``braces`` stand outside code, and the program that they would be part of there.

    Each occurrence is replaced by a name of its own, and the text is converted again, in order to see which come out.
    """
    spots: list[tuple[int, int, str]] = []
    for raw in sorted(set(braces), key=len, reverse=True):
        for match in _pattern(raw).finditer(source):
            if not any(start < match.end() and match.start() < end for start, end, _ in spots):
                spots.append((match.start(), match.end(), raw))
    spots = sorted(spots)[:_MOST_PROBES]
    pieces: list[str] = []
    at = 0
    for number, (start, end, _) in enumerate(spots):
        pieces += (source[at:start], f"{{{{ {PROBE}{number} }}}}")
        at = end
    with placeholders.probing() as probed:
        convert("".join([*pieces, source[at:]]))
    lines: dict[str, list[tuple[int, str]]] = {}
    for number in sorted(probed):
        start, _, raw = spots[number]
        lines.setdefault(raw, []).append((source.count("\n", 0, start) + 1, probed[number]))
    return lines


def _line_from(text: str, line: int, raw: str) -> int:
    """Return the line of some braces at a line or below it; that line, where they are written in another way."""
    start = sum(len(before) + 1 for before in text.split("\n")[: line - 1])
    match = _pattern(raw).search(text, start)
    return text.count("\n", 0, match.start()) + 1 if match else line


def _pattern(raw: str) -> re.Pattern[str]:
    """Return a pattern for braces that may go on in another line of a quotation."""
    return re.compile(r"[\s>]+".join(map(re.escape, raw.split())) or re.escape(raw))
