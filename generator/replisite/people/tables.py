"""The tables of the people database."""

from __future__ import annotations

import sqlite3

from replisite.people.photos import make_photos

__all__ = ["COLUMNS", "SPACING", "VERSION", "make_import_tables", "make_people", "sort_people"]

VERSION = 6
"""Changes with the tables; a database of another version is made again."""

SPACING = 1 << 20
"""The distance between numbers, and between seats, so that others fit in between."""

COLUMNS = (
    "id, alias, market, language, status, has_site, sponsor_id, enroller_id, previous, file, line, card, bio"
)
"""A person's columns, beside the number and the seat.

``card`` is JSON: the published values but for the bio, the custom fields, the channels. ``line`` is where the row stood
when it was read last.
"""

_TYPES = (
    "number INTEGER PRIMARY KEY, seat INTEGER NOT NULL, id TEXT NOT NULL, alias TEXT NOT NULL, market TEXT NOT NULL,"
    " language TEXT NOT NULL, status TEXT NOT NULL, has_site INTEGER NOT NULL, sponsor_id TEXT NOT NULL,"
    " enroller_id TEXT NOT NULL, previous TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,"
    " card TEXT NOT NULL, bio TEXT NOT NULL"
)


def make_import_tables(connection: sqlite3.Connection) -> None:
    """Make temporary tables for people in the order of the roster, their names, and the ids of refused rows."""
    for table in ("imported", "taken", "refused"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
    connection.execute(f"CREATE TEMP TABLE imported ({_TYPES})")
    connection.execute(
        "CREATE TEMP TABLE taken (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID"
    )
    connection.execute("CREATE TEMP TABLE refused (id TEXT PRIMARY KEY) WITHOUT ROWID")


def make_people(connection: sqlite3.Connection) -> None:
    """Make the lasting tables, empty, in place of existing ones.

    People have their numbers in the order of aliases, so that streaming them reads the file from front to back, and
    their seats in the order of the roster. ``lines`` has each person's three nearest uplines with a site, and the
    enroller if there is a site; 0 for none. ``names`` are all that are taken, as `Entries.names` gives them.
    """
    for table in ("people", "lines", "names", "facts"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute(f"CREATE TABLE people ({_TYPES})")
    connection.execute(
        "CREATE TABLE lines (number INTEGER PRIMARY KEY, sponsor INTEGER NOT NULL, second INTEGER NOT NULL,"
        " third INTEGER NOT NULL, enroller INTEGER NOT NULL)"
    )
    connection.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
    connection.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, fact TEXT NOT NULL) WITHOUT ROWID")
    make_photos(connection)


def sort_people(connection: sqlite3.Connection) -> None:
    """Give people their numbers and seats, and keep the names that they have taken."""
    connection.execute(
        f"INSERT INTO people (number, seat, {COLUMNS})"  # noqa: S608 - our own words
        f" SELECT {SPACING} * row_number() OVER (ORDER BY alias), seat, {COLUMNS}"
        " FROM temp.imported ORDER BY alias"
    )
    connection.execute("INSERT INTO names SELECT name FROM temp.taken ORDER BY name")
    connection.execute("CREATE UNIQUE INDEX people_by_id ON people (id)")
    connection.execute("CREATE UNIQUE INDEX people_by_alias ON people (alias)")
    connection.execute("CREATE UNIQUE INDEX people_by_seat ON people (seat)")
    connection.execute("CREATE INDEX people_with_site ON people (alias) WHERE has_site = 1")
    for column in ("sponsor_id", "enroller_id"):  # asked with AND … <> '', or SQLite would not use them
        connection.execute(f"CREATE INDEX people_by_{column} ON people ({column}) WHERE {column} <> ''")
