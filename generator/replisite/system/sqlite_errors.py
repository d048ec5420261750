"""What an error of SQLite means, in a sentence that names the file, the limit and what to do."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from replisite.errors import ReplisiteError, SystemLimitError
from replisite.system.limits import limit_error, name_disk

__all__ = ["database_error", "is_damage", "is_in_use", "remove_database"]

_PRIMARY = 0xFF
"""Result codes have more bits for details (https://www.sqlite.org/rescode.html)."""


def database_error(error: sqlite3.Error, path: Path) -> ReplisiteError:
    """Return the error in words. A database that is damaged is removed: everything in it is made again."""
    if is_damage(error):
        remove_database(path)
        return ReplisiteError(f"{path} was damaged, and has been removed; run the command again")
    if getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_FULL:
        return SystemLimitError(f"{path}: {_full_disk(path)}; free some space and try again")
    if is_in_use(error):
        return SystemLimitError(f"{path}: another program is using it; wait for that to end and try again")
    cause = _cause(path)
    if cause is not None:
        return cause
    return SystemLimitError(f"{path}: {error}; is its disk full or read-only, or a limit of ulimit too low?")


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether a file is no database, or a damaged one."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def is_in_use(error: sqlite3.Error) -> bool:
    """Say whether another process holds the database."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def remove_database(path: Path) -> None:
    """Remove a database with the files beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _full_disk(path: Path) -> str:
    """Say which disk is full: SQLite sorts in temporary files, which may lie on another."""
    temporary = Path(os.environ.get("SQLITE_TMPDIR") or tempfile.gettempdir())
    with suppress(OSError):
        if temporary.stat().st_dev == path.parent.stat().st_dev:
            return "the disk is full"
    return f"its disk or that of temporary files ({temporary}, by TMPDIR) is full"


def _cause(path: Path) -> SystemLimitError | None:
    """Return what the system says when a file beside the database is written: SQLite tells no more than "disk I/O error"."""
    probe = path.with_name(f".{path.name}.probe")
    try:
        with path.open("ab"):
            pass
        size = path.stat().st_size
        with probe.open("wb") as file:
            file.seek(
                size + (1 << 20)
            )  # SQLite would have written at least there: as a hole it costs no space
            file.write(os.urandom(1))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        name_disk(error, path)
        return limit_error(error)
    finally:
        probe.unlink(missing_ok=True)
    return None
