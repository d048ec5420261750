"""The photos that are published, and the derived files of each, by the photo's path in the content folder."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "PhotoOwner",
    "forget_unpublished",
    "iter_owners",
    "iter_paths",
    "known_photos",
    "make_photos",
    "put_photos",
]

BATCH = 1_000
"""How many owners are read at a time."""

_PHOTO = "json_extract(card, '$[0].photo')"
_PUBLISHED = f"has_site = 1 AND {_PHOTO} IS NOT NULL AND instr({_PHOTO}, '://') = 0"

_THESE = (
    "WITH own AS (SELECT people.number AS number, sponsor, second, third, enroller FROM people JOIN lines USING (number)"
    " WHERE alias IN (SELECT value FROM json_each(?)))"
    " SELECT number FROM own UNION SELECT sponsor FROM own UNION SELECT second FROM own UNION SELECT third FROM own"
    " UNION SELECT enroller FROM own"
)
"""Some owners and their uplines, who are shown on the owners' pages."""


@dataclass(frozen=True, slots=True)
class PhotoOwner:
    """A person with a site who publishes a photo; ``source`` is its path below the content folder."""

    source: str
    alias: str
    file: str
    line: int


def make_photos(connection: sqlite3.Connection) -> None:
    """Make the table if it is not there: a new roster leaves it as it is, so that no photo is made twice."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS photos (source TEXT PRIMARY KEY, stamp TEXT NOT NULL, path TEXT NOT NULL) WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS photos_by_path ON photos (path)")


def iter_owners(connection: sqlite3.Connection, only: Collection[str] | None) -> Iterator[list[PhotoOwner]]:
    """Stream the people with a site who publish a photo, in the order of aliases: all, or some aliases and their uplines."""
    these, values = ("", ()) if only is None else (f" AND number IN ({_THESE})", (json.dumps(sorted(only)),))
    query = (
        f"SELECT number, {_PHOTO}, alias, file, line FROM people WHERE {_PUBLISHED}{these} AND number > ?"  # noqa: S608 - our own words
        f" ORDER BY number LIMIT {BATCH}"
    )
    last = -1
    while rows := connection.execute(query, (*values, last)).fetchall():
        last = rows[-1][0]
        yield [PhotoOwner(*row) for _, *row in rows]


def known_photos(connection: sqlite3.Connection, sources: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Return (stamp, path of the derived JPEG) of some photos, by their paths."""
    query = "SELECT source, stamp, path FROM photos WHERE source IN (SELECT value FROM json_each(?))"
    rows = connection.execute(query, (json.dumps(sorted(set(sources))),))
    return {source: (stamp, path) for source, stamp, path in rows}


def put_photos(connection: sqlite3.Connection, rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """Store each photo's (source, stamp, path of the derived JPEG), ``""`` where none could be made.

    Returns the paths that no photo has any more.
    """
    before = known_photos(connection, [source for source, _, _ in rows])
    connection.executemany("INSERT OR REPLACE INTO photos VALUES (?, ?, ?)", rows)
    return _unused(connection, [path for _, path in before.values()])


def forget_unpublished(connection: sqlite3.Connection) -> list[str]:
    """Remove photos that no person with a site publishes any more; return the paths that no photo has any more."""
    of_nobody = f"source NOT IN (SELECT {_PHOTO} FROM people WHERE {_PUBLISHED})"  # noqa: S608 - our own words
    gone = [path for (path,) in connection.execute(f"SELECT path FROM photos WHERE {of_nobody}")]  # noqa: S608 - our own words
    if gone:
        connection.execute(f"DELETE FROM photos WHERE {of_nobody}")  # noqa: S608 - our own words
    return _unused(connection, gone)


def _unused(connection: sqlite3.Connection, paths: Iterable[str]) -> list[str]:
    known = "SELECT 1 FROM photos WHERE path = ?"
    return [
        path
        for path in dict.fromkeys(paths)
        if path and connection.execute(known, (path,)).fetchone() is None
    ]


def iter_paths(
    connection: sqlite3.Connection, only: Collection[str] | None, first: str = "", behind: str = "\uffff"
) -> Iterator[str]:
    """Stream the paths of derived photos from ``first`` on and before ``behind``, in order: all, or those of some owners' sites."""
    if only is None:
        query = "SELECT DISTINCT path FROM photos WHERE path >= ? AND path < ? AND path <> '' ORDER BY path"
        yield from (path for (path,) in connection.execute(query, (first, behind)))
        return
    sources = [owner.source for owners in iter_owners(connection, only) for owner in owners]
    paths = {path for _, path in known_photos(connection, sources).values()}
    yield from sorted(path for path in paths if path and first <= path < behind)
