"""Read distributors from the people database, each with the uplines."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from replisite.model.distributor import Channel, Distributor, Person, Supporter
from replisite.people.photos import known_photos

__all__ = [
    "Address",
    "Seated",
    "Shard",
    "iter_distributors",
    "iter_numbered",
    "iter_people",
    "iter_seated",
    "seat_after",
]

Address = Callable[[str, Mapping[str, str]], str]
"""Gives the absolute address of a person's site, from the alias and the custom fields."""

Values = tuple[object, ...]

Card = tuple[dict[str, Any], dict[str, str], tuple[Channel, ...]]
"""What templates see of a person: values by name, custom fields, channels."""

BATCH = 500
"""How many people are read before the people above them are, in one query."""

REMEMBERED = 4_000
"""How many uplines stay in memory, twice: some megabytes, whatever the roster's size."""

_PERSON = "id, alias, market, language, status, sponsor_id, enroller_id, previous, file, line, card, bio"
_OWNER = "id, alias, market, language, status, card, bio, sponsor, second, third, enroller"
_ABOVE = "people.number, people.id, people.alias, people.card"

_UNSHOWN = ("display_name", "joined")
"""Published columns that templates do not have."""

_NO_BIO = Markup("")
_read = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Shard:
    """A run of aliases, both ends within it: the share of one worker."""

    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True)
class Seated:
    """A person with a ``number`` in the order of aliases, and a ``seat`` in the order of the roster."""

    number: int
    seat: int
    person: Person


def iter_people(connection: sqlite3.Connection, where: str, values: Values = ()) -> Iterator[Person]:
    """Stream people in the order of aliases."""
    query = f"SELECT {_PERSON} FROM people WHERE {where} ORDER BY number"  # noqa: S608 - our own words
    for row in connection.execute(query, values):
        yield _person(row)


def seat_after(connection: sqlite3.Connection, before: int) -> int:
    """Return the seat of the last of the first ``before`` people of the roster; 0 if ``before`` is 0."""
    people = json.loads(connection.execute("SELECT fact FROM facts WHERE name = 'counts'").fetchone()[0])[
        "people"
    ]
    if not before:
        return 0
    order, step = ("DESC", people - before) if before > people // 2 else ("", before - 1)
    query = f"SELECT seat FROM people ORDER BY seat {order} LIMIT 1 OFFSET ?"  # noqa: S608 - our own words
    return int(connection.execute(query, (step,)).fetchone()[0])


def iter_seated(connection: sqlite3.Connection, seat: int, count: int) -> Iterator[Seated]:
    """Stream the next ``count`` people after a seat, in the order of the roster."""
    of_these = "seat IN (SELECT seat FROM people WHERE seat > ? ORDER BY seat LIMIT ?)"
    return iter_numbered(connection, of_these, (seat, count), order="seat")


def iter_numbered(
    connection: sqlite3.Connection, where: str, values: Values = (), order: str = "number"
) -> Iterator[Seated]:
    """Stream people with their numbers and seats."""
    query = f"SELECT number, seat, {_PERSON} FROM people WHERE {where} ORDER BY {order}"  # noqa: S608 - as above
    for number, seat, *row in connection.execute(query, values):
        yield Seated(number, seat, _person(row))


def _person(row: Sequence[Any]) -> Person:
    person_id, alias, market, language, status, sponsor_id, enroller_id, previous, file, line, card, bio = row
    public, fields, _ = _read(card)[0]
    if bio:
        public["bio"] = bio
    return Person(
        id=person_id,
        alias=alias,
        market=market,
        language=language,
        status=status,
        public=public,
        fields=fields,
        sponsor_id=sponsor_id,
        enroller_id=enroller_id,
        previous_aliases=tuple(previous.split()),
        file=file,
        line=line,
    )


def iter_distributors(
    connection: sqlite3.Connection, address: Address, where: str, values: Values = ()
) -> Iterator[Distributor]:
    """Stream people with a site as distributors, in the order of aliases."""
    people = "people JOIN lines USING (number)"
    query = f"SELECT {_OWNER} FROM {people} WHERE has_site = 1 AND {where} ORDER BY number"  # noqa: S608 - as above
    rows = connection.execute(query, values)
    above: dict[int, Supporter] = {}
    older: dict[int, Supporter] = {}
    while batch := rows.fetchmany(BATCH):
        numbers = {number for row in batch for number in row[-4:] if number}
        if len(above) > REMEMBERED:
            above, older = {}, above
        numbers -= above.keys()
        above |= {number: older[number] for number in numbers & older.keys()}
        above.update(_iter_supporters(connection, address, numbers - older.keys()))
        shown = [_shown(row[5]) for row in batch]
        _derive_photos(connection, [public for public, _, _ in shown])
        for row, card in zip(batch, shown, strict=True):
            yield _distributor(row, card, address, above)


def _iter_supporters(
    connection: sqlite3.Connection, address: Address, numbers: Iterable[int]
) -> Iterator[tuple[int, Supporter]]:
    query = f"SELECT {_ABOVE} FROM json_each(?) JOIN people ON people.number = json_each.value"  # noqa: S608 - our own words
    rows = connection.execute(query, (json.dumps(sorted(numbers)),)).fetchall()
    shown = [_shown(card) for *_, card in rows]
    _derive_photos(connection, [public for public, _, _ in shown])
    for (number, person_id, alias, _), (public, fields, channels) in zip(rows, shown, strict=True):
        if public["name"] == alias:
            public["name"] = ""  # nothing of the name is published: an alias is shown on its own site alone
        url = address(alias, fields)
        yield number, Supporter(id=person_id, alias=alias, channels=channels, url=url, **public)


def _distributor(
    row: tuple[Any, ...], card: Card, address: Address, above: Mapping[int, Supporter]
) -> Distributor:
    person_id, alias, market, language, status, _, bio, *upline, enroller = row
    public, fields, channels = card
    line = tuple([above[number] for number in upline if number])
    return Distributor(
        id=person_id,
        alias=alias,
        channels=channels,
        url=address(alias, fields),
        bio=Markup(bio) if bio else _NO_BIO,  # noqa: S704 - sanitised where the roster was read
        language=language,
        market=market,
        status=status,
        sponsor=line[0] if line else None,
        enroller=above[enroller] if enroller else None,
        upline=line,
        fields=fields,
        **public,
    )


def _derive_photos(connection: sqlite3.Connection, cards: Iterable[dict[str, Any]]) -> None:
    """Replace each person's own photo by the derived one; where none was made there is no photo."""
    pictured = [public for public in cards if "photo" in public and "://" not in public["photo"]]
    if not pictured:
        return
    known = known_photos(connection, [public["photo"] for public in pictured])
    for public in pictured:
        public["photo"] = known.get(public["photo"], ("", ""))[1]


def _shown(card: str) -> Card:
    """Return what templates see of a card: values by name, custom fields, channels."""
    public, fields, channels = _read(card)[0]
    for name in _UNSHOWN:
        public.pop(name, None)
    return public, fields, tuple([Channel(*channel) for channel in channels]) if channels else ()
