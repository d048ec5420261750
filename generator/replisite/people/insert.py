"""Insert a stream of people into the people database: all or none, and only those that fit together."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from replisite.errors import Fault, FaultLog
from replisite.model.alias import skeleton
from replisite.model.distributor import Person
from replisite.model.refused_row import RefusedRow
from replisite.model.roster_terms import RosterTerms
from replisite.model.text import quoted
from replisite.people.tables import SPACING, make_import_tables, make_people, sort_people
from replisite.people.unique_names import UniqueNames
from replisite.people.uplines import iter_circles, nearest_with_site, walk_circle

__all__ = ["Counts", "take_in"]

MOST_ZEROS = 10
"""How many zeros in front of an id may be missing."""

CIRCLE_SHOWN = 5
"""How many people of a circle of sponsors are named."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people the people database holds, how many have a site, and how many rows were refused."""

    people: int
    sites: int
    refused: int
    by_status: dict[str, int]
    by_market: dict[str, int]


def take_in(
    connection: sqlite3.Connection,
    people: Iterable[Person | RefusedRow],
    faults: FaultLog,
    *,
    terms: RosterTerms,
    stamp: str,
    skip_bad: bool,
) -> Counts:
    """Fill the tables again inside the caller's transaction; people who do not fit are refused.

    Without ``skip_bad`` the caller must roll back once there is a fault.
    """
    make_import_tables(connection)
    unique = UniqueNames(connection, faults, terms)
    for person in people:
        if isinstance(person, RefusedRow):
            unique.refuse(person.id, person.rows)
        else:
            unique.take(person)
    unique.seat()
    make_people(connection)
    sort_people(connection)
    dropped = _draw_lines(connection, faults)
    counts = _counts(connection, unique.refused + dropped)
    listed = [asdict(fault) for fault in faults.faults] if skip_bad else []
    facts = {
        "stamp": stamp,
        "counts": asdict(counts),
        "faults": {"kept": listed, "uncounted": faults.uncounted if skip_bad else 0},
        "exemplars": unique.exemplars.as_json(),
    }
    connection.executemany(
        "INSERT INTO facts VALUES (?, ?)", [(name, json.dumps(fact)) for name, fact in facts.items()]
    )
    make_import_tables(connection)
    return counts


def _draw_lines(connection: sqlite3.Connection, faults: FaultLog) -> int:
    """Resolve sponsors and enrollers, drop those whose own are wrong, and return how many were dropped."""
    size = connection.execute("SELECT count(*) + 1 FROM people").fetchone()[0]
    dropped = bytearray(size)
    sponsors = _resolved(connection, "sponsor_id", size, dropped, faults)
    enrollers = _resolved(connection, "enroller_id", size, dropped, faults)
    for member in iter_circles(sponsors):
        dropped[_report_circle(connection, sponsors, member, faults)] = True
    has_site = bytearray(size)
    for (number,) in connection.execute(f"SELECT number / {SPACING} FROM people WHERE has_site = 1"):  # noqa: S608 - as above
        has_site[number] = not dropped[number]
    for number in range(size):
        if dropped[sponsors[number]]:
            sponsors[number] = 0
        if not has_site[enrollers[number]]:
            enrollers[number] = 0
    nearest = nearest_with_site(sponsors, has_site)
    spaced = f"? * {SPACING}"
    connection.executemany(
        f"INSERT INTO lines VALUES ({', '.join([spaced] * 5)})",  # noqa: S608 - as above
        (
            (
                number,
                nearest[number],
                nearest[nearest[number]],
                nearest[nearest[nearest[number]]],
                enrollers[number],
            )
            for number in range(1, size)
            if not dropped[number]
        ),
    )
    connection.executemany(
        f"DELETE FROM people WHERE number = {spaced}",  # noqa: S608 - as above
        ((number,) for number in range(size) if dropped[number]),
    )
    return sum(dropped)


def _resolved(
    connection: sqlite3.Connection, column: str, size: int, dropped: bytearray, faults: FaultLog
) -> array[int]:
    """Return the number behind each person's ``column``, 0 for none; mark people who name an unknown id, or their own.

    The id of a refused row is no fault of the people who name it: they have no sponsor or enroller.
    """
    numbers = array("i", bytes(4 * size))
    rows = connection.execute(
        f"SELECT person.number / {SPACING}, person.{column}, person.file, person.line, other.number / {SPACING},"  # noqa: S608 - our own words
        f" EXISTS (SELECT 1 FROM temp.refused WHERE refused.id = person.{column})"
        f" FROM people AS person LEFT JOIN people AS other ON other.id = person.{column}"
        f" WHERE person.{column} <> '' ORDER BY person.number"
    )
    for number, named, file, line, other, is_refused in rows:
        if other == number:
            advice = "leave it empty, or name another person"
            faults.append(Fault(file, line, f"{column} {quoted(named)} is the person's own id", advice))
        elif other is not None:
            numbers[number] = other
            continue
        elif is_refused:
            continue
        else:
            advice = _meant(connection, named) or "add that person to the roster, or leave it empty"
            faults.append(Fault(file, line, f"{column} {quoted(named)} is nobody on the roster", advice))
        dropped[number] = True
    return numbers


def _meant(connection: sqlite3.Connection, named: str) -> str:
    """Return a hint at an id that looks the same, or has the leading zeros that a spreadsheet drops; else ``""``."""
    if named.isdigit():
        padded = [named.lstrip("0"), *(named.zfill(len(named) + zeros) for zeros in range(1, MOST_ZEROS + 1))]
        row = connection.execute(
            f"SELECT id FROM people WHERE id IN ({', '.join('?' * len(padded))}) AND id <> ?",  # noqa: S608 - as above
            (*padded, named),
        ).fetchone()
        if row:
            return f"did you mean {quoted(row[0])}?"
    row = connection.execute(
        "SELECT imported.id FROM temp.taken JOIN temp.imported USING (number) WHERE name = ?",
        (f"id {skeleton(named.casefold())}",),
    ).fetchone()
    return f"did you mean {quoted(row[0])}?" if row else ""


def _report_circle(
    connection: sqlite3.Connection, sponsors: array[int], member: int, faults: FaultLog
) -> int:
    """Report a circle at the first of its rows, and return that person's number."""
    first: tuple[str, int, str, int] | None = None
    length = 0
    for number in walk_circle(sponsors, member):
        row = connection.execute(
            f"SELECT file, line, id, number / {SPACING} FROM people WHERE number = ?",  # noqa: S608 - our own words
            (SPACING * number,),
        ).fetchone()
        first = min(first, row) if first else row
        length += 1
    assert first is not None
    file, line, _, start = first
    ids: list[str] = []
    for number, _ in zip(walk_circle(sponsors, start), range(CIRCLE_SHOWN), strict=False):
        ids.append(
            connection.execute("SELECT id FROM people WHERE number = ?", (SPACING * number,)).fetchone()[0]
        )
    shown = " → ".join([*map(quoted, ids), *(["…"] if length > CIRCLE_SHOWN else []), quoted(ids[0])])
    what = f"sponsor_id leads back to the person in {length} steps: {shown}"
    faults.append(Fault(file, line, what, "one of them has another sponsor, or none"))
    return start


def _counts(connection: sqlite3.Connection, refused: int) -> Counts:
    by_status: dict[str, int] = {}
    by_market: dict[str, int] = {}
    people = sites = 0
    for status, market, has_site, count in connection.execute(
        "SELECT status, market, has_site, count(*) FROM people GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ):
        by_status[status] = by_status.get(status, 0) + count
        by_market[market] = by_market.get(market, 0) + count
        people += count
        sites += count * has_site
    return Counts(people, sites, refused, by_status, dict(sorted(by_market.items())))
