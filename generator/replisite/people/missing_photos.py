"""Warn of the roster's photos that are not in the content folder, or are on other hosts: they are no faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from replisite.content.near_names import near_name
from replisite.model.distributor import Person
from replisite.model.refused_row import RefusedRow

__all__ = ["MissingPhotos"]

MOST = 1_000
"""How many missing photos are remembered with their aliases; the others are counted."""


class MissingPhotos:
    """The photos of a roster that are not in the content folder, by alias, and the number of those on other hosts."""

    def __init__(
        self, content: Path, absent: Mapping[str, str] | None = None, uncounted: int = 0, elsewhere: int = 0
    ) -> None:
        self._content = content
        self._absent = dict(absent or {})
        self._uncounted = uncounted
        self._elsewhere = elsewhere

    @classmethod
    def of(cls, content: Path, facts: Mapping[str, Any]) -> MissingPhotos:
        """Return the photos of which `as_json` gave the facts."""
        return cls(content, dict(facts["absent"]), facts["uncounted"], facts["elsewhere"])

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        absent = sorted(self._absent.items())
        return {"absent": absent, "uncounted": self._uncounted, "elsewhere": self._elsewhere}

    @property
    def are_all_known(self) -> bool:
        """Whether each missing photo is known with its alias."""
        return not self._uncounted

    def is_there(self, alias: str, path: str) -> bool:
        """Say whether a person's photo is in the content folder, and note it if it is missing."""
        try:
            exists = (self._content / path).is_file()
        except OSError:  # a name that no folder can hold
            exists = False
        if not exists and len(self._absent) < MOST:
            self._absent[alias] = path
        elif not exists:
            self._uncounted += 1
        return exists

    def seen(self, people: Iterable[Person | RefusedRow]) -> Iterator[Person | RefusedRow]:
        """Stream the people, and count the photos on other hosts."""
        for person in people:
            if isinstance(person, Person):
                self.note(person)
            yield person

    def note(self, person: Person) -> None:
        """Count the person's photo if it is on another host."""
        self._elsewhere += _is_elsewhere(person)

    def forget(self, person: Person) -> None:
        """Take back all that was noted of a person."""
        self._elsewhere -= _is_elsewhere(person)
        self._absent.pop(person.alias, None)

    def warnings(self) -> list[str]:
        """Return the warnings."""
        warnings = []
        if self._absent:
            missing = len(self._absent) + self._uncounted
            those = "1 photo is" if missing == 1 else f"{missing:,} photos are"
            first = min(self._absent.values())
            near = self._near(first)
            such = f"such as {first}; {near}" if near else f"such as {first}"
            warnings.append(f"{those} not in the content folder ({such}); initials are shown instead")
        if self._elsewhere:
            those = "1 photo is" if self._elsewhere == 1 else f"{self._elsewhere:,} photos are"
            warnings.append(
                f"{those} on other hosts, which learn of every visit; copy them into the content folder"
            )
        return warnings

    def _near(self, path: str) -> str:
        """Return the name of the file that may be meant, and how it differs; ``""`` if none is like it."""
        folder = (self._content / path).parent
        if not folder.is_dir():
            return ""
        names = (file.relative_to(self._content).as_posix() for file in folder.iterdir() if file.is_file())
        return near_name(path, names)


def _is_elsewhere(person: Person) -> bool:
    return "://" in person.public.get("photo", "")
