"""Explain an error of SQLite in a sentence that names the file, the limit and what to do."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from replisite.errors import InternalError, ReplisiteError, SystemLimitError
from replisite.system.bugs import bug_of
from replisite.system.limits import limit_error, name_disk

__all__ = ["database_error", "is_damage", "is_in_use", "remove_database"]

_PRIMARY = 0xFF
"""Result codes have more bits for details (https://www.sqlite.org/rescode.html)."""


_OUR_STATEMENTS: Final = frozenset(
    {
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_RANGE,
    }
)
"""Result codes of wrong SQL statements, tables or values."""


def database_error(error: sqlite3.Error, path: Path) -> ReplisiteError | InternalError:
    """Return the error in words; an error of a statement of replisite is a bug.

    A damaged database is removed: replisite makes its content again.
    """
    if is_damage(error):
        remove_database(path)
        return ReplisiteError(f"{path} was damaged, and has been removed; run the command again")
    if _primary(error) == sqlite3.SQLITE_FULL:
        return SystemLimitError(f"{path}: {_full_disk(path)}; free some space and try again")
    if is_in_use(error):
        return SystemLimitError(f"{path}: another program is using it; wait for that to end and try again")
    if _primary(error) in _OUR_STATEMENTS or isinstance(error, sqlite3.ProgrammingError):
        return bug_of(error)
    cause = _cause(path)
    if cause is not None:
        return cause
    return SystemLimitError(f"{path}: {error}; is its disk full or read-only, or a limit of ulimit too low?")


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether the file is a damaged database, or none."""
    return _primary(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def is_in_use(error: sqlite3.Error) -> bool:
    """Say whether another process holds the database."""
    return _primary(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _primary(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & _PRIMARY


def remove_database(path: Path) -> None:
    """Remove a database with the files beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _full_disk(path: Path) -> str:
    """Name the full disk: SQLite sorts in temporary files, which may be on another disk."""
    temporary = Path(os.environ.get("SQLITE_TMPDIR") or tempfile.gettempdir())
    with suppress(OSError):
        if temporary.stat().st_dev == path.parent.stat().st_dev:
            return "the disk is full"
    return f"its disk or that of temporary files ({temporary}, by TMPDIR) is full"


def _cause(path: Path) -> SystemLimitError | None:
    """Return the system's error for a file beside the database: SQLite itself reports only "disk I/O error"."""
    probe = path.with_name(f".{path.name}.probe")
    try:
        with path.open("ab"):
            pass
        size = path.stat().st_size
        with probe.open("wb") as file:
            file.seek(size + (1 << 20))  # where SQLite would write next; a hole needs no space
            file.write(os.urandom(1))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        name_disk(error, path)
        return limit_error(error)
    finally:
        probe.unlink(missing_ok=True)
    return None
