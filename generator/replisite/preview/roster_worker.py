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
from replisite.rendering.steps import in_turn, take_roster
from replisite.system.processes import Heard

__all__ = ["Abandoned", "RosterWorker", "index_names"]


class Abandoned(Exception):
    """A later request has come."""


class RosterWorker:
    """The object in the process. ``latest`` is the number of the latest request, in memory shared with the parent."""

    def __init__(self, latest: c_long, heard: Heard) -> None:
        self._latest = latest
        self._heard = heard

    def take(self, request: RosterRequest) -> RosterResult:
        """Import a roster, unless the people database was made from exactly this one. Raises ReplisiteError."""
        rows = 0

        def progress(phase: str, done: int, _total: int, _pages: int = 0, _note: str = "") -> None:
            nonlocal rows
            if request.number < self._latest.value:
                raise Abandoned
            if phase == "roster":
                rows = rows or _lines(
                    request.options.roster or request.site.root / request.site.roster.source
                )
                self._heard(done, max(rows - 1, done))

        path = database_path(request.site, request.options)
        try:
            with in_turn(request.site, progress), PeopleDatabase.open(path) as database:
                faults = take_roster(request.site, database, request.options, request.names, progress)
                if len(faults) and not request.options.skip_bad_rows:
                    return RosterResult(faults.faults, faults.uncounted)
                index_names(NameIndex(names_path(path)), database)
                skipped = [str(fault) for fault in faults.faults]
                return RosterResult((), 0, (*database.warnings, *skipped), len(database))
        except Abandoned:
            return RosterResult(is_abandoned=True)


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
