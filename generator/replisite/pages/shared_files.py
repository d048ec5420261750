"""The files that exist once, on the corporate site, for the pages of all sites."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from replisite.model.photo_paths import is_photo

__all__ = ["SharedFiles"]


class SharedFiles(Collection[str]):
    """The paths of shared files: the known ones, those that ``may_be`` allows, and distributors' photos.

    Pages are finished before all the files that they ask for are known, so a path is looked up when a page names it, until
    `settle` is called. Pickled as settled, so that no press looks at a disk. Until then ``candidates``, the files that pages
    may ask for, are listed with the known ones.
    """

    def __init__(
        self,
        known: Collection[str],
        may_be: Callable[[str], bool] | None = None,
        candidates: Collection[str] = (),
    ) -> None:
        self._known = set(known)
        self._may_be = may_be
        self._candidates = frozenset(candidates)
        self._others: dict[str, bool] = {}

    def __contains__(self, path: object) -> bool:
        if path in self._known:
            return True
        if not isinstance(path, str):
            return False
        if is_photo(path):
            return True
        if self._may_be is None:
            return False
        if path not in self._others:
            self._others[path] = self._may_be(path)
        return self._others[path]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._known | self._candidates))

    def __len__(self) -> int:
        return len(self._known | self._candidates)

    def settle(self, published: Collection[str]) -> None:
        """Add the files that are published, and look up no others."""
        self._known.update(published)
        self._may_be = None
        self._candidates = frozenset()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the known files."""
        return SharedFiles, (sorted(self._known),)
