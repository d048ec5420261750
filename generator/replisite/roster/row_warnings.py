"""What is odd about rows that are read all the same, counted over the whole roster: warnings, not faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from replisite.model.distributor import Person
from replisite.model.lost_letters import LostLetters
from replisite.model.refused_row import RefusedRow
from replisite.model.text import quoted

__all__ = ["RowWarnings"]

MOST = 1_000
"""How many people are remembered with their doubts; the others are counted."""

SHOWN = 3
"""How many cells a warning names; the others are counted."""

FEW = 100
"""Ids of one length are a pattern where at most one in so many is shorter."""


class RowWarnings:
    """Counts what is odd, so that one row can be taken back and another noted."""

    def __init__(self) -> None:
        self._doubts: dict[str, list[str]] = {}
        self._lost: dict[str, list[LostLetters]] = {}
        self._uncounted = 0
        self._ids: dict[str, int] = {}

    @classmethod
    def of(cls, noted: Mapping[str, Any]) -> RowWarnings:
        """Return the warnings that `as_json` gave."""
        warnings = cls()
        warnings._doubts = dict(noted["doubts"])
        warnings._lost = {alias: [LostLetters(*letters) for letters in lost] for alias, lost in noted["lost"]}
        warnings._uncounted = noted["uncounted"]
        warnings._ids = dict(noted["ids"])
        return warnings

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        ids = sorted((kind, count) for kind, count in self._ids.items() if count)
        doubts, lost = sorted(self._doubts.items()), sorted(self._lost.items())
        return {"doubts": doubts, "lost": lost, "uncounted": self._uncounted, "ids": ids}

    @property
    def are_all_known(self) -> bool:
        """Whether each doubt is known with its person."""
        return not self._uncounted

    def seen(self, people: Iterable[Person | RefusedRow]) -> Iterator[Person | RefusedRow]:
        """Stream the people, and note each."""
        for person in people:
            if isinstance(person, Person):
                self.note(person)
            yield person

    def note(self, person: Person) -> None:
        """Note a person."""
        if person.id.isdigit():
            self._count(person.id, 1)
        if not (person.doubts or person.lost):
            return
        if len(self._doubts) + len(self._lost) >= MOST:
            self._uncounted += 1
            return
        if person.doubts:
            self._doubts[person.alias] = list(person.doubts)
        if person.lost:
            self._lost[person.alias] = list(person.lost)

    def forget(self, person: Person) -> None:
        """Take back what was noted of a person."""
        if person.id.isdigit():
            self._count(person.id, -1)
        self._doubts.pop(person.alias, None)
        self._lost.pop(person.alias, None)

    def move(self, file: str, moved: Callable[[int], int]) -> None:
        """Say where rows of the file stand now; ``moved`` gives the line of a row, from the line that it had."""
        for alias, lost in self._lost.items():
            self._lost[alias] = [
                cell._replace(line=moved(cell.line)) if cell.file == file else cell for cell in lost
            ]

    def warnings(self) -> list[str]:
        """Return the warnings as sentences."""
        return [*self._nameless(), *self._words(), *self._letters(), *self._lost_zeros()]

    def _count(self, digits: str, step: int) -> None:
        kind = f"{len(digits)} {'padded' if digits[0] == '0' else 'plain'}"
        self._ids[kind] = self._ids.get(kind, 0) + step

    def _nameless(self) -> Iterator[str]:
        aliases = [alias for alias, doubts in self._doubts.items() if "" in doubts]
        if aliases:
            people = "1 person has" if len(aliases) == 1 else f"{self._at_least(len(aliases))} people have"
            yield (
                f"{people} neither a first nor a last name on the roster (such as {min(aliases)}); "
                "the alias is shown in place of a name"
            )

    def _words(self) -> Iterator[str]:
        aliases = [alias for alias, doubts in self._doubts.items() if any(doubts)]
        if aliases:
            first = min(aliases)
            word = next(doubt for doubt in self._doubts[first] if doubt)
            people = "1 person has" if len(aliases) == 1 else f"{self._at_least(len(aliases))} people have"
            yield (
                f"{people} a name or a town that programs write for no value, too (such as {quoted(word)} of {first}); "
                "if it is none, leave the cell empty"
            )

    def _letters(self) -> Iterator[str]:
        """Warn of cells that are not published letter by letter, the first of them by file and line."""
        cells = sorted(cell for lost in self._lost.values() for cell in lost)
        if cells:
            holders = "1 cell holds" if len(cells) == 1 else f"{self._at_least(len(cells))} cells hold"
            shown = "; ".join(map(str, cells[:SHOWN]))
            more = f"; and {len(cells) - SHOWN:,} more" if len(cells) > SHOWN else ""
            yield (
                f"{holders} letters that are left out, or a writing direction that is closed behind the text: {shown}{more}"
            )

    def _lost_zeros(self) -> Iterator[str]:
        """Warn of ids in digits that are shorter than the others, as a spreadsheet leaves them that takes 00123 for 123."""
        lengths: dict[int, int] = {}
        for kind, count in self._ids.items():
            lengths[int(kind.split()[0])] = lengths.get(int(kind.split()[0]), 0) + count
        padded = [
            int(kind.split()[0]) for kind, count in self._ids.items() if count and kind.endswith("padded")
        ]
        usual = (
            max(padded) if padded else max(lengths, key=lambda length: (lengths[length], length), default=0)
        )
        shorter = sum(count for length, count in lengths.items() if length < usual)
        is_pattern = bool(padded) or (lengths.get(usual, 0) >= 3 and shorter <= max(1, lengths[usual] // FEW))
        if shorter and is_pattern:
            ids = "1 id is" if shorter == 1 else f"{shorter:,} ids are"
            yield (
                f"{ids} shorter than the others, which have {usual} digits; "
                "a spreadsheet may have dropped the zeros in front"
            )

    def _at_least(self, count: int) -> str:
        return f"at least {count:,}" if self._uncounted else f"{count:,}"
