"""Find out which files of the content folder are photos of people on the roster, whether they publish them or not."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.site import Site
from replisite.roster import Columns, RawRow, open_roster
from replisite.roster.columns import REQUIRED, RosterColumns
from replisite.roster.stories import parse_story

__all__ = ["named_photos"]


def named_photos(site: Site, source: Path | None, among: Collection[str]) -> frozenset[str]:
    """Return those of some paths below the content folder that stand in a row's photo column, or in a story.

    ``source`` is read instead of the site's own roster. Only the column of photos is looked at.
    """
    candidates = {
        _plain(path, site): path for path in among if PurePosixPath(path).suffix.lower() in PHOTO_SUFFIXES
    }
    if not candidates:
        return frozenset()
    named = (candidates.get(_plain(photo, site)) for photo in _photos(site, source))
    return frozenset(path for path in named if path is not None)


def _photos(site: Site, source: Path | None) -> Iterator[str]:
    custom = tuple(field.name for field in site.roster.fields)
    columns = Columns(REQUIRED, (*RosterColumns.model_fields, *custom))
    try:
        for row in open_roster(source or site.root / site.roster.source, columns):
            if isinstance(row, RawRow) and (photo := row.cells.get("photo", "")):
                yield photo
    except (OSError, ValueError):
        return  # it is reported where the roster is read
    for path in (site.root / site.content / "distributors").glob("*.md"):
        try:
            story = parse_story(path.read_text(encoding="utf-8-sig"), path.name, columns.known)
        except (OSError, UnicodeDecodeError):
            continue  # as above
        if not isinstance(story, list) and (photo := story.cells.get("photo", "")):
            yield photo


def _plain(path: str, site: Site) -> str:
    """Return a path as it is compared: without detours, without capitals, below the content folder."""
    name = posixpath.normpath(unquote(path.strip()).replace("\\", "/")).lstrip("/")
    return name.removeprefix(f"{posixpath.normpath(site.content)}/").casefold()
