"""Who is on the roster: owners by alias, people by name."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from replisite.model.distributor import Distributor, Person
from replisite.model.site import Site
from replisite.people import Named, NameIndex, PeopleDatabase

__all__ = ["People", "Somebody", "names_path"]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with an alias, and the owner that templates see; who has no site is no owner."""

    person: Person
    owner: Distributor | None


class People:
    """Reads what the intake has put into the ledger; any number of threads may."""

    def __init__(self, site: Site, path: Path) -> None:
        self._site = site
        self._path = path
        self._names = NameIndex(names_path(path))

    def count(self) -> int:
        """Return how many people there are; 0 before a roster was ever read."""
        with PeopleDatabase.open(self._path) as database:
            return len(database)

    def is_read(self) -> bool:
        """Say whether a roster was ever read."""
        with PeopleDatabase.open(self._path) as database:
            return bool(database.stamp)

    def find(self, alias: str) -> Somebody | None:
        """Return the person with this alias."""
        with PeopleDatabase.open(self._path) as database:
            person = database.find(alias)
            if person is None or person.alias != alias:
                return None
            self._make_photos(database, alias)
            owner = next(database.distributors(self._site.owner_url, only=[alias]), None)
            return Somebody(person, owner)

    def _make_photos(self, database: PeopleDatabase, alias: str) -> None:
        """Make the photos on somebody's site, if anybody there publishes one."""
        if next(database.photo_owners([alias]), None) is None:
            return
        from replisite.images.roster_photos import make_photos  # Pillow is imported when there is a photo

        with suppress(OSError):  # initials are shown instead
            make_photos(self._site, database, 1, [alias], waits=False)

    def first(self) -> str:
        """Return an alias that has a site, or nothing."""
        with PeopleDatabase.open(self._path) as database:
            shards = database.shards(1)
            return shards[0].first if shards else ""

    def like(self, alias: str) -> str:
        """Return ``'did you mean "…"?'`` for the alias nearest to one that nobody has, or nothing."""
        with PeopleDatabase.open(self._path) as database:
            return database.similar(alias)

    def search(self, text: str, limit: int = 20) -> list[Named]:
        """Return people whose names or aliases begin like the words of a text; who has it as alias comes first."""
        found = self._names.search(text, limit)
        exact = self.find(text.strip().lower())
        if exact is None:
            return found
        person = exact.person
        first = Named(person.alias, person.public["name"], person.market, person.status)
        return [first, *(named for named in found if named.alias != person.alias)][:limit]


def names_path(database: Path) -> Path:
    """Return the file of the index that belongs to a ledger."""
    return database.with_name(f"{database.stem}-names.sqlite")
