"""A plate is one page with holes: text that is the same for every record, and slots in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from replisite.staging.slot import Record, Slot, Widening
from replisite.staging.stage_two.press import Press

__all__ = ["Plate"]


@dataclass(frozen=True)
class Plate:
    """Text and slots in turn. ``widening`` says why when the whole page is one slot.

    ``whole`` renders the page in full, for a record that turns out to need it; a plate that was stored has none.
    """

    name: str
    parts: Sequence[str | Slot]
    widening: Widening | None = None
    whole: Slot | None = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out what only this process can render."""
        return Plate, (self.name, self.parts, self.widening)

    @property
    def slots(self) -> Iterator[Slot]:
        """The slots in the order of the page."""
        return (part for part in self.parts if not isinstance(part, str))

    @property
    def is_shared(self) -> bool:
        """A page without slots is the same file for every record."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def static_size(self) -> int:
        """Bytes of text that are rendered once for all records."""
        return sum(len(part.encode()) for part in self.parts if isinstance(part, str))

    def text(self, record: Record) -> str:
        """Fill the plate's slots from one record; raises what Jinja would raise."""
        return self._press.texts(record)[0]

    @cached_property
    def _press(self) -> Press:
        return Press([self])

    def press(self, record: Record) -> bytes:
        """Return the page for one record, as UTF-8."""
        return self.text(record).encode()

    def refine(self, text: Callable[[str], Sequence[str | Slot]], slot: Callable[[Slot], Slot]) -> Plate:
        """Return a plate in which each text and each slot is replaced by what the callables make of it."""
        parts: list[str | Slot] = []
        for part in self.parts:
            for new in text(part) if isinstance(part, str) else [slot(part)]:
                if isinstance(new, str) and parts and isinstance(parts[-1], str):
                    parts[-1] += new
                elif not isinstance(new, str) or new:
                    parts.append(new)
        whole = None if self.whole is None else slot(self.whole)
        return Plate(self.name, tuple(parts), self.widening, whole)
