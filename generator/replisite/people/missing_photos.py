"""Which of the roster's photos are not in the content folder, or are on other hosts: told, and no fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from replisite.content.near_names import near_name
from replisite.model.distributor import Person
from replisite.model.refused_row import RefusedRow

__all__ = ["Photos"]

MOST = 1_000
"""How many photos that are not there are remembered with their people; the others are counted."""


class Photos:
    """Looks for photos in the content folder, and remembers those that are not there, or are elsewhere."""

    def __init__(self, content: Path) -> None:
        self._content = content
        self._just_missed = ""
        self._absent: dict[str, str] = {}
        self._uncounted = 0
        self._elsewhere = 0

    @classmethod
    def of(cls, content: Path, told: Mapping[str, Any]) -> Photos:
        """Return what `as_json` was told of."""
        photos = cls(content)
        photos._absent = dict(told["absent"])
        photos._uncounted = told["uncounted"]
        photos._elsewhere = told["elsewhere"]
        return photos

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        absent = sorted(self._absent.items())
        return {"absent": absent, "uncounted": self._uncounted, "elsewhere": self._elsewhere}

    @property
    def are_all_known(self) -> bool:
        """Whether each photo that is not there is known with its person."""
        return not self._uncounted

    def is_there(self, path: str) -> bool:
        """Say whether a photo is there; the person who has it must come by next."""
        try:
            found = (self._content / path).is_file()
        except OSError:  # a name that no folder can hold
            found = False
        if not found:
            self._just_missed = path
        return found

    def seen(self, people: Iterable[Person | RefusedRow]) -> Iterator[Person | RefusedRow]:
        """Stream the people, and note whose photo is not there, or on another host."""
        for person in people:
            if isinstance(person, Person):
                self.note(person)
            yield person

    def note(self, person: Person) -> None:
        """Note whether a person's photo is not there, or on another host."""
        self._elsewhere += _is_elsewhere(person)
        if self._just_missed and len(self._absent) < MOST:
            self._absent[person.alias] = self._just_missed
        elif self._just_missed:
            self._uncounted += 1
        self._just_missed = ""

    def forget(self, person: Person) -> None:
        """Take back what was noted of a person who came by."""
        self._elsewhere -= _is_elsewhere(person)
        self._absent.pop(person.alias, None)

    def warnings(self) -> list[str]:
        """Return what there is to tell."""
        told = []
        if self._absent:
            missing = len(self._absent) + self._uncounted
            those = "1 photo is" if missing == 1 else f"{missing:,} photos are"
            first = min(self._absent.values())
            near = self._near(first)
            such = f"such as {first}; {near}" if near else f"such as {first}"
            told.append(f"{those} not in the content folder ({such}); initials are shown instead")
        if self._elsewhere:
            those = "1 photo is" if self._elsewhere == 1 else f"{self._elsewhere:,} photos are"
            told.append(
                f"{those} on other hosts, which learn of every visit; copy them into the content folder"
            )
        return told

    def _near(self, path: str) -> str:
        """Return the name of the file that may be meant, and how it differs; ``""`` if none is like it."""
        folder = (self._content / path).parent
        if not folder.is_dir():
            return ""
        names = (file.relative_to(self._content).as_posix() for file in folder.iterdir() if file.is_file())
        return near_name(path, names)


def _is_elsewhere(person: Person) -> bool:
    return "://" in person.public.get("photo", "")
