"""Errors of SQLite: limits of the system, a damaged file, and bugs in replisite's own statements."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from replisite.errors import InternalError, ReplisiteError
from replisite.system.sqlite_errors import database_error


@pytest.mark.parametrize(
    "statements",
    [
        ["SELECT * FROM missing"],
        ["NO SUCH STATEMENT"],
        ["CREATE TABLE t (x UNIQUE)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"],
        ["SELECT ?"],
    ],
)
def test_a_wrong_statement_is_a_bug(tmp_path: Path, statements: list[str]) -> None:
    """It is not a full disk, and the database stays."""
    path = tmp_path / "people.sqlite"
    *before, last = statements
    with closing(sqlite3.connect(path)) as connection:
        for statement in before:
            connection.execute(statement)
        with pytest.raises(sqlite3.Error) as raised:
            connection.execute(last)
    error = database_error(raised.value, path)
    assert isinstance(error, InternalError)
    assert error.message == str(raised.value)
    assert path.exists()


def test_a_damaged_database_is_removed(tmp_path: Path) -> None:
    """The next run makes it again."""
    path = tmp_path / "people.sqlite"
    path.write_bytes(b"no database" * 100)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.Error) as raised:
        connection.execute("SELECT * FROM people")
    error = database_error(raised.value, path)
    assert isinstance(error, ReplisiteError)
    assert "was damaged, and has been removed" in str(error)
    assert not path.exists()
