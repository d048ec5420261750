"""Choose a few people who differ from one another as much as they can, to try pages on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from replisite.model.distributor import Person

__all__ = ["Exemplars"]

_VALUES = (
    "photo",
    "phone",
    "email",
    "greeting",
    "bio",
    "first_name",
    "last_name",
    "city",
    "region",
    "country",
    "rank",
)
_LONGEST = ("name", "bio", "greeting", "city")
_MARKUP = ("<", "&", '"', "'", "{{", "{%", "%", "\n")
_PLAIN = re.compile(r"[A-Za-z0-9 .,!?-]*")

MOST_SHAPES = 4_096
"""How many combinations of filled columns are remembered, so as not to be looked at again."""


class Exemplars:
    """One alias for each way in which people differ: the first that comes by, or the longest.

    There are as many as there are columns, markets and the like, however many people come by.
    """

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._longest: dict[str, tuple[int, str]] = {}
        self._shapes: set[object] = set()

    def add(self, person: Person) -> None:
        """Look at one more person with a site."""
        shape = (
            person.market,
            person.language,
            person.status,
            *person.public,
            *map(bool, person.fields.values()),
        )
        if shape not in self._shapes:
            self._note(_filled(person), person.alias)
            if len(self._shapes) < MOST_SHAPES:
                self._shapes.add(shape)
        text = person.public["name"] + person.public.get("greeting", "")
        if not _PLAIN.fullmatch(text):
            self._note(_written(text), person.alias)
        for name in _LONGEST:
            length = len(person.public.get(name, ""))
            if length > self._longest.get(name, (0, ""))[0]:
                self._longest[name] = (length, person.alias)

    def _note(self, features: Iterator[str], alias: str) -> None:
        for feature in features:
            self._first.setdefault(feature, alias)

    def aliases(self) -> list[str]:
        """Return the aliases, the most telling first, each once."""
        longest = [alias for _, alias in self._longest.values()]
        return list(dict.fromkeys([*longest, *self._first.values()]))


def _filled(person: Person) -> Iterator[str]:
    yield f"edition {person.market}-{person.language}"
    yield f"status {person.status}"
    for name in _VALUES:
        yield name if name in person.public else f"no {name}"
    for name, value in person.fields.items():
        yield f"field {name}" if value else f"no field {name}"


def _written(text: str) -> Iterator[str]:
    yield from (f"has {mark}" for mark in _MARKUP if mark in text)
    if not text.isascii():
        foreign = next(letter for letter in text if letter > "\x7f")
        yield f"script {unicodedata.name(foreign, '?').split()[0]}"
        yield f"direction {unicodedata.bidirectional(foreign)}"
