"""Update the uplines of people who have changed, and of all people below who are concerned."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable

from replisite.model.distributor import Person
from replisite.people.rows import Entries

__all__ = ["MOST", "update_uplines"]

MOST = 20_000
"""How many people are updated one by one; for more it is faster to update all."""

UPLINES = 3

_ABOVE = (
    "SELECT people.number, people.has_site, lines.sponsor, lines.second, lines.third"
    " FROM people LEFT JOIN lines USING (number) WHERE id = ?"
)
_OWN = "SELECT id, sponsor_id, enroller_id FROM people WHERE number = ?"
_LINE = "SELECT sponsor, second, third, enroller FROM lines WHERE number = ?"


def update_uplines(
    connection: sqlite3.Connection, changed: Iterable[tuple[Person | None, Person]], entries: Entries
) -> bool:
    """Bring the table ``lines`` up to date; False if more than `MOST` people are concerned.

    ``changed`` are pairs: the person who had the number before, if any, and the person in the tables. No upline is a circle.
    """
    waiting: deque[int] = deque()
    for old, new in changed:
        waiting.append(_number(connection, new.id))
        if old is None or old.id != new.id or entries.has_site(old) != entries.has_site(new):
            waiting += _below(connection, new.id)
    updated = 0
    while waiting:
        number = waiting.popleft()
        updated += 1
        if updated > MOST or len(waiting) > MOST:
            return False
        person_id, sponsor_id, enroller_id = connection.execute(_OWN, (number,)).fetchone()
        line = [*_seen_from_below(connection, sponsor_id), 0, 0, 0][:UPLINES]
        enroller = connection.execute(_ABOVE, (enroller_id,)).fetchone() if enroller_id else None
        now = (*line, enroller[0] if enroller and enroller[1] else 0)
        then = connection.execute(_LINE, (number,)).fetchone()
        if now == then:
            continue
        connection.execute("INSERT OR REPLACE INTO lines VALUES (?, ?, ?, ?, ?)", (number, *now))
        if then is None or now[:UPLINES] != then[:UPLINES]:
            waiting += _below(connection, person_id, ("sponsor_id",))
    return True


def _seen_from_below(connection: sqlite3.Connection, person_id: str) -> list[int]:
    """Return the uplines with a site of a person whose sponsor this is."""
    row = connection.execute(_ABOVE, (person_id,)).fetchone() if person_id else None
    if row is None:
        return []
    number, has_site, *above = row
    return [*([number] if has_site else []), *(each for each in above if each)]


def _below(
    connection: sqlite3.Connection, person_id: str, columns: tuple[str, ...] = ("sponsor_id", "enroller_id")
) -> list[int]:
    """Return the people who name a person, at most `MOST` and one more by column."""
    numbers: list[int] = []
    for column in columns:
        query = f"SELECT number FROM people WHERE {column} = ? AND {column} <> '' LIMIT {MOST + 1}"  # noqa: S608 - our own words
        numbers += [number for (number,) in connection.execute(query, (person_id,))]
    return numbers


def _number(connection: sqlite3.Connection, person_id: str) -> int:
    return int(connection.execute("SELECT number FROM people WHERE id = ?", (person_id,)).fetchone()[0])
