"""The tables of a journal, and what becomes of those that an earlier replisite left."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

__all__ = ["VERSION", "open_database"]

VERSION: Final = 2
"""The number of the tables' form, kept in SQLite's user_version."""

_WAIT_SECONDS: Final = 30.0

_DONE: Final = """
    CREATE TABLE done (
        key TEXT PRIMARY KEY,
        path TEXT NOT NULL,
        kind TEXT NOT NULL,
        digest TEXT NOT NULL,
        size INTEGER NOT NULL,
        served TEXT NOT NULL,
        md5 TEXT NOT NULL
    ) WITHOUT ROWID
"""

_UNDER_WAY: Final = """
    CREATE TABLE under_way (release TEXT NOT NULL, base TEXT NOT NULL, is_complete INTEGER NOT NULL)
"""

_ROWS_OF_1: Final = """
    INSERT INTO done SELECT
        key,
        path,
        CASE
            WHEN digest = '' THEN 'deleted'
            WHEN digest <> '?' THEN 'present'
            WHEN size = 0 AND served = '||unknown' THEN 'uncertain'
            ELSE 'seen'
        END,
        CASE digest WHEN '?' THEN '' ELSE digest END,
        size,
        CASE WHEN digest IN ('', '?') THEN '' ELSE served END,
        CASE WHEN digest = '?' AND served LIKE '|%|unknown' THEN substr(served, 2, length(served) - 9) ELSE '' END
    FROM done_1
"""

_FROM_1: Final = (
    "ALTER TABLE done RENAME TO done_1",
    "ALTER TABLE under_way RENAME TO under_way_1",
    _DONE,
    _UNDER_WAY,
    _ROWS_OF_1,
    "INSERT INTO under_way SELECT release, ltrim(base, '*'), base LIKE '*%' FROM under_way_1",
    "DROP TABLE done_1",
    "DROP TABLE under_way_1",
)
"""Version 1 had no column for the kind of a row: a digest ``?`` was a file of which only the path was known, its MD5 stood
where Cache-Control stands, an empty digest was a file that is gone; a base with ``*`` before it was a complete journal."""

_EMPTY: Final = ("DROP TABLE IF EXISTS done", "DROP TABLE IF EXISTS under_way", _DONE, _UNDER_WAY)
"""For a new journal, and for one of a version that is not known."""


def open_database(path: Path) -> tuple[sqlite3.Connection, tuple[str, str, bool]]:
    """Open a journal's database; return it with the release in progress, its base, and whether the journal is complete.

    Tables of version 1 are converted, those of a version that is not known are emptied. Raises sqlite3.Error.
    """
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        _convert(connection)
        row = connection.execute("SELECT release, base, is_complete FROM under_way").fetchone()
    except BaseException:
        connection.close()
        raise
    release, base, is_complete = row or ("", "", 0)
    return connection, (release, base, bool(is_complete))


def _convert(connection: sqlite3.Connection) -> None:
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        for statement in _conversion(_version(connection)):  # another process may have converted it meanwhile
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _conversion(version: int) -> tuple[str, ...]:
    if version == VERSION:
        return ()
    return _FROM_1 if version == 1 else _EMPTY


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
