"""Put people whose rows have changed in the place of what they were, where nobody else is concerned."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from replisite.ledger.entries import Entries
from replisite.ledger.readout import iter_people
from replisite.ledger.sampling import Exemplars
from replisite.ledger.tables import COLUMNS
from replisite.model.distributor import Person
from replisite.model.site import Site

__all__ = ["exchange"]

_UPDATE = f"UPDATE people SET ({COLUMNS}) = ({', '.join('?' * len(COLUMNS.split(',')))}) WHERE alias = ?"  # noqa: S608 - our own words


def exchange(connection: sqlite3.Connection, people: Iterable[Person], site: Site) -> list[str] | None:
    """Change entries and counts inside the caller's transaction, and return the aliases of those who have changed.

    None, for whoever is somebody else now: the tables are worth nothing then, and the caller takes them back.
    """
    entries = Entries(site)
    exemplars = Exemplars(*_fact(connection, "exemplars"))
    counts = _fact(connection, "counts")
    own_host = site.addresses.domain_field if site.addresses.style == "domain" else ""
    changed: list[str] = []
    for new in people:
        old = next(iter_people(connection, "alias = ?", (new.alias,)), None)
        if old is None or _standing(old, entries, own_host) != _standing(new, entries, own_host):
            return None
        if old == new:
            continue
        if entries.has_site(old) and not exemplars.exchange(old, new):
            return None
        for column, left, joined in (
            ("by_status", old.status, new.status),
            ("by_market", old.market, new.market),
        ):
            _move(counts[column], left, joined)
        connection.execute(_UPDATE, (*entries.row(new), new.alias))
        changed.append(new.alias)
    for name, fact in (("exemplars", exemplars.as_json()), ("counts", counts)):
        connection.execute("UPDATE facts SET fact = ? WHERE name = ?", (json.dumps(fact), name))
    return changed


def _standing(person: Person, entries: Entries, own_host: str) -> tuple[object, ...]:
    """Return what concerns others: a person's names, lines and place, and whether there is a site."""
    return (
        person.id,
        person.alias,
        person.previous_aliases,
        person.sponsor_id,
        person.enroller_id,
        person.file,
        person.line,
        person.fields.get(own_host),
        entries.has_site(person),
    )


def _move(counts: dict[str, int], left: str, joined: str) -> None:
    counts[left] -= 1
    counts[joined] = counts.get(joined, 0) + 1
    if not counts[left]:
        del counts[left]
    ordered = sorted(counts.items())
    counts.clear()
    counts.update(ordered)


def _fact(connection: sqlite3.Connection, name: str) -> Any:
    return json.loads(connection.execute("SELECT fact FROM facts WHERE name = ?", (name,)).fetchone()[0])
