"""A plate is one page with holes: text that is the same for everybody, and slots in between."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Plate", "Record", "Slot", "Widening"]

Record = Mapping[str, Any]
"""The deferred names and their values for one page owner."""


class Slot(Protocol):
    """What depends on the record. Slots with an equal ``key`` give the same text for the same record."""

    @property
    def key(self) -> Hashable: ...

    def render(self, record: Record) -> str:
        """Return the slot's text; raises what Jinja would raise."""
        ...


@dataclass(frozen=True, slots=True)
class Widening:
    """Why a page could not be cut exactly, at ``template:line``, and is rendered in full per record."""

    template: str
    line: int
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.template}:{self.line}: {self.reason}" if self.line else f"{self.template}: {self.reason}"
        )


@dataclass(frozen=True, slots=True)
class Plate:
    """Text and slots in turn. ``widening`` says why when the whole page is one slot."""

    name: str
    parts: Sequence[str | Slot]
    widening: Widening | None = None

    @property
    def slots(self) -> Iterator[Slot]:
        """The slots in the order of the page."""
        return (part for part in self.parts if not isinstance(part, str))

    @property
    def is_shared(self) -> bool:
        """A page without slots is the same file for everybody."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def static_size(self) -> int:
        """Bytes of text that are rendered once for everybody."""
        return sum(len(part.encode()) for part in self.parts if isinstance(part, str))

    def text(self, record: Record) -> str:
        """Fill the plate's slots from one record; raises what Jinja would raise."""
        return "".join(part if isinstance(part, str) else part.render(record) for part in self.parts)

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
        return Plate(self.name, tuple(parts), self.widening)
