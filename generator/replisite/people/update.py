"""Replace the people of a stretch of the roster, and leave all others as they are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from replisite.model.distributor import Person
from replisite.model.roster_terms import RosterTerms
from replisite.people.queries import Seated, iter_seated, seat_after
from replisite.people.rows import Entries
from replisite.people.sample import Exemplars
from replisite.people.tables import COLUMNS, SPACING
from replisite.people.update_uplines import update_uplines

__all__ = ["Amended", "RosterPart", "amend"]

LONGEST_LINE = 10_000
"""How many steps up a line of sponsors are followed to see that there is no circle."""

_INSERT = (
    f"INSERT INTO people (number, seat, {COLUMNS}) VALUES ({', '.join('?' * (2 + len(COLUMNS.split(','))))})"  # noqa: S608 - our own words
)


@dataclass(frozen=True, slots=True)
class RosterPart:
    """People who replace ``count`` others, which stood after ``before`` people on the roster."""

    before: int
    count: int
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Amended:
    """The numbers of the people who are ``gone`` or have changed, and of those who have ``come`` or have changed."""

    gone: tuple[int, ...]
    come: tuple[int, ...]


def amend(connection: sqlite3.Connection, parts: Sequence[RosterPart], terms: RosterTerms) -> Amended | None:
    """Change the tables inside the caller's transaction.

    None where the rest of the roster is needed, or there is a fault that must be reported: the caller must roll back then.
    """
    entries = Entries(terms)
    starts = [seat_after(connection, part.before) for part in parts]
    there = [[*iter_seated(connection, start, part.count)] for start, part in zip(starts, parts, strict=True)]
    old = {seated.person.alias: seated for some in there for seated in some}
    replacements = _seated(connection, starts, there, parts, old)
    if replacements is None:
        return None
    new = {seated.person.alias: seated for seated in replacements}
    if len(new) < len(replacements):
        return None
    gone = [seated for alias, seated in old.items() if alias not in new or _differ(seated, new[alias])]
    come = [seated for alias, seated in new.items() if alias not in old or _differ(seated, old[alias])]
    if not _have_names(connection, entries, gone, come):
        return None
    connection.executemany("DELETE FROM people WHERE number = ?", ((seated.number,) for seated in gone))
    left = {seated.number for seated in gone} - {seated.number for seated in come}
    connection.executemany("DELETE FROM lines WHERE number = ?", ((number,) for number in left))
    connection.executemany(
        _INSERT, ((seated.number, seated.seat, *entries.row(seated.person)) for seated in come)
    )
    before_them = {seated.number: seated.person for seated in gone}
    if not (
        _know_each_other(connection, gone, come)
        and not any(_is_in_circle(connection, seated.person) for seated in come)
        and update_uplines(
            connection, [(before_them.get(seated.number), seated.person) for seated in come], entries
        )
        and _count(connection, entries, gone, come)
    ):
        return None
    return Amended(tuple(seated.number for seated in gone), tuple(seated.number for seated in come))


def _differ(seated: Seated, other: Seated) -> bool:
    """Say whether two people differ in anything but the line of the row."""
    return seated.seat != other.seat or replace(seated.person, line=0) != replace(other.person, line=0)


def _seated(
    connection: sqlite3.Connection,
    starts: Sequence[int],
    there: Sequence[Sequence[Seated]],
    parts: Sequence[RosterPart],
    old: Mapping[str, Seated],
) -> list[Seated] | None:
    """Give people numbers and seats: their own if they were here, else some in between. None without room for that."""
    newcomers = sorted({person.alias for part in parts for person in part.people} - old.keys())
    numbers = _numbers(connection, newcomers)
    if numbers is None:
        return None
    numbers |= {alias: seated.number for alias, seated in old.items()}
    replacements: list[Seated] = []
    for start, some, part in zip(starts, there, parts, strict=True):
        own = {seated.person.alias: seated.seat for seated in some}
        behind = [*iter_seated(connection, some[-1].seat if some else start, 1)]
        known_seats = [start, *(own.get(person.alias) for person in part.people)]
        seats = _filled([*known_seats, behind[0].seat if behind else None])
        if seats is None:
            return None
        pairs = zip(part.people, seats[1:], strict=False)
        replacements += [Seated(numbers[person.alias], seat, person) for person, seat in pairs]
    return replacements


def _numbers(connection: sqlite3.Connection, aliases: Sequence[str]) -> dict[str, int] | None:
    """Return a number for each of some sorted aliases, between those of their neighbours; None without room."""
    numbers: dict[str, int] = {}
    runs: dict[tuple[int, int | None], list[str]] = {}
    for alias in aliases:
        low = connection.execute(
            "SELECT number FROM people WHERE alias < ? ORDER BY alias DESC LIMIT 1", (alias,)
        ).fetchone()
        high = connection.execute(
            "SELECT number FROM people WHERE alias >= ? ORDER BY alias LIMIT 1", (alias,)
        ).fetchone()
        runs.setdefault((low[0] if low else 0, high[0] if high else None), []).append(alias)
    for (low_number, high_number), run in runs.items():
        filled = _filled([low_number, *[None] * len(run), high_number])
        if filled is None:
            return None
        numbers |= dict(zip(run, filled[1:], strict=False))
    return numbers


def _filled(positions: Sequence[int | None]) -> list[int] | None:
    """Return positions with something in between for each None, rising; None without room, or where they do not rise.

    >>> _filled([0, None, None, 30, None])
    [0, 10, 20, 30, 1048606]
    >>> _filled([0, None, 1]) is None
    True
    """
    filled: list[int] = []
    waiting = 0
    for position in positions:
        if position is None:
            waiting += 1
            continue
        if filled:
            start, room = filled[-1], position - filled[-1]
            if room <= waiting:
                return None
            filled += [start + room * step // (waiting + 1) for step in range(1, waiting + 1)]
        waiting = 0
        filled.append(position)
    last = filled[-1]
    return filled + [last + SPACING * step for step in range(1, waiting + 1)]


def _have_names(
    connection: sqlite3.Connection, entries: Entries, gone: Iterable[Seated], come: Iterable[Seated]
) -> bool:
    """Release the names of people who are gone, and take others; False if one is taken."""
    left = {name for seated in gone for name, _, _ in entries.names(seated.person)}
    connection.executemany("DELETE FROM names WHERE name = ?", ((name,) for name in left))
    names = [name for seated in come for name in {name for name, _, _ in entries.names(seated.person)}]
    taken = connection.executemany(
        "INSERT INTO names VALUES (?) ON CONFLICT DO NOTHING", ((name,) for name in names)
    )
    return not names or taken.rowcount == len(names)


def _know_each_other(connection: sqlite3.Connection, gone: Iterable[Seated], come: Iterable[Seated]) -> bool:
    """Say whether all ids that people name are on the roster."""
    ids = {seated.person.id for seated in come}
    for lost in {seated.person.id for seated in gone} - ids:
        for column in ("sponsor_id", "enroller_id"):
            names = f"SELECT 1 FROM people WHERE {column} = ? AND {column} <> '' LIMIT 1"  # noqa: S608 - our own words
            if connection.execute(names, (lost,)).fetchone():
                return False
    named = {
        name for seated in come for name in (seated.person.sponsor_id, seated.person.enroller_id) if name
    }
    if any(seated.person.id in {seated.person.sponsor_id, seated.person.enroller_id} for seated in come):
        return False
    return all(connection.execute("SELECT 1 FROM people WHERE id = ?", (name,)).fetchone() for name in named)


def _is_in_circle(connection: sqlite3.Connection, person: Person) -> bool:
    """Say whether a line of sponsors leads back into itself, or is too long to tell."""
    seen = {person.id}
    for at in _iter_sponsors(connection, person.sponsor_id):
        if at in seen or len(seen) > LONGEST_LINE:
            return True
        seen.add(at)
    return False


def _iter_sponsors(connection: sqlite3.Connection, person_id: str) -> Iterator[str]:
    while person_id:
        yield person_id
        row = connection.execute("SELECT sponsor_id FROM people WHERE id = ?", (person_id,)).fetchone()
        person_id = row[0] if row else ""


def _count(
    connection: sqlite3.Connection, entries: Entries, gone: Sequence[Seated], come: Sequence[Seated]
) -> bool:
    """Bring the counts and the exemplars up to date; False if that needs a look at all people."""
    counts: dict[str, Any] = _fact(connection, "counts")
    exemplars = Exemplars(*_fact(connection, "exemplars"))
    for step, some in ((-1, gone), (1, come)):
        for seated in some:
            counts["people"] += step
            counts["sites"] += step * entries.has_site(seated.person)
            for column, value in (("by_status", seated.person.status), ("by_market", seated.person.market)):
                counts[column][value] = counts[column].get(value, 0) + step
    for column in ("by_status", "by_market"):
        counts[column] = {value: count for value, count in sorted(counts[column].items()) if count}
    lost = {seated.number: seated.person for seated in gone if entries.has_site(seated.person)}
    seats = {seated.number: seated.seat for seated in gone}
    moved = [seated.person for seated in come if seats.get(seated.number, seated.seat) != seated.seat]
    for seated in come:
        if entries.has_site(seated.person) and not exemplars.exchange(
            lost.pop(seated.number, None), seated.person, seated.seat
        ):
            return False
    if any(map(exemplars.has, [*lost.values(), *moved])):
        return False
    for name, fact in (("exemplars", exemplars.as_json()), ("counts", counts)):
        connection.execute("UPDATE facts SET fact = ? WHERE name = ?", (json.dumps(fact), name))
    return True


def _fact(connection: sqlite3.Connection, name: str) -> Any:
    return json.loads(connection.execute("SELECT fact FROM facts WHERE name = ?", (name,)).fetchone()[0])
