"""Put derived photos into the output: each once, whoever shows it, in shares of about equal size."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from replisite.model.photo_paths import PHOTOS, derived_file, webp_of
from replisite.model.site import Site
from replisite.output import DirectorySink, write_part
from replisite.people import PeopleDatabase
from replisite.rendering.shards import Pressed

__all__ = ["PhotoWork", "photo_works", "put_photos"]

_DIGITS = "0123456789abcdef"
"""The first digits of photos' names, which are spread evenly."""


@dataclass(frozen=True, slots=True)
class PhotoWork:
    """One share: the photos whose paths begin at ``first`` and end before ``behind``."""

    site: Site
    database: Path
    only: Sequence[str] | None
    output: Path
    first: str
    behind: str


def photo_works(site: Site, database: Path, only: Sequence[str] | None, output: Path) -> list[PhotoWork]:
    """Return the shares of all photos, or of those on some owners' sites; none where there are no photos."""
    with PeopleDatabase.open(database) as people:
        if next(people.photo_paths(only), None) is None:
            return []
    edges = [f"{PHOTOS}{digit}" for digit in _DIGITS]
    bounds = itertools.pairwise([*edges, f"{PHOTOS}g"])
    return [PhotoWork(site, database, only, output, first, behind) for first, behind in bounds]


def put_photos(work: PhotoWork) -> Pressed:
    """Write one share's files; raises OutputError."""
    sink = DirectorySink(work.output)
    with PeopleDatabase.open(work.database) as database:
        paths = database.photo_paths(work.only, work.first, work.behind)
        entries = [
            sink.adopt(file, derived_file(work.site.state, file))
            for path in paths
            for file in (path, webp_of(path))
        ]
    part = write_part(work.output.parent / f"run.entries.photos.{work.first[-1]}", entries)
    return Pressed(0, 0, len(entries), sum(entry.size for entry in entries), part)
