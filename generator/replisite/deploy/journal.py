"""What a deploy has done by now, in SQLite: after it was cut short, the next one goes on from there."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from replisite.model.live_files import LiveFile, Served
from replisite.model.manifest import path_order
from replisite.system.private_files import private_file, private_folder
from replisite.system.sqlite_errors import database_error, is_damage, remove_database

__all__ = ["Journal"]

VERSION: Final = 1
FLUSHED_AFTER: Final = 0.5
"""Seconds after which what was done is safe from a process that is killed."""

UNKNOWN_DIGEST: Final = "?"
UNKNOWN: Final = "||unknown"
"""The digest of a file of which only the path is known, and how it is served."""

_WAIT_SECONDS: Final = 30.0


class Journal:
    """The journal of one target; a context manager.

    ``release`` is the one under way, ``base`` the one that it changes; both are empty when nothing is. A file that is
    noted twice counts as it was noted last.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        try:
            self._connection, row = _opened(place)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise database_error(error, place) from error
            remove_database(place)  # whatever it said is lost, which costs time and nothing else
            self._connection, row = _opened(place)
        self.release: str = row[0] if row else ""
        self.base: str = row[1] if row else ""
        self._waiting: list[tuple[str, str, str, int, str]] = []
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
            raise database_error(error, self._place) from error

    def begin(self, release: str, base: str) -> None:
        """Begin the journal of a release, and forget what was in it."""
        self._waiting.clear()
        with self._connection:
            self._connection.execute("DELETE FROM done")
            self._connection.execute("DELETE FROM under_way")
            self._connection.execute("INSERT INTO under_way VALUES (?, ?)", (release, base))
        self.release, self.base = release, base

    def end(self) -> None:
        """Forget everything: the release is live as a whole, or given up."""
        self.begin("", "")

    def intend(self, paths: Iterable[str]) -> None:
        """Note at once that something will be done to files: until it is noted that it was, nobody knows what is there."""
        self.flush()
        with self._connection:
            rows = ((path_order(path), path, UNKNOWN_DIGEST, 0, UNKNOWN) for path in paths)
            self._connection.executemany("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?)", rows)

    def put(self, file: LiveFile) -> None:
        """Note that a file is live."""
        told = file.served
        served = f"{told.content_type}|{told.cache_control}|{told.encoding}"
        self._note((path_order(file.path), file.path, file.digest, file.size, served))

    def deleted(self, path: str) -> None:
        """Note that a file is gone."""
        self._note((path_order(path), path, "", 0, ""))

    def flush(self) -> None:
        """Write down what has been noted."""
        if self._waiting:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?)", self._waiting
                )
            self._waiting.clear()
        self._flushed = time.monotonic()

    def over(self, live: Iterable[LiveFile]) -> Iterator[LiveFile]:
        """Stream what is live by now: the files of a list, as the journal says that they are.

        ``live`` is in the order of paths. Nothing may be noted meanwhile.
        """
        self.flush()
        ours = self._connection.execute("SELECT * FROM done ORDER BY key")
        row = ours.fetchone()
        files = iter(live)
        if row is None:
            yield from files
        for file in files:
            key = path_order(file.path)
            while row is not None and row[0] < key:
                yield from _files(row)
                row = ours.fetchone()
            if row is not None and row[0] == key:
                yield from _files(row)
                row = ours.fetchone()
            else:
                yield file
        while row is not None:
            yield from _files(row)
            row = ours.fetchone()

    def known(self, paths: Iterable[str]) -> dict[str, LiveFile]:
        """Return the files among these paths that the journal says are live."""
        self.flush()
        found: dict[str, LiveFile] = {}
        for path in paths:
            query = "SELECT * FROM done WHERE key = ?"
            for row in self._connection.execute(query, (path_order(path),)):
                found.update((file.path, file) for file in _files(row))
        return found

    def copy_to(self, place: Path) -> None:
        """Write a copy of the journal."""
        self.flush()
        with contextlib.closing(sqlite3.connect(place)) as copy:
            self._connection.backup(copy)

    def __len__(self) -> int:
        """Return how many files were put or deleted."""
        self.flush()
        return int(self._connection.execute("SELECT count(*) FROM done").fetchone()[0])

    def _note(self, row: tuple[str, str, str, int, str]) -> None:
        self._waiting.append(row)
        if len(self._waiting) >= 5_000 or time.monotonic() - self._flushed > FLUSHED_AFTER:
            self.flush()


def _files(row: tuple[str, str, str, int, str]) -> Iterator[LiveFile]:
    _, path, digest, size, served = row
    if digest:
        yield LiveFile(path, digest, size, Served(*served.split("|")))


def _opened(place: Path) -> tuple[sqlite3.Connection, tuple[str, str] | None]:
    """Open a journal, and say what is under way."""
    private_folder(place.parent)
    private_file(place)
    connection = sqlite3.connect(place, timeout=_WAIT_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            with connection:
                connection.execute("DROP TABLE IF EXISTS done")
                connection.execute("DROP TABLE IF EXISTS under_way")
                connection.execute(
                    "CREATE TABLE done (key TEXT PRIMARY KEY, path TEXT NOT NULL, digest TEXT NOT NULL,"
                    " size INTEGER NOT NULL, served TEXT NOT NULL) WITHOUT ROWID"
                )
                connection.execute("CREATE TABLE under_way (release TEXT NOT NULL, base TEXT NOT NULL)")
                connection.execute(f"PRAGMA user_version = {VERSION}")
        row = connection.execute("SELECT release, base FROM under_way").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection, row
