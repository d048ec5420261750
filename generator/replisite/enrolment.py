"""Take the roster into the ledger: all of it, or only what has changed of it since; nothing if nothing has."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replisite import __version__
from replisite.fault_log import FaultLog
from replisite.ledger import Ledger
from replisite.model.distributor import PHOTO_SUFFIXES, Person
from replisite.model.refused import Refused
from replisite.model.site import Roster, Site
from replisite.photos import Photos
from replisite.sources.roster import (
    BLOCK_ROWS,
    Block,
    Stretch,
    changed,
    cut,
    read_roster,
    read_stretch,
)

__all__ = ["Enrolment"]

TOLD_EVERY = 500


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

    def take(self, ledger: Ledger, progress: Callable[[int, int], None]) -> FaultLog:
        """Read the roster into the ledger, as far as the ledger is not made from just this; return the rows' faults."""
        conditions = self._conditions()
        kept = ledger.reading
        if kept.get("conditions") == conditions and self._path.is_file():
            difference = changed(self._path, [Block(*block) for block in kept["blocks"]])
            if difference == "not":
                return ledger.faults
            if isinstance(difference, Stretch) and self._exchange(
                ledger, difference, conditions, kept["photos"]
            ):
                return FaultLog()
        before = _digest(self._path)
        stamp = hashlib.sha256(f"{conditions} {before}".encode()).hexdigest()
        if ledger.stamp == stamp:
            return ledger.faults
        return self._take_all(ledger, conditions, before, stamp, progress)

    @property
    def _path(self) -> Path:
        return self.source or self.terms.root / self.terms.roster.source

    @property
    def _content(self) -> Path:
        return self.terms.root / self.terms.content

    def _take_all(
        self, ledger: Ledger, conditions: str, before: str, stamp: str, progress: Callable[[int, int], None]
    ) -> FaultLog:
        faults = FaultLog()
        photos = Photos(self._content)
        marks = _Marks()
        with closing(self._people(faults, photos)) as people:
            ledger.import_people(
                _counted(marks.seen(photos.seen(people)), progress),
                faults,
                site=self.terms,
                stamp=stamp,
                skip_bad=self.skips_bad_rows,
            )
        if ledger.stamp != stamp:
            return faults
        ledger.warnings = photos.warnings()  # the roster has been taken in
        if marks.rows and not len(faults):
            blocks, digest = cut(self._path, marks.lines, marks.rows)
            if blocks and digest == before:  # nobody has changed it meanwhile
                ledger.reading = _reading(conditions, blocks, photos)
        return faults

    def _people(self, faults: FaultLog, photos: Photos) -> Generator[Person | Refused]:
        """Stream the roster; whoever closes the stream ends the processes that read it."""
        if self.source is None and not self._must_be_there():
            return
        yield from read_roster(
            self.terms,
            faults,
            source=self.source,
            reserved=self.names,
            has_photo=photos.is_there,
            processes=self.processes,
        )

    def _must_be_there(self) -> bool:
        """Say whether there must be a roster: a site with Pelican's own defaults may do without."""
        is_ours = self.terms.pelican_defaults == "replisite" or self.terms.roster != Roster()
        return is_ours or self._path.exists()

    def _exchange(self, ledger: Ledger, stretch: Stretch, conditions: str, told: Mapping[str, Any]) -> bool:
        """Exchange the people of a stretch; False if the roster must be read as a whole."""
        photos = Photos.of(self._content, told)
        rows = read_stretch(
            self.terms, stretch, source=self.source, reserved=self.names, has_photo=photos.is_there
        )
        people: list[Person] = []
        for person in rows:
            old = ledger.find(person.alias) if isinstance(person, Person) else None
            if old is None or not isinstance(person, Person):
                return False
            photos.forget(old)
            photos.note(person)
            people.append(person)
        if not photos.are_all_known or len(people) != stretch.rows:
            return False
        digests = " ".join(block.digest for block in stretch.blocks)
        return ledger.exchange(
            people,
            site=self.terms,
            stamp=hashlib.sha256(f"{conditions} {digests}".encode()).hexdigest(),
            reading=_reading(conditions, stretch.blocks, photos),
            warnings=photos.warnings(),
        )

    def _conditions(self) -> str:
        """Return a digest of all that the roster is read with but the roster: which pictures there are, too."""
        said = (__version__, self.terms, self.names, self.skips_bad_rows, str(self._path))
        digest = hashlib.sha256(repr(said).encode())
        for path in sorted((self._content / "distributors").glob("*")):
            digest.update(f"\0{path}\0{_digest(path)}".encode())
        for folder, folders, files in os.walk(self._content):
            folders.sort()
            pictures = sorted(name for name in files if Path(name).suffix.lower() in PHOTO_SUFFIXES)
            digest.update(f"\0{folder}\0{pictures}".encode(errors="surrogateescape"))
        return digest.hexdigest()


def _reading(conditions: str, blocks: Sequence[Block], photos: Photos) -> dict[str, object]:
    """Return what the next reading wants to know."""
    told = [(block.line, block.rows, block.size, block.digest) for block in blocks]
    return {"conditions": conditions, "blocks": told, "photos": photos.as_json()}


class _Marks:
    """The line of each row with which a block begins, and how many rows there are."""

    def __init__(self) -> None:
        self.lines = array("q")
        self.rows = 0

    def seen(self, people: Iterable[Person | Refused]) -> Iterator[Person | Refused]:
        """Stream the people."""
        for person in people:
            if isinstance(person, Person):
                if self.rows % BLOCK_ROWS == 0:
                    self.lines.append(person.line)
                self.rows += 1
            yield person


def _counted(
    people: Iterable[Person | Refused], progress: Callable[[int, int], None]
) -> Iterator[Person | Refused]:
    for number, person in enumerate(people, 1):
        if number % TOLD_EVERY == 0:
            progress(number, 0)
        yield person


def _digest(path: Path) -> str:
    """Return the digest of a file, ``""`` where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
