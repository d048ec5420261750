"""The file of the people database: open it, fill it, and read people from it."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from replisite.errors import Fault, FaultLog, nearest
from replisite.model.distributor import Distributor, Person
from replisite.model.redirects import Redirect
from replisite.model.refused_row import RefusedRow
from replisite.model.roster_terms import RosterTerms
from replisite.model.site import Site
from replisite.people.insert import Counts, take_in
from replisite.people.old_databases import remove_old_databases
from replisite.people.photos import (
    PhotoOwner,
    forget_unpublished,
    iter_owners,
    iter_paths,
    known_photos,
    put_photos,
)
from replisite.people.queries import (
    Address,
    Shard,
    iter_distributors,
    iter_numbered,
    iter_people,
    iter_seated,
    seat_after,
)
from replisite.people.redirects import iter_redirects
from replisite.people.sample import Exemplars
from replisite.people.tables import VERSION, make_people
from replisite.people.update import RosterPart, amend
from replisite.system.private_files import private_file, private_folder
from replisite.system.sqlite_errors import database_error, is_damage, is_in_use, remove_database

__all__ = ["PeopleDatabase"]

_CACHE_KIB = 16_384
_WAIT_SECONDS = 30.0
_LOOK_AGAIN = 50
"""After how many milliseconds to look whether another process has made the tables."""

_LOOKED_AT = 20_000

STEPS = 50
"""How many amendments are remembered, for indexes that are made from the people database."""


class PeopleDatabase:
    """All valid people of the roster, in the order of aliases; a context manager.

    Any number of processes may read while one imports a new roster.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the people database; one that is missing, damaged or of another version begins empty.

        Raises ReplisiteError for one that cannot be opened, and when the context is left for an error of the database.
        """
        try:
            try:
                return cls(_connect(path), path)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                remove_database(path)
                return cls(_connect(path), path)
        except sqlite3.Error as error:
            raise database_error(error, path) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise database_error(error, self._path) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def import_people(
        self,
        people: Iterable[Person | RefusedRow],
        faults: FaultLog,
        *,
        terms: RosterTerms,
        stamp: str = "",
        skip_bad: bool = False,
    ) -> Counts:
        """Import a roster in one transaction, and return the counts.

        With any fault the database stays as it was; ``skip_bad`` imports the people who fit, and the faults with them: a
        person whose sponsor was refused has none then. ``stamp`` is the digest of all that the roster was read from: its
        file, the stories, and the terms of site.toml.
        """
        before = len(faults)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            counts = take_in(self._connection, people, faults, terms=terms, stamp=stamp, skip_bad=skip_bad)
            is_valid = skip_bad or len(faults) == before
            self._connection.execute("COMMIT" if is_valid else "ROLLBACK")
        except BaseException:
            self._connection.rollback()
            raise
        return counts

    def amend(
        self,
        parts: Sequence[RosterPart],
        *,
        terms: RosterTerms,
        stamp: str,
        reading: Mapping[str, Any],
        warnings: Sequence[str],
    ) -> bool:
        """Replace the people of some parts of the roster, in the caller's `transaction`.

        False if they do not fit, or if the rest of the roster is needed: the caller must roll back then. ``stamp``,
        ``reading`` and ``warnings`` are those of the database from then on.
        """
        amended = amend(self._connection, parts, terms)
        if amended is None:
            return False
        steps = [*self._fact("amended", []), [self.stamp, amended.gone, amended.come]][-STEPS:]
        facts = {"stamp": stamp, "reading": reading, "warnings": list(warnings), "amended": steps}
        for name, fact in facts.items():
            self._set_fact(name, fact)
        return True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes, or none if an error is raised."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise

    def stretch(self, before: int, count: int) -> list[Person]:
        """Return ``count`` people who stand after ``before`` others on the roster, in its order."""
        start = seat_after(self._connection, before)
        return [seated.person for seated in iter_seated(self._connection, start, count)]

    def before(self, alias: str) -> int:
        """Return how many people stand above a person on the roster; raises KeyError for an unknown alias."""
        row = self._connection.execute("SELECT seat FROM people WHERE alias = ?", (alias,)).fetchone()
        if row is None:
            raise KeyError(alias)
        return int(self._connection.execute("SELECT count(*) FROM people WHERE seat < ?", row).fetchone()[0])

    def amended_since(self, stamp: str) -> tuple[set[int], Iterator[tuple[int, Person]]] | None:
        """Return the changes since the database had a stamp; None if it never had, or that is too long ago.

        These are the numbers of the people who are gone or have changed, and (number, person) of those who have come or
        changed.
        """
        steps: list[tuple[str, list[int], list[int]]] = self._fact("amended", [])
        start = next((index for index, (before, _, _) in enumerate(steps) if before == stamp), None)
        if start is None or not stamp:
            return None
        concerned = {number for _, *both in steps[start:] for numbers in both for number in numbers}
        come = (person for number in sorted(concerned) for person in self._numbered("number = ?", (number,)))
        return concerned, come

    @property
    def reading(self) -> Mapping[str, Any]:
        """The facts of the last reading that the next one needs; set it after an import."""
        return dict(self._fact("reading", {}))

    @reading.setter
    def reading(self, facts: Mapping[str, Any]) -> None:
        self._set_fact("reading", facts)

    @property
    def stamp(self) -> str:
        """The digest of all that the roster was read from; ``""`` for an empty database."""
        return str(self._fact("stamp", ""))

    @property
    def warnings(self) -> list[str]:
        """The warnings of the last import; set it after an import."""
        return list(self._fact("warnings", []))

    @warnings.setter
    def warnings(self, warnings: Sequence[str]) -> None:
        self._set_fact("warnings", list(warnings))

    @property
    def counts(self) -> Counts:
        """How many people there are."""
        return Counts(
            **self._fact("counts", {"people": 0, "sites": 0, "refused": 0, "by_status": {}, "by_market": {}})
        )

    @property
    def faults(self) -> FaultLog:
        """The faults of the rows that the last import skipped."""
        facts = self._fact("faults", {"kept": [], "uncounted": 0})
        return FaultLog.of((Fault(**fault) for fault in facts["kept"]), facts["uncounted"])

    def __len__(self) -> int:
        """Return how many people there are, with or without a site."""
        return self.counts.people

    def distributors(
        self, address: Address, *, only: Collection[str] | None = None, shard: Shard | None = None
    ) -> Iterator[Distributor]:
        """Stream the people who have a site, in the order of aliases: all, some aliases, or one shard.

        A sponsor is the nearest upline with a site, and ``upline`` the nearest three; an enroller without a
        site is none. ``address`` gives the absolute address of a person's site.
        """
        if only is not None:
            for alias in sorted(set(only)):
                if shard is None or shard.first <= alias <= shard.last:
                    yield from iter_distributors(self._connection, address, "alias = ?", (alias,))
        elif shard is not None:
            between = (
                "number BETWEEN (SELECT number FROM people WHERE alias >= ? ORDER BY alias LIMIT 1)"
                " AND (SELECT number FROM people WHERE alias <= ? ORDER BY alias DESC LIMIT 1)"
            )
            yield from iter_distributors(self._connection, address, between, (shard.first, shard.last))
        else:
            yield from iter_distributors(self._connection, address, "1")

    # -- photos ------------------------------------------------------------------------------------

    def photo_owners(self, only: Collection[str] | None = None) -> Iterator[list[PhotoOwner]]:
        """Stream the people with a site who publish a photo, some at a time: all, or some aliases and their uplines."""
        return iter_owners(self._connection, only)

    def known_photos(self, sources: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """Return (stamp, path of the derived JPEG) of some photos, by their paths."""
        return known_photos(self._connection, sources)

    def put_photos(self, rows: Sequence[tuple[str, str, str]], *, waits: bool = True) -> list[str]:
        """Store (source, stamp, path of the derived JPEG) of photos; return the derived files that no photo has any more.

        Without ``waits`` nothing is stored while another process writes.
        """
        try:
            if not waits:
                self._connection.execute(f"PRAGMA busy_timeout = {_LOOK_AGAIN}")
            with self.transaction():
                return put_photos(self._connection, rows)
        except sqlite3.OperationalError:
            if waits:
                raise
            return []
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {int(_WAIT_SECONDS * 1000)}")

    def forget_photos(self) -> list[str]:
        """Remove photos that no person with a site publishes any more; return the derived files that no photo has."""
        with self.transaction():
            return forget_unpublished(self._connection)

    def photo_paths(
        self, only: Collection[str] | None = None, first: str = "", behind: str = "\uffff"
    ) -> Iterator[str]:
        """Stream the paths of derived photos between two: all, or those on the sites of some owners."""
        return iter_paths(self._connection, only, first, behind)

    def has_photo(self, path: str) -> bool:
        """Say whether a derived photo is that of a person with a site."""
        rows = self._connection.execute("SELECT 1 FROM photos WHERE path = ? LIMIT 1", (path,))
        return rows.fetchone() is not None

    # -- people ------------------------------------------------------------------------------------

    def people(self) -> Iterator[Person]:
        """Stream all people, with a site or without, in the order of aliases."""
        return iter_people(self._connection, "1")

    def numbered(self) -> Iterator[tuple[int, Person]]:
        """Stream (number, person) of all people, as `people` does; a person has one number for as long as the alias exists."""
        return self._numbered("1")

    def _numbered(self, where: str, values: tuple[object, ...] = ()) -> Iterator[tuple[int, Person]]:
        for seated in iter_numbered(self._connection, where, values):
            yield seated.number, seated.person

    def closed(self) -> Iterator[Person]:
        """Stream the people without a site, in the order of aliases: lapsed, terminated, or in a closed market."""
        return iter_people(self._connection, "has_site = 0")

    def redirects(self, site: Site) -> Iterator[Redirect]:
        """Stream the redirects of sites that have moved or closed, in the order of their sources."""
        return iter_redirects(self._connection, site)

    def find(self, name: str) -> Person | None:
        """Return the person with this alias, or else with this id."""
        for column in ("alias", "id"):
            for person in iter_people(self._connection, f"{column} = ?", (name,)):
                return person
        return None

    def similar(self, name: str) -> str:
        """Return ``'did you mean "…"?'`` for the alias nearest to an unknown name, or ``""``.

        Only aliases with the same first letter are looked at, and not all of very many.
        """
        person = self.find(name)
        if person is not None:
            return f'did you mean "{person.alias}"?'
        near = (
            "SELECT alias FROM people WHERE has_site = 1 AND alias >= ? AND alias < ? ORDER BY alias LIMIT ?"
        )
        start = name[:1].lower()
        rows = self._connection.execute(near, (start, f"{start}~", _LOOKED_AT))
        return nearest(name.lower(), (alias for (alias,) in rows))

    def shards(self, count: int) -> list[Shard]:
        """Split the people with a site into at most ``count`` runs of about equal length."""
        sites = self.counts.sites
        bounds = [sites * part // count for part in range(count + 1)]
        return [
            Shard(self._alias_at(start), self._alias_at(end - 1), end - start)
            for start, end in itertools.pairwise(bounds)
            if end > start
        ]

    def sample(self, count: int, address: Address) -> list[Distributor]:
        """Return up to ``count`` distributors who differ, the same for the same roster.

        The first and the last, with and without sponsor, the longest texts, each edition, with and without
        each value, and then others evenly.
        """
        sites = self.counts.sites
        chosen = dict.fromkeys(self._alias_at(index) for index in (0, sites - 1) if sites)
        for sponsor in ("lines.sponsor = 0", "lines.sponsor <> 0"):
            some = "SELECT alias FROM people JOIN lines USING (number) WHERE has_site = 1 AND"
            chosen |= dict.fromkeys(
                alias for (alias,) in self._connection.execute(f"{some} {sponsor} LIMIT 1")
            )
        chosen |= dict.fromkeys(Exemplars(*self._fact("exemplars", [])).aliases())
        chosen |= dict.fromkeys(
            self._alias_at(sites * part // count) for part in range(count if sites else 0)
        )
        present = [alias for alias in chosen if next(self.distributors(address, only=[alias]), None)]
        return list(self.distributors(address, only=present[:count]))

    def _alias_at(self, index: int) -> str:
        """Return the alias of the n-th person with a site, counted from 0."""
        query = "SELECT alias FROM people WHERE has_site = 1 ORDER BY alias LIMIT 1 OFFSET ?"
        return str(self._connection.execute(query, (index,)).fetchone()[0])

    def _set_fact(self, name: str, fact: Any) -> None:
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(fact)))

    def _fact(self, name: str, default: Any) -> Any:
        row = self._connection.execute("SELECT fact FROM facts WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else default


def _connect(path: Path) -> sqlite3.Connection:
    private_folder(path.parent)
    private_file(path)  # SQLite gives its mode to the files beside it
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        _make_once(connection, path)
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _make_once(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables if they are missing or of another version, unless another process has made them meanwhile.

    That process may be filling them by now, and is not waited for.
    """
    end = time.monotonic() + _WAIT_SECONDS
    connection.execute(f"PRAGMA busy_timeout = {_LOOK_AGAIN}")
    while not _is_made(connection):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if time.monotonic() > end or not is_in_use(error):
                raise
            continue
        if not _is_made(connection):
            make_people(connection)
            remove_old_databases(path.parent)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    connection.execute(f"PRAGMA busy_timeout = {int(_WAIT_SECONDS * 1000)}")


def _is_made(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == VERSION)
