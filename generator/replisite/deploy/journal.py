"""The journal of a deploy, in SQLite: what has been changed so far, so that the next deploy continues one that was cut short."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from replisite.deploy.journal_schema import open_database
from replisite.deploy.states import PathState, Seen, Uncertain
from replisite.model.live_files import LiveFile, Served
from replisite.model.manifest import path_order
from replisite.system.private_files import private_file, private_folder
from replisite.system.sqlite_errors import database_error, is_damage, remove_database

__all__ = ["Journal"]

FLUSHED_AFTER: Final = 0.5
"""Seconds after which what was recorded is safe from a process that is killed."""


_PRESENT: Final = "present"
_SEEN: Final = "seen"
_UNCERTAIN: Final = "uncertain"
_DELETED: Final = "deleted"
"""The kinds of rows: what a row says of its path."""

_Row = tuple[str, str, str, str, int, str, str]
"""One row of the table ``done``: key, path, kind, digest, size, headers, MD5.

Digest and headers are those of a present file, the MD5 that of a file that is seen; elsewhere they are empty.
"""


class Journal:
    """The journal of one target; a context manager.

    ``release`` is the release in progress and ``base`` the one that it changes; both are empty when none is. With
    ``is_complete`` the journal names every file on the host, because the host was scanned. Of several rows of a path the
    last counts.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        private_folder(path.parent)
        private_file(path)
        try:
            self._connection, progress = open_database(path)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise database_error(error, path) from error
            remove_database(path)  # the journal's content is lost, which costs time and nothing else
            self._connection, progress = open_database(path)
        self.release, self.base, self.is_complete = progress
        self._waiting: list[_Row] = []
        self._flushed = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.flush()
        except sqlite3.Error as failed:
            error = error or failed
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            raise database_error(error, self._path) from error

    def begin(self, release: str, base: str, *, is_complete: bool = False) -> None:
        """Begin the journal of a release, and forget the rows of the one before."""
        self._waiting.clear()
        with self._connection:
            self._connection.execute("DELETE FROM done")
            self._connection.execute("DELETE FROM under_way")
            self._connection.execute("INSERT INTO under_way VALUES (?, ?, ?)", (release, base, is_complete))
        self.release, self.base, self.is_complete = release, base, is_complete

    def end(self) -> None:
        """Forget everything: the release is live as a whole, or given up."""
        self.begin("", "")

    def intend(self, paths: Iterable[str]) -> None:
        """Record at once that paths will be changed: each is uncertain until its change is recorded."""
        self.flush()
        self._write((path_order(path), path, _UNCERTAIN, "", 0, "", "") for path in paths)

    def see(self, seen: Seen) -> None:
        """Record a file that the host lists."""
        self._record((path_order(seen.path), seen.path, _SEEN, "", seen.size, "", seen.md5))

    def put(self, file: LiveFile) -> None:
        """Record that a file is live."""
        served = f"{file.served.content_type}|{file.served.cache_control}|{file.served.encoding}"
        self._record((path_order(file.path), file.path, _PRESENT, file.digest, file.size, served, ""))

    def deleted(self, path: str) -> None:
        """Record that a file is gone."""
        self._record((path_order(path), path, _DELETED, "", 0, "", ""))

    def flush(self) -> None:
        """Write down the rows that wait."""
        if self._waiting:
            self._write(self._waiting)
            self._waiting.clear()
        self._flushed = time.monotonic()

    def over(self, live: Iterable[PathState]) -> Iterator[PathState]:
        """Stream the state of every path: that of a list, replaced by the journal's where it has one.

        ``live`` is in the order of paths. Nothing may be recorded meanwhile.
        """
        self.flush()
        rows: Iterator[_Row] = self._connection.execute("SELECT * FROM done ORDER BY key")
        row = next(rows, None)
        states = iter(live)
        if row is None:
            yield from states
        for state in states:
            key = path_order(state.path)
            while row is not None and row[0] < key:
                yield from _states(row)
                row = next(rows, None)
            if row is not None and row[0] == key:
                yield from _states(row)
                row = next(rows, None)
            else:
                yield state
        while row is not None:
            yield from _states(row)
            row = next(rows, None)

    def seen(self, paths: Iterable[str]) -> dict[str, Seen]:
        """Return those of these paths that are seen and not yet compared."""
        self.flush()
        seen: dict[str, Seen] = {}
        for path in paths:
            query = "SELECT size, md5 FROM done WHERE key = ? AND kind = ?"
            for size, md5 in self._connection.execute(query, (path_order(path), _SEEN)):
                seen[path] = Seen(path, size, md5)
        return seen

    def copy_to(self, path: Path) -> None:
        """Write a copy of the journal."""
        self.flush()
        with contextlib.closing(sqlite3.connect(path)) as copy:
            self._connection.backup(copy)

    def __len__(self) -> int:
        """Return how many paths have a row."""
        self.flush()
        return int(self._connection.execute("SELECT count(*) FROM done").fetchone()[0])

    def _record(self, row: _Row) -> None:
        self._waiting.append(row)
        if len(self._waiting) >= 5_000 or time.monotonic() - self._flushed > FLUSHED_AFTER:
            self.flush()

    def _write(self, rows: Iterable[_Row]) -> None:
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _states(row: _Row) -> Iterator[PathState]:
    """Yield what is at a row's path, if anything is."""
    _, path, kind, digest, size, served, md5 = row
    if kind == _PRESENT:
        yield LiveFile(path, digest, size, Served(*served.split("|")))
    elif kind == _SEEN:
        yield Seen(path, size, md5)
    elif kind == _UNCERTAIN:
        yield Uncertain(path)
