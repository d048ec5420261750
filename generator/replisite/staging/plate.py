"""A plate is one page with holes: text that is the same for everybody, and slots in between."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from replisite.staging.stage_two.press import Press

__all__ = ["Origin", "Plate", "Record", "Slot", "Widening"]

Record = Mapping[str, Any]
"""The deferred names and their values for one page owner."""


class Slot(Protocol):
    """What depends on the record. Slots with an equal ``key`` give the same text for the same record.

    A slot may also have ``write(press)``, which returns a Python expression for its text instead of the
    call of ``render``; see ``staging/stage_two/press.py``.
    """

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
class Origin:
    """Where a slot was cut out, what it says there, and why it is no smaller (empty: it is as small as can be)."""

    template: str
    line: int
    told: str
    widenings: tuple[Widening, ...] = ()

    def __str__(self) -> str:
        return f"{self.template}:{self.line}: {self.told}"


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
        """A page without slots is the same file for everybody."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def static_size(self) -> int:
        """Bytes of text that are rendered once for everybody."""
        return sum(len(part.encode()) for part in self.parts if isinstance(part, str))

    def text(self, record: Record) -> str:
        """Fill the plate's slots from one record; raises what Jinja would raise."""
        return self._press.texts(record)[0]

    @cached_property
    def _press(self) -> Press:
        from replisite.staging.stage_two.press import Press  # a press is made of plates

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
