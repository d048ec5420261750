"""Tells apart the pictures in the content folder that are photos of people on the roster: these stay private."""

from __future__ import annotations

from pathlib import Path

from replisite.errors import ReplisiteError
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.options import Options
from replisite.preview.sources import roster_file
from replisite.preview.state import State

__all__ = ["RosterPhotos"]


class RosterPhotos:
    """Looks pictures up in the roster; the last answer is cached until the roster changes."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._cached: tuple[object, bool] = None, False

    def includes(self, state: State, path: str) -> bool:
        """Say whether a file of the content folder is the photo of a person on the roster, published or not.

        A roster that cannot be read may name any picture.
        """
        site = state.site
        if site is None or Path(path).suffix.lower() not in PHOTO_SUFFIXES:
            return False
        from replisite.roster.photo_column import named_photos  # imported for pictures only

        try:
            key = path, state.roster, roster_file(site, self._options).stat().st_mtime_ns
            if self._cached[0] != key:
                self._cached = key, bool(named_photos(site, self._options.roster, [path]))
        except (OSError, ReplisiteError):
            return True
        return self._cached[1]
