"""Put derived photos into the output, each once, in shares of about equal size."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from replisite.model.photo_paths import PHOTOS, derived_file, webp_of
from replisite.model.site import Site
from replisite.output import DirectorySink, write_part
from replisite.people import PeopleDatabase
from replisite.rendering.shards import PressResult

__all__ = ["PhotoShare", "SharedPhotos"]

_DIGITS = "0123456789abcdef"
"""The first digits of photos' names, which are spread evenly."""


@dataclass(frozen=True, slots=True)
class PhotoShare:
    """The photos whose paths begin at ``first`` and end before ``behind``."""

    first: str
    behind: str


@dataclass(frozen=True, slots=True)
class SharedPhotos:
    """The derived photos of a build: all, or those on the sites of ``only`` some owners."""

    site: Site
    database: Path
    only: Sequence[str] | None
    output: Path

    def shares(self) -> list[PhotoShare]:
        """Return the shares of all photos; none where there are no photos."""
        with PeopleDatabase.open(self.database) as people:
            if next(people.photo_paths(self.only), None) is None:
                return []
        edges = [f"{PHOTOS}{digit}" for digit in _DIGITS]
        return [PhotoShare(*bounds) for bounds in itertools.pairwise([*edges, f"{PHOTOS}g"])]

    def put(self, share: PhotoShare) -> PressResult:
        """Write one share's files; raises OutputError."""
        sink = DirectorySink(self.output)
        with PeopleDatabase.open(self.database) as database:
            paths = database.photo_paths(self.only, share.first, share.behind)
            entries = [
                sink.adopt(file, derived_file(self.site.state, file))
                for path in paths
                for file in (path, webp_of(path))
            ]
        part = write_part(self.output.parent / f"run.entries.photos.{share.first[-1]}", entries)
        return PressResult(0, 0, len(entries), sum(entry.size for entry in entries), part)
