"""What happens in the process that reads the roster: it is taken into the ledger, and its names are indexed.

``roster_process.py`` is the other side of the pipe.
"""

from __future__ import annotations

from ctypes import c_long
from pathlib import Path

from replisite.model.options import database_path
from replisite.people import NameIndex, PeopleDatabase
from replisite.preview.messages import Order, Taken
from replisite.preview.owners import names_path
from replisite.rendering.steps import build_lock, take_roster
from replisite.reporting import Notice, Phase, Reporter

__all__ = ["Abandoned", "RosterWorker", "index_names"]


class Abandoned(Exception):
    """A later order has come."""


class RosterWorker:
    """What the intake's process holds. ``latest`` is the number of the latest order, shared with the other side."""

    def __init__(self, latest: c_long, reporter: Reporter) -> None:
        self._latest = latest
        self._reporter = reporter

    def take(self, order: Order) -> Taken:
        """Take a roster in, unless the ledger was made from just this one. Raises ReplisiteError."""
        reporter = _RowsReporter(self._reporter, order, self._latest)
        path = database_path(order.site, order.options)
        try:
            with build_lock(order.site, reporter), PeopleDatabase.open(path) as database:
                faults = take_roster(order.site, database, order.options, order.names, reporter)
                if len(faults) and not order.options.skip_bad_rows:
                    return Taken(faults.faults, faults.uncounted)
                index_names(NameIndex(names_path(path)), database)
                skipped = [str(fault) for fault in faults.faults]
                return Taken((), 0, (*database.warnings, *skipped), len(database))
        except Abandoned:
            return Taken(is_abandoned=True)


class _RowsReporter:
    """Adds the number of rows to the progress of an order, and raises Abandoned as soon as a later order has come."""

    def __init__(self, reporter: Reporter, order: Order, latest: c_long) -> None:
        self._reporter, self._order, self._latest = reporter, order, latest
        self._rows = 0

    def begin(self, phase: Phase, /) -> None:
        """Report that the roster is waited for."""
        self._check()
        self._reporter.begin(phase)

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Report rows of all rows; ``total`` is not known where they are read."""
        del total
        self._check()
        order = self._order
        self._rows = self._rows or _lines(order.options.roster or order.site.root / order.site.roster.source)
        self._reporter.advance(done, max(self._rows - 1, done), pages=pages, size=size)

    def warn(self, notice: Notice, /) -> None:
        """Pass the notice on."""
        self._reporter.warn(notice)

    def _check(self) -> None:
        if self._order.number < self._latest.value:
            raise Abandoned


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
