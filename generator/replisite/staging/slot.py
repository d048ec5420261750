"""A slot is what depends on the record in a page: where it was cut out, and how it is filled."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Origin", "Record", "Slot", "SlottedPage", "Widening", "Writer"]

Record = Mapping[str, Any]
"""The deferred names and their values for one page owner."""


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
    """Where a slot was cut out, its code there, and why it is no smaller (empty: it is as small as can be)."""

    template: str
    line: int
    code: str
    widenings: tuple[Widening, ...] = ()

    def __str__(self) -> str:
        return f"{self.template}:{self.line}: {self.code}"


class Slot(Protocol):
    """What depends on the record. Slots with an equal ``key`` give the same text for the same record."""

    @property
    def key(self) -> Hashable: ...

    @property
    def origin(self) -> Origin | None:
        """Where it was cut out; None for a page that is rendered in full."""
        ...

    @property
    def is_silent(self) -> bool:
        """It sets values for other slots and writes nothing."""
        ...

    def render(self, record: Record) -> str:
        """Return the slot's text; raises what Jinja would raise."""
        ...

    def write(self, writer: Writer) -> str:
        """Return a Python expression for the slot's text; `Writer.rendered` gives the call of ``render``."""
        ...


class Writer(Protocol):
    """What a slot is given to write itself into the function of a press (`staging/stage_two/press.py`)."""

    def constant(self, value: Any) -> str:
        """Return the name of a value that does not change."""
        ...

    def record(self, name: str) -> str:
        """Return the variable that holds one of the record's values."""
        ...

    def once(self, key: Hashable, expression: Callable[[], str]) -> str:
        """Return the variable that holds what an expression gives, which is evaluated once for each key."""
        ...

    def rendered(self, slot: Slot) -> str:
        """Return the call of a slot's ``render``."""
        ...


class SlottedPage(Protocol):
    """What a press fills: text and slots in turn (`staging/plate.py`)."""

    @property
    def parts(self) -> Sequence[str | Slot]: ...

    @property
    def whole(self) -> Slot | None: ...

    @property
    def slots(self) -> Iterator[Slot]: ...

    @property
    def is_shared(self) -> bool: ...
