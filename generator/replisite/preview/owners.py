"""The people on the roster: owners found by alias, people found by name."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from replisite.model.distributor import Distributor, Person
from replisite.model.site import Site
from replisite.people import Named, NameIndex, PeopleDatabase

__all__ = ["People", "RosterPerson", "names_path"]


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """A person with an alias, and the owner that templates get; None for a person without a site."""

    person: Person
    owner: Distributor | None


class People:
    """Reads the people database; any number of threads may."""

    def __init__(self, site: Site, path: Path) -> None:
        self._site = site
        self._path = path
        self._names = NameIndex(names_path(path))

    def count(self) -> int:
        """Return the number of people; 0 before a roster was ever read."""
        with PeopleDatabase.open(self._path) as database:
            return len(database)

    def is_read(self) -> bool:
        """Say whether a roster was ever read."""
        with PeopleDatabase.open(self._path) as database:
            return bool(database.stamp)

    def find(self, alias: str) -> RosterPerson | None:
        """Return the person with this alias."""
        with PeopleDatabase.open(self._path) as database:
            person = database.find(alias)
            if person is None or person.alias != alias:
                return None
            self._make_photos(database, alias)
            owner = next(database.distributors(self._site.owner_url, only=[alias]), None)
            return RosterPerson(person, owner)

    def _make_photos(self, database: PeopleDatabase, alias: str) -> None:
        """Make the photos on an owner's site, if a person on it publishes a photo."""
        if next(database.photo_owners([alias]), None) is None:
            return
        from replisite.images.roster_photos import make_photos  # Pillow is imported when there is a photo

        with suppress(OSError):  # initials are shown instead
            make_photos(self._site, database, 1, [alias], waits=False)

    def first(self) -> str:
        """Return an alias that has a site, or ``""``."""
        with PeopleDatabase.open(self._path) as database:
            shards = database.shards(1)
            return shards[0].first if shards else ""

    def search(self, text: str, limit: int = 20) -> list[Named]:
        """Return people whose names or aliases begin like the words of a text; the one with this alias comes first."""
        named = self._names.search(text, limit)
        exact = self.find(text.strip().lower())
        if exact is None:
            return named
        person = exact.person
        first = Named(person.alias, person.public["name"], person.market, person.status)
        return [first, *(other for other in named if other.alias != person.alias)][:limit]


def names_path(database: Path) -> Path:
    """Return the file of the name index that belongs to a people database."""
    return database.with_name(f"{database.stem}-names.sqlite")
