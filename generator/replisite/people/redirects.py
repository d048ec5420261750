"""Read redirects from the people database: of sites that were renamed, or closed while an upline has a site."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from replisite.model.redirects import MovedSite, Redirect, redirects_of
from replisite.model.site import Site

__all__ = ["iter_redirects"]

_MOVED = (
    "SELECT person.alias, person.card, person.previous, person.has_site, above.alias, above.card FROM people AS person"
    " JOIN lines USING (number) LEFT JOIN people AS above ON above.number = lines.sponsor"
    " WHERE person.previous <> '' OR person.has_site = 0 ORDER BY person.number"
)
_read = json.JSONDecoder().raw_decode


def iter_redirects(connection: sqlite3.Connection, site: Site) -> Iterator[Redirect]:
    """Stream all redirects in the order of their sources, however many there are.

    No source is the address of a site that exists: a person's own host may have the name of another's earlier one.
    """
    connection.execute("DROP TABLE IF EXISTS temp.moved")
    connection.execute(
        "CREATE TEMP TABLE moved (source TEXT PRIMARY KEY, target TEXT NOT NULL, status INTEGER NOT NULL)"
        " WITHOUT ROWID"
    )
    connection.execute("BEGIN")
    try:
        made = (
            (redirect.source, redirect.target, redirect.status)
            for person in _iter_moved(connection, site.addresses.domain_field)
            for redirect in redirects_of(site, person)
        )
        connection.executemany("INSERT INTO temp.moved VALUES (?, ?, ?) ON CONFLICT DO NOTHING", made)
        if site.addresses.own_host_field:
            own = _iter_own_hosts(connection, site.addresses.domain_field)
            connection.executemany("DELETE FROM temp.moved WHERE source = ?", own)
    finally:
        connection.execute("COMMIT")
    for row in connection.execute("SELECT source, target, status FROM temp.moved ORDER BY source"):
        yield Redirect(*row)
    connection.execute("DROP TABLE temp.moved")


def _iter_moved(connection: sqlite3.Connection, field: str) -> Iterator[MovedSite]:
    for alias, card, previous, has_site, upline, upline_card in connection.execute(_MOVED):
        yield MovedSite(
            alias=alias,
            host=_host(card, field),
            previous=tuple(previous.split()),
            has_site=bool(has_site),
            upline=(upline, _host(upline_card, field)) if upline else None,
        )


def _iter_own_hosts(connection: sqlite3.Connection, field: str) -> Iterator[tuple[str]]:
    for (card,) in connection.execute("SELECT card FROM people WHERE has_site = 1"):
        if host := _host(card, field):
            yield (host,)


def _host(card: str, field: str) -> str:
    """Return a person's own host, where the site has a field for that."""
    if not field:
        return ""
    _, fields, _ = _read(card)[0]
    return str(fields.get(field, ""))
