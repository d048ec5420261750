"""Choose a few people who differ as much as possible, to prove pages with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

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

First = tuple[int, str]
"""The seat and the alias of the first person who has a feature."""

Longest = tuple[int, int, str]
"""The number of letters, and the person's seat and alias."""

_SHORTEST: Longest = (0, 0, "")
_NONE: Mapping[str, Any] = MappingProxyType({})

MOST_SHAPES = 4_096
"""How many combinations of filled columns are remembered, and not looked at again."""


class Exemplars:
    """One alias for each way in which people differ: the first person on the roster, or the one with the longest text.

    There are as many as there are columns, markets and the like, however many people there are.
    """

    def __init__(self, first: Mapping[str, First] = _NONE, longest: Mapping[str, Longest] = _NONE) -> None:
        self._first = dict(first)
        self._longest = dict(longest)
        self._shapes: set[object] = set()

    def add(self, person: Person, seat: int) -> None:
        """Add a person with a site, who stands below all others on the roster."""
        shape = (
            person.market,
            person.language,
            person.status,
            *person.public,
            *map(bool, person.fields.values()),
        )
        if shape not in self._shapes:
            self._note(_filled(person), person, seat)
            if len(self._shapes) < MOST_SHAPES:
                self._shapes.add(shape)
        text = _text(person)
        if not _PLAIN.fullmatch(text):
            self._note(_written(text), person, seat)
        for name in _LONGEST:
            length = len(person.public.get(name, ""))
            if length > self._longest.get(name, _SHORTEST)[0]:
                self._longest[name] = (length, seat, person.alias)

    def exchange(self, old: Person | None, new: Person, seat: int) -> bool:
        """Add a person with a site in this seat, in place of ``old`` if there was one.

        Return False if another person may be an exemplar now, which needs a look at all people.
        """
        features = [*_filled(new), *_written(_text(new))]
        order = {feature: index for index, feature in enumerate(features)}
        was = old.alias if old is not None else ""
        if was and any(alias == was and feature not in order for feature, (_, alias) in self._first.items()):
            return False
        for name in _LONGEST:
            length = len(new.public.get(name, ""))
            most, longest_seat, alias = self._longest.get(name, _SHORTEST)
            if was and alias == was and length < most:
                return False
            if (was and alias == was) or (length and (-length, seat) < (-most, longest_seat)):
                self._longest[name] = (length, seat, new.alias)
        for feature in features:
            if feature not in self._first or seat < self._first[feature][0]:
                self._first[feature] = (seat, new.alias)
        ranked = sorted(
            self._first.items(),
            key=lambda exemplar: (exemplar[1][0], order[exemplar[0]] if exemplar[1][1] == new.alias else 0),
        )
        self._first = dict(ranked)
        return True

    def has(self, person: Person) -> bool:
        """Say whether a person is an exemplar."""
        return any(person.alias == alias for *_, alias in (*self._first.values(), *self._longest.values()))

    def as_json(self) -> list[dict[str, Any]]:
        """Return what `Exemplars` are made from again."""
        return [self._first, self._longest]

    def _note(self, features: Iterator[str], person: Person, seat: int) -> None:
        for feature in features:
            self._first.setdefault(feature, (seat, person.alias))

    def aliases(self) -> list[str]:
        """Return the aliases, those with the longest texts first, each once."""
        longest = [self._longest[name][2] for name in _LONGEST if name in self._longest]
        return list(dict.fromkeys([*longest, *(alias for _, alias in self._first.values())]))


def _text(person: Person) -> str:
    return person.public["name"] + person.public.get("greeting", "")


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
