"""The code inside the process that imports the roster: it fills the people database, and indexes the names.

``roster_process.py`` is the other end of the pipe.
"""

from __future__ import annotations

from ctypes import c_long
from pathlib import Path

from replisite.model.options import database_path
from replisite.people import NameIndex, PeopleDatabase
from replisite.preview.messages import RosterRequest, RosterResult
from replisite.preview.owners import names_path
from replisite.rendering.steps import build_lock, take_roster
from replisite.reporting import Notice, Phase, Reporter

__all__ = ["Abandoned", "RosterWorker", "index_names"]


class Abandoned(Exception):
    """A later request has come."""


class RosterWorker:
    """The object in the process. ``latest`` is the number of the latest request, in memory shared with the parent."""

    def __init__(self, latest: c_long, reporter: Reporter) -> None:
        self._latest = latest
        self._reporter = reporter

    def take(self, request: RosterRequest) -> RosterResult:
        """Import a roster, unless the people database was made from exactly this one. Raises ReplisiteError."""
        reporter = _RowsReporter(self._reporter, request, self._latest)
        path = database_path(request.site, request.options)
        try:
            with build_lock(request.site, reporter), PeopleDatabase.open(path) as database:
                faults = take_roster(request.site, database, request.options, request.names, reporter)
                if len(faults) and not request.options.skip_bad_rows:
                    return RosterResult(faults.faults, faults.uncounted)
                index_names(NameIndex(names_path(path)), database)
                skipped = [str(fault) for fault in faults.faults]
                return RosterResult((), 0, (*database.warnings, *skipped), len(database))
        except Abandoned:
            return RosterResult(is_abandoned=True)


class _RowsReporter:
    """Adds the number of rows to the progress of a request, and raises Abandoned as soon as a later one has come."""

    def __init__(self, reporter: Reporter, request: RosterRequest, latest: c_long) -> None:
        self._reporter, self._request, self._latest = reporter, request, latest
        self._rows = 0

    def begin(self, phase: Phase, /) -> None:
        """Report that the roster is waited for."""
        self._check()
        self._reporter.begin(phase)

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Report rows of all rows; ``total`` is not known where they are read."""
        del total
        self._check()
        request = self._request
        self._rows = self._rows or _lines(
            request.options.roster or request.site.root / request.site.roster.source
        )
        self._reporter.advance(done, max(self._rows - 1, done), pages=pages, size=size)

    def warn(self, notice: Notice, /) -> None:
        """Pass the notice on."""
        self._reporter.warn(notice)

    def _check(self) -> None:
        if self._request.number < self._latest.value:
            raise Abandoned


def index_names(index: NameIndex, database: PeopleDatabase) -> None:
    """Bring the name index up to the people database: added, changed and removed people."""
    if index.stamp == database.stamp:
        return
    amended = database.amended_since(index.stamp)
    if amended is None:
        index.make(database.numbered(), database.stamp)
    else:
        index.amend(*amended, database.stamp)


def _lines(roster: Path) -> int:
    """Return the number of lines of a roster, which is about the number of people."""
    with roster.open("rb") as text:
        return sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b""))
