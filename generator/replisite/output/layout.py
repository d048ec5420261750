"""The files of every site of one edition: the same paths, each below another prefix."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["Layout"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths from a site's root. ``shared`` are the indexes of files whose bytes are the same on every site.

    ``folders`` are the folders of the paths, each after the one that it lies in.

    >>> Layout.of(["index.html", "a/b/index.html", "a/index.html"]).folders
    ('a', 'a/b')
    """

    paths: Sequence[str]
    shared: frozenset[int]
    folders: Sequence[str] = field(repr=False)

    @classmethod
    def of(cls, paths: Iterable[str], shared: Iterable[int] = ()) -> Layout:
        """Return the layout of these paths."""
        known = tuple(paths)
        folders: set[str] = set()
        for path in known:
            while path := posixpath.dirname(path):
                folders.add(path)
        return cls(known, frozenset(shared), tuple(sorted(folders)))
