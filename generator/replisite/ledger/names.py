"""Find people by their names: an index beside the ledger, for whoever looks for somebody while typing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from replisite.model.distributor import Person

__all__ = ["NameIndex", "Named"]

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody, as a list of finds shows them: published values only."""

    alias: str
    name: str
    market: str
    status: str


class NameIndex:
    """Everybody's published name and alias, by the beginnings of their words (SQLite's FTS5)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def stamp(self) -> str:
        """From what the index was made; empty if there is none."""
        try:
            with closing(self._connect()) as connection:
                row = connection.execute("SELECT fact FROM facts WHERE name = 'stamp'").fetchone()
                return str(row[0]) if row else ""
        except sqlite3.Error:
            return ""

    def make(self, people: Iterable[Person], stamp: str) -> None:
        """Put these people in the place of those that were there."""
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")  # a file of its own until it is complete
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(
                "CREATE VIRTUAL TABLE names USING fts5"
                " (alias, name, market UNINDEXED, status UNINDEXED,"
                "  tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
            )
            connection.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, fact TEXT NOT NULL)")
            connection.execute("BEGIN")
            rows = ((person.alias, person.public["name"], person.market, person.status) for person in people)
            connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", rows)
            connection.execute("INSERT INTO facts VALUES ('stamp', ?)", (stamp,))
            connection.execute("COMMIT")
        self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)  # whose file goes
        new.replace(self._path)

    def exchange(self, people: Iterable[Person], before: str, stamp: str) -> bool:
        """Put people who have changed, but for the alias, in the place of what they were; False if there is no index of ``before``."""
        if not before or self.stamp != before:
            return False
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for person in people:
                connection.execute(
                    "UPDATE names SET name = ?, market = ?, status = ? WHERE rowid ="
                    " (SELECT rowid FROM names WHERE names MATCH ? AND alias = ?)",
                    (
                        person.public["name"],
                        person.market,
                        person.status,
                        _phrase(person.alias),
                        person.alias,
                    ),
                )
            connection.execute("UPDATE facts SET fact = ? WHERE name = 'stamp'", (stamp,))
            connection.execute("COMMIT")
        return True

    def search(self, text: str, limit: int = 20) -> list[Named]:
        """Return people whose name or alias has words that begin like those of a text, in the order of aliases."""
        words = _WORDS.findall(text)
        query = " ".join(f'"{word}"*' for word in words) or "*"
        where = "WHERE names MATCH ? " if words else ""
        values = (query, limit) if words else (limit,)
        try:
            with closing(self._connect()) as connection:
                told = f"SELECT alias, name, market, status FROM names {where}LIMIT ?"  # noqa: S608 - our own words
                return [Named(*row) for row in connection.execute(told, values)]
        except sqlite3.Error:
            return []

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)


def _phrase(alias: str) -> str:
    """Return what finds an alias, and few others: its words in a row."""
    return f'alias : "{alias}"'
