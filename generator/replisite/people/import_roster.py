"""Import the roster into the people database: all rows, or only those that have changed since the last import."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replisite import __version__
from replisite.content.ignored_names import is_leftover
from replisite.content.readable_files import STORIES, story_alias
from replisite.errors import Fault, FaultLog, InputError
from replisite.model.distributor import PHOTO_SUFFIXES, Person
from replisite.model.refused_row import RefusedRow
from replisite.model.roster_terms import RosterTerms
from replisite.people import PeopleDatabase, RosterPart
from replisite.people.missing_photos import MissingPhotos
from replisite.reporting import Reporter
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

__all__ = ["RosterImport"]

REPORTED_EVERY = 500

FEW_STORIES = 50
"""How many stories that have changed are read one by one; more are sooner read with everything."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The facts of a reading that the next one needs: the digest of the ``conditions`` under which rows were read, the file
    in ``blocks``, the digests of ``stories`` by file name, and the facts of missing ``photos`` and of ``odd`` rows.
    """

    conditions: str
    stories: Mapping[str, str]
    blocks: tuple[Block, ...]
    photos: Mapping[str, Any]
    odd: Mapping[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> _Reading | None:
        """Return the reading of which `as_json` gave the facts; None if there are none."""
        if not facts:
            return None
        blocks = tuple(Block(*block) for block in facts["blocks"])
        return cls(facts["conditions"], facts["stories"], blocks, facts["photos"], facts["odd"])

    def as_json(self) -> dict[str, object]:
        """Return plain data."""
        blocks = [(block.line, block.rows, block.size, block.mark, block.digest) for block in self.blocks]
        facts = {"stories": dict(self.stories), "blocks": blocks, "photos": self.photos, "odd": self.odd}
        return {"conditions": self.conditions, **facts}

    @property
    def stamp(self) -> str:
        """The digest of all that the rows were read from: it differs between readings."""
        digests = " ".join(block.digest for block in self.blocks)
        source = f"{self.conditions} {sorted(self.stories.items())} {digests}"
        return hashlib.sha256(source.encode()).hexdigest()


class _Whole(Exception):
    """The roster must be read as a whole."""


@dataclass(frozen=True, slots=True)
class RosterImport:
    """A roster, with all that it is read with.

    ``terms`` are those of `roster_terms`; ``source`` is read instead of the site's own roster; ``names`` are the
    corporate site's files and folders, which no alias may be; ``processes`` is the number of processes that read.
    """

    terms: RosterTerms
    source: Path | None
    names: tuple[str, ...]
    skips_bad_rows: bool
    processes: int

    def take(self, database: PeopleDatabase, reporter: Reporter) -> FaultLog:
        """Bring the database up to date with the roster; return the faults of its rows."""
        self._refuse_special_files()
        conditions, stories = self._conditions(), self._stories()
        last = _Reading.of(database.reading)
        if (
            last is not None
            and last.conditions == conditions
            and self._path.is_file()
            and self._take_changes(database, last, stories)
        ):
            return database.faults
        before = _digest(self._path)
        stamp = hashlib.sha256(f"{conditions} {sorted(stories.items())} {before}".encode()).hexdigest()
        if database.stamp == stamp:
            return database.faults
        return self._take_all(database, conditions, stories, before, stamp, reporter)

    @property
    def _path(self) -> Path:
        return self.source or self.terms.path

    @property
    def _content(self) -> Path:
        return self.terms.content_folder

    def _refuse_special_files(self) -> None:
        """Raise InputError for a roster or a story that is a named pipe, a socket or a device: reading has no end."""
        paths = [self._path, *sorted((self._content / "distributors").glob("*"))]
        faults = [
            Fault(_shown(path, self.terms.root), 0, f"is {kind} and not a file", "put a file in its place")
            for path in paths
            if (kind := special_kind(path))
        ]
        if faults:
            raise InputError(faults)

    # -- all rows -----------------------------------------------------------------------------------

    def _take_all(
        self,
        database: PeopleDatabase,
        conditions: str,
        stories: Mapping[str, str],
        before: str,
        stamp: str,
        reporter: Reporter,
    ) -> FaultLog:
        faults = FaultLog()
        photos = MissingPhotos(self._content)
        odd = RowWarnings()
        marks = _Marks()
        with closing(self._people(faults, photos)) as people:
            database.import_people(
                _counted(marks.seen(odd.seen(photos.seen(people))), reporter),
                faults,
                terms=self.terms,
                stamp=stamp,
                skip_bad=self.skips_bad_rows,
            )
        if database.stamp != stamp:
            return faults
        database.warnings = [*odd.warnings(), *photos.warnings()]  # the roster has been taken in
        if marks.rows and not len(faults):
            blocks, digest = cut(self._path, marks.lines, marks.rows)
            if blocks and digest == before:  # the file has not changed meanwhile
                database.reading = _Reading(
                    conditions, stories, blocks, photos.as_json(), odd.as_json()
                ).as_json()
        return faults

    def _people(self, faults: FaultLog, photos: MissingPhotos) -> Generator[Person | RefusedRow]:
        """Stream the roster; closing the stream ends the processes that read it.

        Bad rows can be skipped. Raises InputError where that would remove the sites of all distributors, because the fault is
        the whole file's or no row is good.
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
        return self.terms.is_required or self._path.exists()

    # -- the rows that have changed ---------------------------------------------------------------------------

    def _take_changes(self, database: PeopleDatabase, last: _Reading, stories: Mapping[str, str]) -> bool:
        """Read the rows that have changed, and those whose stories have; False if all must be read."""
        difference = changed(self._path, last.blocks)
        names = {name for name, _ in stories.items() ^ last.stories.items()}
        if difference == "much" or len(names) > FEW_STORIES:
            return False
        if difference == "not" and not names:
            return True
        try:
            with database.transaction():
                reading = last
                if isinstance(difference, Difference):
                    reading = self._amended(database, last, difference, last.stories, stories)
                for name in sorted(names):
                    reading = self._reread(database, reading, name, stories)
        except _Whole:
            return False
        return True

    def _reread(
        self, database: PeopleDatabase, last: _Reading, name: str, stories: Mapping[str, str]
    ) -> _Reading:
        """Read the row again whose story was written, changed or removed."""
        known = {other: digest for other, digest in last.stories.items() if other != name}
        if name in stories:
            known[name] = stories[name]
        try:
            row = database.before(story_alias(name))
        except KeyError as error:
            raise _Whole from error  # the story has no row
        return self._amended(database, last, untouched(self._path, last.blocks, row), known, stories)

    def _amended(
        self,
        database: PeopleDatabase,
        last: _Reading,
        difference: Difference,
        known: Mapping[str, str],
        stories: Mapping[str, str],
    ) -> _Reading:
        """Replace the people of some stretches of the roster.

        ``known`` are the stories with which all rows have been read afterwards, ``stories`` those that exist.
        """
        photos = MissingPhotos.of(self._content, last.photos)
        odd = RowWarnings.of(last.odd)
        ranges = [(stretch.before, stretch.rows) for stretch in difference.stretches]
        gone = set()
        for old in (person for rows in ranges for person in database.stretch(*rows)):
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
        if not any(block.rows for block in blocks):
            raise _Whole  # the roster is empty now, and there is nothing to compare the next one with
        reading = _Reading(last.conditions, known, blocks, photos.as_json(), odd.as_json())
        if not database.amend(
            [RosterPart(*rows, people) for rows, people in zip(ranges, new, strict=True)],
            terms=self.terms,
            stamp=reading.stamp,
            reading=reading.as_json(),
            warnings=[*odd.warnings(), *photos.warnings()],
        ):
            raise _Whole
        return reading

    def _fit(
        self, people: Iterable[Person | RefusedRow], photos: MissingPhotos, odd: RowWarnings
    ) -> Iterator[Person]:
        for person in people:
            if not isinstance(person, Person):
                raise _Whole  # its faults must be reported
            photos.note(person)
            odd.note(person)
            yield person

    # -- the conditions -----------------------------------------------------------------------

    def _conditions(self) -> str:
        """Return a digest of all that rows are read with, the names of the pictures too, apart from the stories."""
        conditions = (__version__, self.terms, self.names, self.skips_bad_rows, str(self._path))
        digest = hashlib.sha256(repr(conditions).encode())
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
        paths = (path for path in sorted((self._content / STORIES).glob("*")) if story_alias(path.name))
        return {path.name: _digest(path) for path in paths}


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


def _counted(people: Iterable[Person | RefusedRow], reporter: Reporter) -> Iterator[Person | RefusedRow]:
    for number, person in enumerate(people, 1):
        if number % REPORTED_EVERY == 0:
            reporter.advance(number)
        yield person


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _digest(path: Path) -> str:
    """Return the digest of a file, ``""`` where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
