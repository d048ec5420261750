"""The tables of a ledger."""

from __future__ import annotations

import sqlite3

__all__ = ["COLUMNS", "VERSION", "make_intake", "make_people", "sort_people"]

VERSION = 2
"""Changes with the tables; a ledger of another version is made anew."""

COLUMNS = (
    "id, alias, market, language, status, has_site, sponsor_id, enroller_id, previous, file, line, card, bio"
)
"""A person's columns. ``card`` is JSON: the published values but for the bio, the custom fields, the channels."""

_TYPES = (
    "number INTEGER PRIMARY KEY, id TEXT NOT NULL, alias TEXT NOT NULL, market TEXT NOT NULL,"
    " language TEXT NOT NULL, status TEXT NOT NULL, has_site INTEGER NOT NULL, sponsor_id TEXT NOT NULL,"
    " enroller_id TEXT NOT NULL, previous TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,"
    " card TEXT NOT NULL, bio TEXT NOT NULL"
)


def make_intake(connection: sqlite3.Connection) -> None:
    """Make room for people in the order of the roster, the names that they take, and the ids of the refused."""
    for table in ("intake", "taken", "refused"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    connection.execute(f"CREATE TEMP TABLE intake ({_TYPES})")
    connection.execute(
        "CREATE TEMP TABLE taken (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID"
    )
    connection.execute("CREATE TEMP TABLE refused (id TEXT PRIMARY KEY) WITHOUT ROWID")


def make_people(connection: sqlite3.Connection) -> None:
    """Make the lasting tables, empty, in place of those that are there.

    ``lines`` has each person's three nearest uplines with a site, and the enroller if there is a site; 0 for
    none.
    """
    for table in ("people", "lines", "facts"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute(f"CREATE TABLE people ({_TYPES})")
    connection.execute(
        "CREATE TABLE lines (number INTEGER PRIMARY KEY, sponsor INTEGER NOT NULL, second INTEGER NOT NULL,"
        " third INTEGER NOT NULL, enroller INTEGER NOT NULL)"
    )
    connection.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, fact TEXT NOT NULL) WITHOUT ROWID")


def sort_people(connection: sqlite3.Connection) -> None:
    """Give people their numbers, in the order of aliases, so that streaming them reads the file from front to back."""
    connection.execute(f"INSERT INTO people ({COLUMNS}) SELECT {COLUMNS} FROM temp.intake ORDER BY alias")  # noqa: S608 - our own words
    connection.execute("CREATE UNIQUE INDEX people_by_id ON people (id)")
    connection.execute("CREATE UNIQUE INDEX people_by_alias ON people (alias)")
    connection.execute("CREATE INDEX people_with_site ON people (alias) WHERE has_site = 1")
