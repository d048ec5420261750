"""Take people from a stream into the ledger: all of them or none, and only those that fit together."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from replisite.errors import Fault
from replisite.fault_log import FaultLog
from replisite.ledger.lines import iter_circles, nearest_with_site, walk_circle
from replisite.ledger.sampling import Exemplars
from replisite.ledger.tables import COLUMNS, make_intake, make_people, sort_people
from replisite.model.alias import skeleton
from replisite.model.channels import channels_of
from replisite.model.distributor import Person
from replisite.model.refused import Refused
from replisite.model.site import Site
from replisite.model.text import quoted

__all__ = ["Counts", "take_in"]

_INSERT = f"INSERT INTO temp.intake VALUES ({', '.join('?' * (1 + len(COLUMNS.split(','))))})"  # noqa: S608 - our own words
_TAKE = "INSERT INTO temp.taken VALUES (?, ?) ON CONFLICT DO NOTHING"

_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))

CIRCLE_SHOWN = 5
"""How many people of a circle of sponsors are named."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people the ledger holds, how many have a site, and how many rows were refused."""

    people: int
    sites: int
    refused: int
    by_status: dict[str, int]
    by_market: dict[str, int]


def take_in(
    connection: sqlite3.Connection,
    people: Iterable[Person | Refused],
    faults: FaultLog,
    *,
    site: Site,
    stamp: str,
    skip_bad: bool,
) -> Counts:
    """Fill the tables anew inside the caller's transaction; whoever does not fit is refused.

    Without ``skip_bad`` the tables are worth nothing once there is a fault, and the caller takes them back.
    """
    make_intake(connection)
    arrivals = _Arrivals(connection, faults, site)
    for person in people:
        if isinstance(person, Refused):
            arrivals.refuse(person.id)
        else:
            arrivals.take(person)
    make_people(connection)
    sort_people(connection)
    dropped = _draw_lines(connection, faults)
    counts = _counts(connection, arrivals.refused + dropped)
    told = [asdict(fault) for fault in faults.faults] if skip_bad else []
    facts = {
        "stamp": stamp,
        "counts": asdict(counts),
        "faults": {"kept": told, "uncounted": faults.uncounted if skip_bad else 0},
        "exemplars": arrivals.exemplars.aliases(),
    }
    connection.executemany(
        "INSERT INTO facts VALUES (?, ?)", [(name, json.dumps(fact)) for name, fact in facts.items()]
    )
    make_intake(connection)
    return counts


class _Arrivals:
    """People in the order of the roster, each of whom takes an id and aliases that nobody else has."""

    def __init__(self, connection: sqlite3.Connection, faults: FaultLog, site: Site) -> None:
        self._connection = connection
        self._faults = faults
        self._custom = site.roster.fields
        self._closed = frozenset(market.code for market in site.markets if market.status == "closed")
        self._addresses = site.addresses
        self._number = 0
        self.refused = 0
        self.exemplars = Exemplars()

    def refuse(self, person_id: str) -> None:
        """Count a refused row, and remember its id."""
        self.refused += 1
        self._connection.execute(
            "INSERT OR IGNORE INTO temp.refused VALUES (?)", (" ".join(person_id.split()),)
        )

    def take(self, person: Person) -> None:
        """Take a person in, unless one of the names is taken."""
        self._number += 1
        if not self._take_names(person):
            self.refuse(person.id)
            return
        has_site = person.status in {"active", "grace"} and person.market not in self._closed
        if has_site:
            self.exemplars.add(person)
        public = dict(person.public)
        bio = public.pop("bio", "")
        channels = channels_of(person.public, person.fields, self._custom)
        ways = [(channel.kind, channel.label, channel.text, channel.url) for channel in channels]
        card = _JSON.encode([public, dict(person.fields), ways])
        self._connection.execute(
            _INSERT,
            (
                self._number,
                person.id,
                person.alias,
                person.market,
                person.language,
                person.status,
                has_site,
                person.sponsor_id,
                person.enroller_id,
                " ".join(person.previous_aliases),
                person.file,
                person.line,
                card,
                bio,
            ),
        )

    def _take_names(self, person: Person) -> bool:
        taken: list[str] = []
        is_free = True
        for name, column, text in self._names(person):
            if self._connection.execute(_TAKE, (name, self._number)).rowcount:
                taken.append(name)
                continue
            holder = self._holder(name)
            if holder is not None:
                self._faults.append(_taken(person, column, text, holder))
                is_free = False
        if not is_free:
            self._connection.executemany("DELETE FROM temp.taken WHERE name = ?", [(name,) for name in taken])
        return is_free

    def _names(self, person: Person) -> Iterator[tuple[str, str, str]]:
        """Stream what the person takes: what it looks like, the column, and how it is written."""
        yield f"id {skeleton(person.id.casefold())}", "id", person.id
        yield f"alias {skeleton(person.alias)}", "alias", person.alias
        for alias in person.previous_aliases:
            yield f"alias {skeleton(alias)}", "previous_aliases", alias
        if self._addresses.style == "domain":
            field = self._addresses.domain_field
            own = person.fields.get(field)
            yield f"host {own or f'{person.alias}.{self._addresses.host}'}", field, own or person.alias

    def _holder(self, name: str) -> tuple[str, str, str, int] | None:
        """Return id, aliases, file and line of whoever has the name; None if that is the person itself."""
        row: tuple[str, str, str, int] | None = self._connection.execute(
            "SELECT id, alias || ' ' || previous, file, line FROM temp.intake"
            " WHERE number = (SELECT number FROM temp.taken WHERE name = ?)",
            (name,),
        ).fetchone()
        return row


def _taken(person: Person, column: str, text: str, holder: tuple[str, str, str, int]) -> Fault:
    holder_id, aliases, file, line = holder
    others = [holder_id] if column == "id" else aliases.split()
    alike = next((other for other in others if skeleton(other.casefold()) == skeleton(text.casefold())), text)
    place = f"{file}:{line}"
    if alike == text or column not in {"id", "alias", "previous_aliases"}:
        return Fault(
            person.file,
            person.line,
            f"{column} {quoted(text)} is taken at {place}",
            "give each person their own",
        )
    what = f"{column} {quoted(text)} looks like {quoted(alike)} at {place}"
    return Fault(person.file, person.line, what, "choose one that nobody can mistake")


def _draw_lines(connection: sqlite3.Connection, faults: FaultLog) -> int:
    """Resolve sponsors and enrollers, drop those whose own are wrong, and return how many were dropped."""
    size = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM people").fetchone()[0]
    dropped = bytearray(size)
    sponsors = _resolved(connection, "sponsor_id", size, dropped, faults)
    enrollers = _resolved(connection, "enroller_id", size, dropped, faults)
    for member in iter_circles(sponsors):
        dropped[_tell_circle(connection, sponsors, member, faults)] = True
    has_site = bytearray(size)
    for (number,) in connection.execute("SELECT number FROM people WHERE has_site = 1"):
        has_site[number] = not dropped[number]
    for number in range(size):
        if dropped[sponsors[number]]:
            sponsors[number] = 0
        if not has_site[enrollers[number]]:
            enrollers[number] = 0
    one = nearest_with_site(sponsors, has_site)
    connection.executemany(
        "INSERT INTO lines VALUES (?, ?, ?, ?, ?)",
        (
            (number, one[number], one[one[number]], one[one[one[number]]], enrollers[number])
            for number in range(1, size)
            if not dropped[number]
        ),
    )
    connection.executemany(
        "DELETE FROM people WHERE number = ?", ((number,) for number in range(size) if dropped[number])
    )
    return sum(dropped)


def _resolved(
    connection: sqlite3.Connection, column: str, size: int, dropped: bytearray, faults: FaultLog
) -> array[int]:
    """Return the number behind each person's ``column``, 0 for none, and mark who names nobody, or themselves.

    The id of a refused row is no fault of those who name it: they have nobody there.
    """
    numbers = array("i", bytes(4 * size))
    rows = connection.execute(
        f"SELECT one.number, one.{column}, one.file, one.line, other.number,"  # noqa: S608 - our own words
        f" EXISTS (SELECT 1 FROM temp.refused WHERE refused.id = one.{column})"
        f" FROM people AS one LEFT JOIN people AS other ON other.id = one.{column}"
        f" WHERE one.{column} <> '' ORDER BY one.number"
    )
    for number, named, file, line, other, is_refused in rows:
        if other == number:
            advice = "leave it empty, or name somebody else"
            faults.append(Fault(file, line, f"{column} {quoted(named)} is the person's own id", advice))
        elif other is not None:
            numbers[number] = other
            continue
        elif is_refused:
            continue
        else:
            advice = _same_looks(connection, named) or "add that person to the roster, or leave it empty"
            faults.append(Fault(file, line, f"{column} {quoted(named)} is nobody on the roster", advice))
        dropped[number] = True
    return numbers


def _same_looks(connection: sqlite3.Connection, named: str) -> str:
    row = connection.execute(
        "SELECT intake.id FROM temp.taken JOIN temp.intake USING (number) WHERE name = ?",
        (f"id {skeleton(named.casefold())}",),
    ).fetchone()
    return f"did you mean {quoted(row[0])}?" if row else ""


def _tell_circle(connection: sqlite3.Connection, sponsors: array[int], member: int, faults: FaultLog) -> int:
    """Report a circle at the first of its rows, and return that person's number."""
    first: tuple[str, int, str, int] | None = None
    length = 0
    for number in walk_circle(sponsors, member):
        row = connection.execute(
            "SELECT file, line, id, number FROM people WHERE number = ?", (number,)
        ).fetchone()
        first = min(first, row) if first else row
        length += 1
    assert first is not None
    file, line, _, start = first
    ids: list[str] = []
    for number, _ in zip(walk_circle(sponsors, start), range(CIRCLE_SHOWN), strict=False):
        ids.append(connection.execute("SELECT id FROM people WHERE number = ?", (number,)).fetchone()[0])
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
