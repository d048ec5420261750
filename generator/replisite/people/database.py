"""The ledger's file: open it, fill it, and ask it for people."""

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
from replisite.model.site import Site
from replisite.people.insert import Counts, take_in
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
"""After how many milliseconds to look whether somebody else has made the tables."""

_LOOKED_AT = 20_000

STEPS = 50
"""How many amendments are remembered, for whatever else is made from the ledger."""


class PeopleDatabase:
    """Everybody on the roster who fits, in the order of aliases; a context manager.

    Any number of processes may read while one takes a new roster in.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the ledger; one that is missing, damaged or of another version begins empty.

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
        site: Site,
        stamp: str = "",
        skip_bad: bool = False,
    ) -> Counts:
        """Take a roster in, in one transaction, and return what there is to count.

        With any fault nothing is kept, and the ledger stays as it was; ``skip_bad`` keeps whoever fits, and
        the faults with them. Who names a refused person as sponsor has no sponsor then. ``stamp`` says from
        what the ledger was made: the roster, the stories, and the terms of site.toml.
        """
        before = len(faults)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            counts = take_in(self._connection, people, faults, site=site, stamp=stamp, skip_bad=skip_bad)
            is_kept = skip_bad or len(faults) == before
            self._connection.execute("COMMIT" if is_kept else "ROLLBACK")
        except BaseException:
            self._connection.rollback()
            raise
        return counts

    def amend(
        self,
        parts: Sequence[RosterPart],
        *,
        site: Site,
        stamp: str,
        reading: Mapping[str, Any],
        warnings: Sequence[str],
    ) -> bool:
        """Put the people of some parts of the roster in the place of those who stood there.

        To be called in a `transaction`. False if they do not fit, or if that would change more than can be told without
        the rest of the roster: the transaction must be given up then. ``stamp``, ``reading`` and ``warnings`` are those of
        the ledger from then on.
        """
        amended = amend(self._connection, parts, site)
        if amended is None:
            return False
        steps = [*self._fact("amended", []), [self.stamp, amended.gone, amended.come]][-STEPS:]
        facts = {"stamp": stamp, "reading": reading, "warnings": list(warnings), "amended": steps}
        for name, fact in facts.items():
            self._set_fact(name, fact)
        return True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is changed within, or nothing if it raises."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise

    def stretch(self, before: int, count: int) -> list[Person]:
        """Return those ``count`` people who stand after ``before`` others on the roster, in its order."""
        start = seat_after(self._connection, before)
        return [one.person for one in iter_seated(self._connection, start, count)]

    def before(self, alias: str) -> int:
        """Return how many people stand above somebody on the roster; raises KeyError for nobody."""
        found = self._connection.execute("SELECT seat FROM people WHERE alias = ?", (alias,)).fetchone()
        if found is None:
            raise KeyError(alias)
        return int(
            self._connection.execute("SELECT count(*) FROM people WHERE seat < ?", found).fetchone()[0]
        )

    def amended_since(self, stamp: str) -> tuple[set[int], Iterator[tuple[int, Person]]] | None:
        """Return what has changed since the ledger had a stamp; None if it never had, or that is too long ago.

        These are the numbers of those who are gone, or have changed, and who is there for them, each after the number.
        """
        steps: list[tuple[str, list[int], list[int]]] = self._fact("amended", [])
        place = next((place for place, (before, _, _) in enumerate(steps) if before == stamp), None)
        if place is None or not stamp:
            return None
        concerned = {number for _, *both in steps[place:] for numbers in both for number in numbers}
        come = (one for number in sorted(concerned) for one in self._numbered("number = ?", (number,)))
        return concerned, come

    @property
    def reading(self) -> Mapping[str, Any]:
        """What whoever reads the roster wants to know next time; set it after an import."""
        return dict(self._fact("reading", {}))

    @reading.setter
    def reading(self, told: Mapping[str, Any]) -> None:
        self._set_fact("reading", told)

    @property
    def stamp(self) -> str:
        """From what the ledger was made; ``""`` if it is empty."""
        return str(self._fact("stamp", ""))

    @property
    def warnings(self) -> list[str]:
        """What was worth a warning when the ledger was made; set it after an import."""
        return list(self._fact("warnings", []))

    @warnings.setter
    def warnings(self, told: Sequence[str]) -> None:
        self._set_fact("warnings", list(told))

    @property
    def counts(self) -> Counts:
        """How many people there are."""
        return Counts(
            **self._fact("counts", {"people": 0, "sites": 0, "refused": 0, "by_status": {}, "by_market": {}})
        )

    @property
    def faults(self) -> FaultLog:
        """The faults of the rows that were skipped when the ledger was made."""
        told = self._fact("faults", {"kept": [], "uncounted": 0})
        return FaultLog.of((Fault(**fault) for fault in told["kept"]), told["uncounted"])

    def __len__(self) -> int:
        """Return how many people there are, with or without a site."""
        return self.counts.people

    def distributors(
        self, address: Address, *, only: Collection[str] | None = None, shard: Shard | None = None
    ) -> Iterator[Distributor]:
        """Stream those who have a site, in the order of aliases: all, some aliases, or one shard.

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
        """Stream who publishes a photo and has a site, some at a time: all, or some aliases and those above them."""
        return iter_owners(self._connection, only)

    def known_photos(self, sources: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """Return what was made of photos: the stamp of the photo then, and the path of the derived JPEG."""
        return known_photos(self._connection, sources)

    def put_photos(self, rows: Sequence[tuple[str, str, str]], *, waits: bool = True) -> list[str]:
        """Remember what was made of photos: source, stamp and path of each; return the files that nobody needs any more.

        Without ``waits`` nothing is remembered while another process writes.
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
        """Forget photos that nobody with a site publishes any more; return the derived files that nobody needs."""
        with self.transaction():
            return forget_unpublished(self._connection)

    def photo_paths(
        self, only: Collection[str] | None = None, first: str = "", behind: str = "\uffff"
    ) -> Iterator[str]:
        """Stream the paths of derived photos between two: all, or those on the sites of some owners."""
        return iter_paths(self._connection, only, first, behind)

    def has_photo(self, path: str) -> bool:
        """Say whether a derived photo is that of somebody with a site."""
        found = self._connection.execute("SELECT 1 FROM photos WHERE path = ? LIMIT 1", (path,))
        return found.fetchone() is not None

    # -- people ------------------------------------------------------------------------------------

    def people(self) -> Iterator[Person]:
        """Stream everybody, with a site or without, in the order of aliases."""
        return iter_people(self._connection, "1")

    def numbered(self) -> Iterator[tuple[int, Person]]:
        """Stream everybody as `people` does, each after the number: what they are ordered by for as long as they are there."""
        return self._numbered("1")

    def _numbered(self, where: str, values: tuple[object, ...] = ()) -> Iterator[tuple[int, Person]]:
        for one in iter_numbered(self._connection, where, values):
            yield one.number, one.person

    def closed(self) -> Iterator[Person]:
        """Stream those who have no site, in the order of aliases: lapsed, terminated, or in a closed market."""
        return iter_people(self._connection, "has_site = 0")

    def redirects(self, site: Site) -> Iterator[Redirect]:
        """Stream the sites that are elsewhere, in the order of where they were."""
        return iter_redirects(self._connection, site)

    def find(self, name: str) -> Person | None:
        """Return the person with this alias, or else with this id."""
        for column in ("alias", "id"):
            for person in iter_people(self._connection, f"{column} = ?", (name,)):
                return person
        return None

    def similar(self, name: str) -> str:
        """Return ``'did you mean "…"?'`` for the alias nearest to a name that nobody has, or ``""``.

        Only aliases with the same first letter are looked at, and not all of very many.
        """
        person = self.find(name)
        if person is not None:
            return f'did you mean "{person.alias}"?'
        near = (
            "SELECT alias FROM people WHERE has_site = 1 AND alias >= ? AND alias < ? ORDER BY alias LIMIT ?"
        )
        start = name[:1].lower()
        found = self._connection.execute(near, (start, f"{start}~", _LOOKED_AT))
        return nearest(name.lower(), (alias for (alias,) in found))

    def shards(self, count: int) -> list[Shard]:
        """Split those who have a site into at most ``count`` runs of about equal length."""
        sites = self.counts.sites
        bounds = [sites * part // count for part in range(count + 1)]
        return [
            Shard(self._alias_at(start), self._alias_at(end - 1), end - start)
            for start, end in itertools.pairwise(bounds)
            if end > start
        ]

    def sample(self, count: int, address: Address) -> list[Distributor]:
        """Return up to ``count`` distributors who differ: the same ones for the same roster.

        The first and the last, with and without sponsor, the longest texts, each edition, with and without
        each value, and then others evenly.
        """
        sites = self.counts.sites
        chosen = dict.fromkeys(self._alias_at(place) for place in (0, sites - 1) if sites)
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

    def _alias_at(self, place: int) -> str:
        """Return the alias of the n-th person with a site, counted from 0."""
        query = "SELECT alias FROM people WHERE has_site = 1 ORDER BY alias LIMIT 1 OFFSET ?"
        return str(self._connection.execute(query, (place,)).fetchone()[0])

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
        _make_once(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _make_once(connection: sqlite3.Connection) -> None:
    """Make the tables if they are not there, or of another version, and nobody else has made them meanwhile.

    Whoever has may be filling them by now, so that is not waited for.
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
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    connection.execute(f"PRAGMA busy_timeout = {int(_WAIT_SECONDS * 1000)}")


def _is_made(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == VERSION)
