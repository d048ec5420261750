"""Read distributors out of the ledger, each with those who stand above."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from replisite.model.distributor import Channel, Distributor, Person, Supporter

__all__ = ["Address", "Shard", "iter_distributors", "iter_people"]

Address = Callable[[Person], str]
"""Gives the absolute address of a person's site."""

UPLINE = 3
"""How many people an upline shows."""

REMEMBERED = 4_096
"""How many uplines are kept at hand: some megabytes, whatever the roster's size."""

_PERSON = (
    "number, id, alias, market, language, status, sponsor_id, enroller_id, previous, file, line, shown,"
    " lines.sponsor, lines.enroller"
)
_SELECT = f"SELECT {_PERSON} FROM people JOIN lines USING (number)"


@dataclass(frozen=True, slots=True)
class Shard:
    """A run of aliases, both ends within it: the share of one worker."""

    first: str
    last: str
    count: int


def iter_people(connection: sqlite3.Connection, where: str, values: tuple[object, ...] = ()) -> Iterator[Person]:
    """Stream people in the order of aliases."""
    for row in connection.execute(f"{_SELECT} WHERE {where} ORDER BY number", values):
        yield _person(row)[0]


def iter_distributors(
    connection: sqlite3.Connection, address: Address, where: str, values: tuple[object, ...] = ()
) -> Iterator[Distributor]:
    """Stream people with a site as distributors, in the order of aliases."""

    @lru_cache(maxsize=REMEMBERED)
    def supporter(number: int) -> tuple[Supporter, int]:
        row = connection.execute(f"{_SELECT} WHERE number = ?", (number,)).fetchone()
        person, channels = _person(row)
        return _supporter(person, channels, address(person)), row[-2]

    for row in connection.execute(f"{_SELECT} WHERE has_site = 1 AND {where} ORDER BY number", values):
        person, channels = _person(row)
        upline: list[Supporter] = []
        above, enroller = row[-2:]
        while above and len(upline) < UPLINE:
            one, above = supporter(above)
            upline.append(one)
        yield _distributor(
            person,
            channels,
            address(person),
            tuple(upline),
            supporter(enroller)[0] if enroller else None,
        )


def _person(row: tuple[Any, ...]) -> tuple[Person, tuple[Channel, ...]]:
    _, id, alias, market, language, status, sponsor_id, enroller_id, previous, file, line, shown, _, _ = row
    public, fields, channels = json.loads(shown)
    person = Person(
        id,
        alias,
        market,
        language,
        status,
        public,
        fields,
        sponsor_id,
        enroller_id,
        tuple(previous.split()),
        file,
        line,
    )
    return person, tuple(Channel(*channel) for channel in channels)


def _supporter(person: Person, channels: tuple[Channel, ...], url: str) -> Supporter:
    shown = person.public.get
    return Supporter(
        id=person.id,
        alias=person.alias,
        name=person.public["name"],
        first_name=shown("first_name", ""),
        last_name=shown("last_name", ""),
        photo=shown("photo", ""),
        greeting=shown("greeting", ""),
        city=shown("city", ""),
        region=shown("region", ""),
        country=shown("country", ""),
        email=shown("email", ""),
        phone=shown("phone", ""),
        channels=channels,
        rank=shown("rank", ""),
        url=url,
    )


def _distributor(
    person: Person,
    channels: tuple[Channel, ...],
    url: str,
    upline: tuple[Supporter, ...],
    enroller: Supporter | None,
) -> Distributor:
    shown = person.public.get
    return Distributor(
        id=person.id,
        alias=person.alias,
        name=person.public["name"],
        first_name=shown("first_name", ""),
        last_name=shown("last_name", ""),
        photo=shown("photo", ""),
        greeting=shown("greeting", ""),
        city=shown("city", ""),
        region=shown("region", ""),
        country=shown("country", ""),
        email=shown("email", ""),
        phone=shown("phone", ""),
        channels=channels,
        rank=shown("rank", ""),
        url=url,
        bio=Markup(shown("bio", "")),
        language=person.language,
        market=person.market,
        status=person.status,
        sponsor=upline[0] if upline else None,
        enroller=enroller,
        upline=upline,
        fields=person.fields,
    )
