"""One page being staged: its slots so far, and what is known of it while its static code runs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from jinja2.runtime import Context

from replisite.staging.slot import Slot, Widening
from replisite.staging.snapshot import contents
from replisite.staging.stage_two.slots import Exported, FilledSlot
from replisite.staging.tripwire import Tripwire, Widen

__all__ = ["RUN", "Run", "identities", "watch"]


class Run:
    """One page being staged: its slots so far, and how deep in captured text it is."""

    def __init__(self, name: str, trips: Mapping[str, Tripwire]) -> None:
        self.name = name
        self.trips = trips
        self.depth = 0
        self.is_watching = False
        self.defined: dict[tuple[int, str], tuple[Any, Context, dict[str, int]]] = {}
        self.kept: list[tuple[str, Any, Hashable]] = []
        self._nonce = secrets.token_hex(8)  # nothing in content or data can look like a mark
        self.exported: dict[int, Exported] = {}
        self.latest: dict[str, Any] = {}
        self.set_by_slots: set[str] = set()
        self._slots: list[Slot] = []
        self._silent: list[Slot] = []
        self._alive: list[Tripwire] = []

    def __enter__(self) -> None:
        self._token = RUN.set(self)

    def __exit__(self, *_: object) -> None:
        RUN.reset(self._token)

    def check(self) -> None:
        """Widen if a value that a slot keeps was changed by static code after all."""
        for name, value, key in self.kept:
            if contents(value) != key:
                raise Widen(Widening(self.name, 0, f'"{name}" changes while the page is rendered'))

    def set_names(self, slot: FilledSlot) -> None:
        """Put tripwires where a slot sets names: who reads one gets its value from the slot."""
        for index, name in enumerate(slot.code.exports, 1):
            wire = Tripwire(name, slot.origin.template, is_set=True)
            self._alive.append(wire)  # so that its address stays its own
            self.exported[id(wire)] = Exported(slot, index)
            self.latest[name] = wire
            self.set_by_slots.add(name)

    def evaluated(self, slot: FilledSlot) -> str:
        """Return the text of a slot in which nothing is deferred, and set what it sets."""
        given = slot.evaluate({})
        if not slot.code.exports:
            return cast(str, given)
        self.latest.update(zip(slot.code.exports, given[1:], strict=True))
        return cast(str, given[0])

    def note(self, slot: FilledSlot) -> str:
        """Keep a slot that sets names and writes nothing: it is evaluated for every record, as Jinja would."""
        self._silent.append(slot)
        return ""

    def mark(self, slot: Slot) -> str:
        self._slots.append(slot)
        return f"\x02{self._nonce}:{len(self._slots) - 1}\x03"

    def parts(self, text: str) -> tuple[str | Slot, ...]:
        """Split the rendered text at its marks, each of which must have come through once and in order."""
        pieces = re.split(f"\x02{self._nonce}:([0-9]+)\x03", text)
        if list(map(int, pieces[1::2])) != list(range(len(self._slots))):
            raise Widen(Widening(self.name, 0, "the text of a slot is thrown away or moved"))
        split = [piece if index % 2 == 0 else self._slots[int(piece)] for index, piece in enumerate(pieces)]
        return (*self._silent, *(part for part in split if part != ""))


RUN: ContextVar[Run | None] = ContextVar("run", default=None)


@contextmanager
def watch() -> Iterator[None]:
    run = RUN.get()
    if run is None:
        yield
        return
    before = run.is_watching
    run.is_watching = True
    run.depth += 1  # what it renders itself is text to it
    try:
        yield
    finally:
        run.is_watching = before
        run.depth -= 1


def identities(context: Context, besides: Collection[str]) -> dict[str, int]:
    return {name: id(value) for name, value in context.get_all().items() if name not in besides}
