"""What a person allows on the public site, and the name that follows from it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from replisite.errors import nearest
from replisite.model.distributor import ALWAYS_PUBLIC, DEFAULT_PUBLISH, PUBLISHABLE
from replisite.model.text import quoted

__all__ = ["parse_names", "parse_publish", "published", "widened"]

_SEPARATORS = re.compile(r"[\s,;]+")
_MARKS = frozenset({"Mn", "Mc", "Me"})
MOST_MARKS = 8

_WHOLE_NAME = {"name": ("display_name", "first_name", "last_name")}
"""``name`` is no column, and everybody knows what it allows."""


def parse_names(text: str) -> list[str]:
    """Return the words of a list that is separated by blanks, commas or semicolons."""
    return [word for word in _SEPARATORS.split(text) if word]


def parse_publish(text: str, custom: Collection[str] = ()) -> frozenset[str]:
    """Return the fields that the list allows; an empty list allows `DEFAULT_PUBLISH`.

    A list that is not empty stands alone, without the default: ``publish = "alias"`` publishes nothing
    beyond the address. Raises ValueError for a field that cannot be published.

    >>> sorted(parse_publish("first_name; phone"))
    ['first_name', 'phone']
    """
    return _allowed(text, tuple(custom))


@lru_cache(maxsize=256)
def _allowed(text: str, custom: tuple[str, ...]) -> frozenset[str]:
    """Return the fields that a list allows, remembered: thousands publish the same."""
    names = _whole(parse_names(text))
    known = (*PUBLISHABLE, *custom)
    for name in names:
        if name not in known and name not in ALWAYS_PUBLIC:
            advice = nearest(name, known) or f"it may list {', '.join(known)}"
            raise ValueError(f"lists {quoted(name)}, which cannot be published; {advice}")
    return frozenset(names or DEFAULT_PUBLISH)


def widened(text: str, allowed: str) -> list[str]:
    """Return what a list publishes that another, empty for `DEFAULT_PUBLISH`, does not allow, in its order.

    >>> widened("first_name last_initial email", "name city")
    ['email']
    """
    before = set(_whole(parse_names(allowed)) or DEFAULT_PUBLISH) | set(ALWAYS_PUBLIC)
    if "last_name" in before:
        before.add("last_initial")
    return [name for name in _whole(parse_names(text)) or DEFAULT_PUBLISH if name not in before]


def published(values: Mapping[str, str], allowed: Collection[str], alias: str) -> dict[str, str]:
    """Return the allowed values that are not empty, and ``name``, which is always there.

    ``name`` is the display name, else first and last name as far as they are allowed, else the alias.
    A last name of which only the initial is allowed is that initial.

    >>> row = {"first_name": "Jane", "last_name": "O'Neil", "city": "Leeds"}
    >>> published(row, {"first_name", "last_initial"}, "jane")
    {'first_name': 'Jane', 'last_name': 'O.', 'name': 'Jane O.'}
    """
    public = {name: value for name in PUBLISHABLE if name in allowed and (value := values.get(name, ""))}
    if (
        "last_initial" in allowed
        and "last_name" not in allowed
        and (initial := _initial(values["last_name"]))
    ):
        public["last_name"] = f"{initial}."
    public["name"] = (
        public.get("display_name")
        or " ".join(filter(None, (public.get("first_name"), public.get("last_name"))))
        or alias
    )
    return public


def _whole(words: Iterable[str]) -> list[str]:
    return [name for word in words for name in _WHOLE_NAME.get(word, (word,))]


def _initial(name: str) -> str:
    """Return the first letter of a name, with the marks that sit on it; ``""`` if it has none."""
    start = next((at for at, letter in enumerate(name) if letter.isalpha()), len(name))
    end = start + 1
    while end < len(name) and end - start <= MOST_MARKS and unicodedata.category(name[end]) in _MARKS:
        end += 1
    return name[start:end]
