"""What happens in the process that reads the roster: it is taken into the ledger, and its names are indexed.

``intake.py`` is the other side of the pipe.
"""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import c_long
from dataclasses import dataclass
from pathlib import Path

from replisite.errors import Fault
from replisite.ledger import Ledger, NameIndex
from replisite.model.site import Site
from replisite.prepare import Options, in_turn, ledger_path, take_roster
from replisite.processes import Heard

__all__ = ["Abandoned", "Order", "Taken", "Taking", "index_names", "names_path"]


@dataclass(frozen=True, slots=True)
class Order:
    """A roster to be taken in. ``names`` are the corporate site's files and folders; ``number`` counts orders."""

    site: Site
    options: Options
    names: Sequence[str]
    number: int


@dataclass(frozen=True, slots=True)
class Taken:
    """How a roster was taken in: with ``faults`` the ledger is as it was.

    ``is_abandoned``: a later order came, and nothing was done.
    """

    faults: tuple[Fault, ...] = ()
    uncounted: int = 0
    warnings: tuple[str, ...] = ()
    people: int = 0
    is_abandoned: bool = False


class Abandoned(Exception):
    """A later order has come."""


class Taking:
    """What the intake's process holds. ``latest`` is the number of the latest order, shared with the other side."""

    def __init__(self, latest: c_long, heard: Heard) -> None:
        self._latest = latest
        self._heard = heard

    def take(self, order: Order) -> Taken:
        """Take a roster in, unless the ledger was made from just this one. Raises ReplisiteError."""
        rows = 0

        def progress(phase: str, done: int, _total: int, _pages: int = 0) -> None:
            nonlocal rows
            if order.number < self._latest.value:
                raise Abandoned
            if phase == "roster":
                rows = rows or _lines(order.options.roster or order.site.root / order.site.roster.source)
                self._heard(done, max(rows - 1, done))

        path = ledger_path(order.site, order.options)
        try:
            with in_turn(order.site, progress), Ledger.open(path) as ledger:
                faults = take_roster(order.site, ledger, order.options, order.names, progress)
                if len(faults) and not order.options.skip_bad_rows:
                    return Taken(faults.faults, faults.uncounted)
                index_names(NameIndex(names_path(path)), ledger)
                skipped = [str(fault) for fault in faults.faults]
                return Taken((), 0, (*ledger.warnings, *skipped), len(ledger))
        except Abandoned:
            return Taken(is_abandoned=True)


def index_names(index: NameIndex, ledger: Ledger) -> None:
    """Have the index find everybody in the ledger, under the names that they have by now."""
    if index.stamp == ledger.stamp:
        return
    before, aliases = ledger.exchanged
    people = filter(None, map(ledger.find, aliases))
    if not index.exchange(people, before, ledger.stamp):
        index.make(ledger.people(), ledger.stamp)


def _lines(roster: Path) -> int:
    """Return how many lines a roster has: about as many as people."""
    with roster.open("rb") as text:
        return sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b""))


def names_path(ledger: Path) -> Path:
    """Return the file of the index that belongs to a ledger."""
    return ledger.with_name(f"{ledger.stem}-names.sqlite")
