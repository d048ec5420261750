"""Choose a few people who differ from one another as much as they can, to try pages on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from replisite.model.distributor import Person

__all__ = ["Exemplars"]

_VALUES = ("photo", "phone", "email", "greeting", "bio", "first_name", "last_name", "city", "region", "country", "rank")
_LONGEST = ("name", "bio", "greeting", "city")
_MARKUP = ("<", "&", '"', "'", "{{", "{%", "%", "\n")


class Exemplars:
    """One alias for each way in which people differ: the first that comes by, or the longest.

    There are as many as there are columns, markets and the like, however many people come by.
    """

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._longest: dict[str, tuple[int, str]] = {}

    def add(self, person: Person) -> None:
        """Look at one more person with a site."""
        for feature in _features(person):
            if feature not in self._first:
                self._first[feature] = person.alias
        for name in _LONGEST:
            length = len(person.public.get(name, ""))
            if length > self._longest.get(name, (0, ""))[0]:
                self._longest[name] = (length, person.alias)

    def aliases(self) -> list[str]:
        """Return the aliases, the most telling first, each once."""
        longest = [alias for _, alias in self._longest.values()]
        return list(dict.fromkeys([*longest, *self._first.values()]))


def _features(person: Person) -> Iterator[str]:
    yield f"edition {person.market}-{person.language}"
    yield f"status {person.status}"
    public = person.public
    for name in _VALUES:
        yield name if name in public else f"no {name}"
    for name, value in person.fields.items():
        yield f"field {name}" if value else f"no field {name}"
    text = public["name"] + public.get("greeting", "")
    yield from (f"has {mark}" for mark in _MARKUP if mark in text)
    if not text.isascii():
        yield "script " + unicodedata.name(next(letter for letter in text if letter > "\x7f"), "?").split()[0]
        yield from (f"direction {way}" for way in ("R", "AL") if way in map(unicodedata.bidirectional, text))
