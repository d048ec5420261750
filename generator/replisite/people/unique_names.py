"""Number people in the order of the roster: each must have an id and aliases of their own, or is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from replisite.errors import Fault, FaultLog
from replisite.model.alias import differences, skeleton
from replisite.model.distributor import Person
from replisite.model.roster_terms import RosterTerms
from replisite.model.text import drop_surrogates, quoted
from replisite.people.rows import Entries, UniqueName
from replisite.people.sample import Exemplars
from replisite.people.tables import COLUMNS, SPACING

__all__ = ["UniqueNames"]

BATCH = 500
"""How many people are inserted at once, if no two of them have the same name."""

_INSERT = f"INSERT INTO temp.imported VALUES ({', '.join('?' * (2 + len(COLUMNS.split(','))))})"  # noqa: S608 - our own words
_TAKE = "INSERT INTO temp.taken VALUES (?, ?) ON CONFLICT DO NOTHING"
_GIVE_BACK = "DELETE FROM temp.taken WHERE name = ? AND number = ?"


class UniqueNames:
    """The people so far, and their names. People wait until `BATCH` can be inserted together, or `seat` is called."""

    def __init__(self, connection: sqlite3.Connection, faults: FaultLog, terms: RosterTerms) -> None:
        self._connection = connection
        self._faults = faults
        self._entries = Entries(terms)
        self._number = 0
        self._waiting: list[tuple[int, Person, Sequence[UniqueName]]] = []
        self.refused = 0
        self.exemplars = Exemplars()

    def refuse(self, person_id: str, rows: int = 1) -> None:
        """Count a refused row, or so many that are lost with it, and remember its id."""
        self.refused += rows
        shown = " ".join(drop_surrogates(person_id).split())  # of a byte that is not UTF-8, there is one
        self._connection.execute("INSERT OR IGNORE INTO temp.refused VALUES (?)", (shown,))

    def take(self, person: Person) -> None:
        """Insert a person, unless one of the names is taken."""
        self._number += 1
        self._waiting.append((self._number, person, list(self._entries.names(person))))
        if len(self._waiting) >= BATCH:
            self.seat()

    def seat(self) -> None:
        """Insert all people who wait: at once if their names are unique, else one by one."""
        waiting, self._waiting = self._waiting, []
        names = sorted((name, number) for number, _, own_names in waiting for name, _, _ in own_names)
        if self._connection.executemany(_TAKE, names).rowcount == len(names) or not names:
            self._connection.executemany(
                _INSERT, [self._row(number, person) for number, person, _ in waiting]
            )
            return
        self._connection.executemany(_GIVE_BACK, names)
        for number, person, own_names in waiting:
            if self._takes_names(number, person, own_names):
                self._connection.execute(_INSERT, self._row(number, person))
            else:
                self.refuse(person.id)

    def _row(self, number: int, person: Person) -> tuple[object, ...]:
        if self._entries.has_site(person):
            self.exemplars.add(person, number * SPACING)
        return number, number * SPACING, *self._entries.row(person)

    def _takes_names(self, number: int, person: Person, names: Sequence[UniqueName]) -> bool:
        taken: list[tuple[str, int]] = []
        is_free = True
        for name, column, text in names:
            if self._connection.execute(_TAKE, (name, number)).rowcount:
                taken.append((name, number))
                continue
            holder = self._holder(name)
            if holder is not None:
                self._faults.append(_taken(person, column, text, holder))
                is_free = False
        if not is_free:
            self._connection.executemany(_GIVE_BACK, taken)
        return is_free

    def _holder(self, name: str) -> tuple[str, str, str, int] | None:
        """Return id, aliases, file and line of the person who has the name; None if that is the person itself."""
        row: tuple[str, str, str, int] | None = self._connection.execute(
            "SELECT id, alias || ' ' || previous, file, line FROM temp.imported"
            " WHERE number = (SELECT number FROM temp.taken WHERE name = ?)",
            (name,),
        ).fetchone()
        return row


def _taken(person: Person, column: str, text: str, holder: tuple[str, str, str, int]) -> Fault:
    holder_id, aliases, file, line = holder
    others = [holder_id] if column == "id" else aliases.split()
    alike = next((other for other in others if skeleton(other.casefold()) == skeleton(text.casefold())), text)
    position = f"{file}:{line}"
    if alike == text or column not in {"id", "alias", "previous_aliases"}:
        return Fault(
            person.file,
            person.line,
            f"{column} {quoted(text)} is taken at {position}",
            "give each person their own",
        )
    letters = differences(text.casefold(), alike.casefold()) or "capitals apart"
    what = f"{column} {quoted(text)} looks like {quoted(alike)} at {position} ({letters})"
    return Fault(person.file, person.line, what, "choose one that nobody can mistake")
