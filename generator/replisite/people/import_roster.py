"""Take the roster into the ledger: all of it, or only what has changed of it since; nothing if nothing has."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replisite import __version__
from replisite.content.ignored_names import is_leftover
from replisite.content.readable_files import STORIES, story_alias
from replisite.errors import Fault, InputError
from replisite.fault_log import FaultLog
from replisite.model.distributor import PHOTO_SUFFIXES, Person
from replisite.model.refused_row import RefusedRow
from replisite.model.site import Roster, Site
from replisite.people import PeopleDatabase, RosterPart
from replisite.people.missing_photos import Photos
from replisite.roster import (
    BLOCK_ROWS,
    Block,
    Difference,
    RowWarnings,
    changed,
    cut,
    read_roster,
    read_stretches,
    untouched,
)
from replisite.system.special_files import special_kind

__all__ = ["Enrolment"]

TOLD_EVERY = 500

FEW_STORIES = 50
"""How many stories that have changed are read one by one; more are sooner read with everything."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a reading wants to know of the one before: under which ``conditions`` rows were read, the file in ``blocks``,
    the ``stories`` by file name with their digests, and what was noted of ``photos`` and of ``odd`` rows.
    """

    conditions: str
    stories: Mapping[str, str]
    blocks: tuple[Block, ...]
    photos: Mapping[str, Any]
    odd: Mapping[str, Any]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> _Reading | None:
        """Return what `as_json` was told of; None for nothing."""
        if not told:
            return None
        blocks = tuple(Block(*block) for block in told["blocks"])
        return cls(told["conditions"], told["stories"], blocks, told["photos"], told["odd"])

    def as_json(self) -> dict[str, object]:
        """Return plain data."""
        blocks = [(block.line, block.rows, block.size, block.mark, block.digest) for block in self.blocks]
        told = {"stories": dict(self.stories), "blocks": blocks, "photos": self.photos, "odd": self.odd}
        return {"conditions": self.conditions, **told}

    @property
    def stamp(self) -> str:
        """What tells one reading from another."""
        digests = " ".join(block.digest for block in self.blocks)
        told = f"{self.conditions} {sorted(self.stories.items())} {digests}"
        return hashlib.sha256(told.encode()).hexdigest()


class _Whole(Exception):
    """The roster must be read as a whole."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A roster, and all that it is read with.

    ``terms`` are those of `terms_of`; ``source`` is read instead of the site's own roster; ``names`` are the
    corporate site's files and folders, which no alias may be; so many ``processes`` read.
    """

    terms: Site
    source: Path | None
    names: tuple[str, ...]
    skips_bad_rows: bool
    processes: int

    def take(self, database: PeopleDatabase, progress: Callable[[int, int], None]) -> FaultLog:
        """Read the roster into the ledger, as far as the ledger is not made from just this; return the rows' faults."""
        self._refuse_special_files()
        conditions, stories = self._conditions(), self._stories()
        kept = _Reading.of(database.reading)
        if (
            kept is not None
            and kept.conditions == conditions
            and self._path.is_file()
            and self._take_changes(database, kept, stories)
        ):
            return database.faults
        before = _digest(self._path)
        stamp = hashlib.sha256(f"{conditions} {sorted(stories.items())} {before}".encode()).hexdigest()
        if database.stamp == stamp:
            return database.faults
        return self._take_all(database, conditions, stories, before, stamp, progress)

    @property
    def _path(self) -> Path:
        return self.source or self.terms.root / self.terms.roster.source

    @property
    def _content(self) -> Path:
        return self.terms.root / self.terms.content

    def _refuse_special_files(self) -> None:
        """Raise InputError for a roster or a story that is a named pipe, a socket or a device: reading has no end."""
        found = [self._path, *sorted((self._content / "distributors").glob("*"))]
        faults = [
            Fault(_shown(path, self.terms.root), 0, f"is {kind} and not a file", "put a file in its place")
            for path in found
            if (kind := special_kind(path))
        ]
        if faults:
            raise InputError(faults)

    # -- all of it ----------------------------------------------------------------------------------

    def _take_all(
        self,
        database: PeopleDatabase,
        conditions: str,
        stories: Mapping[str, str],
        before: str,
        stamp: str,
        progress: Callable[[int, int], None],
    ) -> FaultLog:
        faults = FaultLog()
        photos = Photos(self._content)
        odd = RowWarnings()
        marks = _Marks()
        with closing(self._people(faults, photos)) as people:
            database.import_people(
                _counted(marks.seen(odd.seen(photos.seen(people))), progress),
                faults,
                site=self.terms,
                stamp=stamp,
                skip_bad=self.skips_bad_rows,
            )
        if database.stamp != stamp:
            return faults
        database.warnings = [*odd.warnings(), *photos.warnings()]  # the roster has been taken in
        if marks.rows and not len(faults):
            blocks, digest = cut(self._path, marks.lines, marks.rows)
            if blocks and digest == before:  # nobody has changed it meanwhile
                database.reading = _Reading(
                    conditions, stories, blocks, photos.as_json(), odd.as_json()
                ).as_json()
        return faults

    def _people(self, faults: FaultLog, photos: Photos) -> Generator[Person | RefusedRow]:
        """Stream the roster; whoever closes the stream ends the processes that read it.

        Bad rows can be skipped. Raises InputError where that would not make the roster right, because the fault is the
        whole file's or no row is good: the sites of everybody would vanish.
        """
        if self.source is None and not self._must_be_there():
            return
        is_right = True
        good = refused = 0
        for person in read_roster(
            self.terms,
            faults,
            source=self.source,
            reserved=self.names,
            has_photo=photos.is_there,
            processes=self.processes,
        ):
            if isinstance(person, Person):
                good += 1
            else:
                refused += person.rows
                is_right = is_right and not person.is_whole_file
            yield person
        if self.skips_bad_rows and (not is_right or (refused and not good)):
            raise faults.error()

    def _must_be_there(self) -> bool:
        """Say whether there must be a roster: a site with Pelican's own defaults may do without."""
        is_ours = self.terms.mode.needs_roster or self.terms.roster != Roster()
        return is_ours or self._path.exists()

    # -- what has changed ---------------------------------------------------------------------------

    def _take_changes(self, database: PeopleDatabase, kept: _Reading, stories: Mapping[str, str]) -> bool:
        """Read the rows that have changed, and those whose stories have; False if all must be read."""
        difference = changed(self._path, kept.blocks)
        told = {name for name, _ in stories.items() ^ kept.stories.items()}
        if difference == "much" or len(told) > FEW_STORIES:
            return False
        if difference == "not" and not told:
            return True
        try:
            with database.transaction():
                reading = kept
                if isinstance(difference, Difference):
                    reading = self._amended(database, kept, difference, kept.stories, stories)
                for name in sorted(told):
                    reading = self._retold(database, reading, name, stories)
        except _Whole:
            return False
        return True

    def _retold(
        self, database: PeopleDatabase, kept: _Reading, name: str, stories: Mapping[str, str]
    ) -> _Reading:
        """Read the row again to which a story belongs that was written, changed or removed."""
        known = {other: digest for other, digest in kept.stories.items() if other != name}
        if name in stories:
            known[name] = stories[name]
        try:
            row = database.before(story_alias(name))
        except KeyError as error:
            raise _Whole from error  # it belongs to nobody
        return self._amended(database, kept, untouched(self._path, kept.blocks, row), known, stories)

    def _amended(
        self,
        database: PeopleDatabase,
        kept: _Reading,
        difference: Difference,
        known: Mapping[str, str],
        stories: Mapping[str, str],
    ) -> _Reading:
        """Put the people of some stretches in the place of those who were there.

        ``known`` are the stories with which everybody has been read then, ``stories`` those that there are.
        """
        photos = Photos.of(self._content, kept.photos)
        odd = RowWarnings.of(kept.odd)
        places = [(stretch.before, stretch.rows) for stretch in difference.stretches]
        gone = set()
        for old in (person for place in places for person in database.stretch(*place)):
            photos.forget(old)
            odd.forget(old)
            gone.add(old.alias)
        odd.move(_shown(self._path, self.terms.root), difference.moved)
        read = read_stretches(
            self.terms, difference, source=self.source, reserved=self.names, has_photo=photos.is_there
        )
        new = [[*self._fit(people, photos, odd)] for people in read]
        gone -= {person.alias for people in new for person in people}
        is_known = photos.are_all_known and odd.are_all_known
        if not is_known or not gone.isdisjoint(map(story_alias, stories)):
            raise _Whole
        blocks = difference.recut([[person.line for person in people] for people in new])
        reading = _Reading(kept.conditions, known, blocks, photos.as_json(), odd.as_json())
        if not database.amend(
            [RosterPart(*place, people) for place, people in zip(places, new, strict=True)],
            site=self.terms,
            stamp=reading.stamp,
            reading=reading.as_json(),
            warnings=[*odd.warnings(), *photos.warnings()],
        ):
            raise _Whole
        return reading

    def _fit(
        self, people: Iterable[Person | RefusedRow], photos: Photos, odd: RowWarnings
    ) -> Iterator[Person]:
        for person in people:
            if not isinstance(person, Person):
                raise _Whole  # its faults are to be told
            photos.note(person)
            odd.note(person)
            yield person

    # -- what it is read with -----------------------------------------------------------------------

    def _conditions(self) -> str:
        """Return a digest of all that rows are read with but the stories: which pictures there are, too."""
        said = (__version__, self.terms, self.names, self.skips_bad_rows, str(self._path))
        digest = hashlib.sha256(repr(said).encode())
        for folder, folders, files in os.walk(self._content):
            folders[:] = sorted(name for name in folders if not is_leftover(name))
            pictures = sorted(
                name
                for name in files
                if Path(name).suffix.lower() in PHOTO_SUFFIXES and not is_leftover(name)
            )
            if pictures:
                digest.update(f"\0{folder}\0{pictures}".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def _stories(self) -> dict[str, str]:
        """Return the digest of each story, by the name of its file."""
        found = (path for path in sorted((self._content / STORIES).glob("*")) if story_alias(path.name))
        return {path.name: _digest(path) for path in found}


class _Marks:
    """The line of each row with which a block begins, and how many rows there are."""

    def __init__(self) -> None:
        self.lines = array("q")
        self.rows = 0

    def seen(self, people: Iterable[Person | RefusedRow]) -> Iterator[Person | RefusedRow]:
        """Stream the people."""
        for person in people:
            if isinstance(person, Person):
                if self.rows % BLOCK_ROWS == 0:
                    self.lines.append(person.line)
                self.rows += 1
            yield person


def _counted(
    people: Iterable[Person | RefusedRow], progress: Callable[[int, int], None]
) -> Iterator[Person | RefusedRow]:
    for number, person in enumerate(people, 1):
        if number % TOLD_EVERY == 0:
            progress(number, 0)
        yield person


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _digest(path: Path) -> str:
    """Return the digest of a file, ``""`` where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
