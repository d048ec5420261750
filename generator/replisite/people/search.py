"""Find people by the beginnings of their names, in an index beside the people database."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from replisite.model.distributor import Person
from replisite.system.files import replacement
from replisite.system.private_files import private_file
from replisite.system.sqlite_errors import database_error

__all__ = ["NameIndex", "Named"]

_WORDS = re.compile(r"\w+")
_INSERT = "INSERT INTO names (rowid, alias, name, market, status) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Named:
    """A person as search results show them: published values only."""

    alias: str
    name: str
    market: str
    status: str


class NameIndex:
    """The published names and aliases of all people, by the beginnings of their words (SQLite's FTS5)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def stamp(self) -> str:
        """The stamp of the database that the index was made from; empty if there is none."""
        try:
            with closing(self._connect()) as connection:
                row = connection.execute("SELECT fact FROM facts WHERE name = 'stamp'").fetchone()
                return str(row[0]) if row else ""
        except sqlite3.Error:
            return ""

    def make(self, people: Iterable[tuple[int, Person]], stamp: str) -> None:
        """Put these people, each after the number, in the place of those that were there."""
        with (
            replacement(self._path) as new,
            self._refusing(new),
            closing(sqlite3.connect(private_file(new), isolation_level=None)) as connection,
        ):
            connection.execute("PRAGMA journal_mode = OFF")  # a file of its own until it is complete
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(
                "CREATE VIRTUAL TABLE names USING fts5"
                " (alias, name, market UNINDEXED, status UNINDEXED,"
                "  tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
            )
            connection.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, fact TEXT NOT NULL)")
            connection.execute("BEGIN")
            connection.executemany(_INSERT, _rows(people))
            connection.execute("INSERT INTO facts VALUES ('stamp', ?)", (stamp,))
            connection.execute("COMMIT")
            self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)  # its file is replaced

    def amend(self, gone: Iterable[int], come: Iterable[tuple[int, Person]], stamp: str) -> None:
        """Remove people by their numbers, and add others, each given after the number."""
        with (
            self._refusing(self._path),
            closing(sqlite3.connect(self._path, isolation_level=None)) as connection,
        ):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("DELETE FROM names WHERE rowid = ?", ((number,) for number in gone))
            connection.executemany(_INSERT, _rows(come))
            connection.execute("UPDATE facts SET fact = ? WHERE name = 'stamp'", (stamp,))
            connection.execute("COMMIT")

    def search(self, text: str, limit: int = 20) -> list[Named]:
        """Return people whose name or alias has words that begin like those of a text, in the order of aliases."""
        words = _WORDS.findall(text)
        query = " ".join(f'"{word}"*' for word in words) or "*"
        where = "WHERE names MATCH ? " if words else ""
        values = (query, limit) if words else (limit,)
        try:
            with closing(self._connect()) as connection:
                query_text = f"SELECT alias, name, market, status FROM names {where}LIMIT ?"  # noqa: S608 - our own words
                return [Named(*row) for row in connection.execute(query_text, values)]
        except sqlite3.Error:
            return []

    @contextmanager
    def _refusing(self, path: Path) -> Iterator[None]:
        """Raise ReplisiteError for an error of the database."""
        try:
            yield
        except sqlite3.Error as error:
            raise database_error(error, path) from error

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)


def _rows(people: Iterable[tuple[int, Person]]) -> Iterator[tuple[object, ...]]:
    for number, person in people:
        yield number, person.alias, person.public["name"], person.market, person.status
