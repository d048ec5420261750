"""What happens in the process that reads the roster: it is taken into the ledger, and its names are indexed.

``roster_process.py`` is the other side of the pipe.
"""

from __future__ import annotations

from ctypes import c_long
from pathlib import Path

from replisite.model.options import database_path
from replisite.people import NameIndex, PeopleDatabase
from replisite.preview.messages import RosterRequest, RosterResult
from replisite.preview.owners import names_path
from replisite.rendering.steps import in_turn, take_roster
from replisite.system.processes import Heard

__all__ = ["Abandoned", "RosterWorker", "index_names"]


class Abandoned(Exception):
    """A later order has come."""


class RosterWorker:
    """What the intake's process holds. ``latest`` is the number of the latest order, shared with the other side."""

    def __init__(self, latest: c_long, heard: Heard) -> None:
        self._latest = latest
        self._heard = heard

    def take(self, order: RosterRequest) -> RosterResult:
        """Take a roster in, unless the ledger was made from just this one. Raises ReplisiteError."""
        rows = 0

        def progress(phase: str, done: int, _total: int, _pages: int = 0, _note: str = "") -> None:
            nonlocal rows
            if order.number < self._latest.value:
                raise Abandoned
            if phase == "roster":
                rows = rows or _lines(order.options.roster or order.site.root / order.site.roster.source)
                self._heard(done, max(rows - 1, done))

        path = database_path(order.site, order.options)
        try:
            with in_turn(order.site, progress), PeopleDatabase.open(path) as database:
                faults = take_roster(order.site, database, order.options, order.names, progress)
                if len(faults) and not order.options.skip_bad_rows:
                    return RosterResult(faults.faults, faults.uncounted)
                index_names(NameIndex(names_path(path)), database)
                skipped = [str(fault) for fault in faults.faults]
                return RosterResult((), 0, (*database.warnings, *skipped), len(database))
        except Abandoned:
            return RosterResult(is_abandoned=True)


def index_names(index: NameIndex, database: PeopleDatabase) -> None:
    """Have the index find everybody in the ledger, under the names that they have by now."""
    if index.stamp == database.stamp:
        return
    amended = database.amended_since(index.stamp)
    if amended is None:
        index.make(database.numbered(), database.stamp)
    else:
        index.amend(*amended, database.stamp)


def _lines(roster: Path) -> int:
    """Return how many lines a roster has: about as many as people."""
    with roster.open("rb") as text:
        return sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b""))
