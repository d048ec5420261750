"""The steps of a deploy: each puts or deletes one file, for a reason, in a wave.

Waves are taken one after the other:

1. fingerprinted files, which nothing names yet
2. shared files, which exist once: styles, pictures
3. pages that are new, which nothing links to yet
4. home pages that are new, by which visitors enter
5. pages that change, which may link to the new ones
6. lists of pages: sitemap, feeds, and the very first home page of all
7. pages that are gone, which nothing links to any more
8. other files that are gone

A visitor who comes meanwhile gets old pages or new ones, and every link of either leads to a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, TypeVar

from replisite.deploy.states import LeftOver, Missing, PathState, Seen, Uncertain
from replisite.model.addresses import HOSTS
from replisite.model.live_files import Group, LiveFile, group_of
from replisite.model.manifest import path_order

__all__ = [
    "DELETES",
    "PUTS",
    "Delete",
    "Put",
    "PutReason",
    "Reason",
    "Restore",
    "Step",
    "Wave",
    "iter_restores",
    "iter_steps",
]

PutReason = Literal["new", "content", "metadata", "missing"]
"""Not live yet; other bytes; other headers; listed as live but not there."""

Reason = PutReason | Literal["gone"]
"""Why a step is taken. A file that is gone is not built any more."""

HOME: Final = "index.html"


class Wave(IntEnum):
    """When a step is taken."""

    FINGERPRINTED = 1
    SHARED = 2
    NEW_PAGE = 3
    NEW_HOME = 4
    CHANGED_PAGE = 5
    LIST = 6
    GONE_PAGE = 7
    GONE_FILE = 8


PUTS: Final = (
    Wave.FINGERPRINTED,
    Wave.SHARED,
    Wave.NEW_PAGE,
    Wave.NEW_HOME,
    Wave.CHANGED_PAGE,
    Wave.LIST,
)
DELETES: Final = (Wave.GONE_PAGE, Wave.GONE_FILE)


@dataclass(frozen=True, slots=True)
class Put:
    """One file to put, as it was built."""

    reason: PutReason
    file: LiveFile

    @property
    def path(self) -> str:
        """The file's path."""
        return self.file.path

    @property
    def wave(self) -> Wave:
        """When the file is put."""
        return _wave_of_put(self.reason, self.file.path)

    @property
    def replaces(self) -> bool:
        """Whether a file is live at the path, which a rollback would put back."""
        return self.reason in {"content", "metadata"}


@dataclass(frozen=True, slots=True)
class Restore:
    """One file to put back, as the host stored it before a deploy replaced it; ``file`` is what the list says of it.

    ``may_be_unchanged``: the deploy was cut short, perhaps before it backed the file up and changed or deleted it.
    """

    reason: PutReason
    file: LiveFile | Uncertain
    may_be_unchanged: bool = False

    @property
    def path(self) -> str:
        """The file's path."""
        return self.file.path

    @property
    def wave(self) -> Wave:
        """When the file is put back."""
        return _wave_of_put(self.reason, self.file.path)


@dataclass(frozen=True, slots=True)
class Delete:
    """One path to delete."""

    path: str

    @property
    def reason(self) -> Reason:
        """Why: nothing was built at the path."""
        return "gone"

    @property
    def wave(self) -> Wave:
        """When it is deleted."""
        return Wave.GONE_PAGE if group_of(self.path) in {Group.PAGE, Group.LIST} else Wave.GONE_FILE


Step = Put | Restore | Delete


def _wave_of_put(reason: PutReason, path: str) -> Wave:
    group = group_of(path)
    if group is Group.PAGE:
        return _wave_of_new(path) if reason in {"new", "missing"} else Wave.CHANGED_PAGE
    return {
        Group.FINGERPRINTED: Wave.FINGERPRINTED,
        Group.SHARED: Wave.SHARED,
        Group.LIST: Wave.LIST,
    }[group]


def _wave_of_new(path: str) -> Wave:
    if path == HOME:
        return Wave.LIST
    below = path.removeprefix(HOSTS)
    return Wave.NEW_HOME if below.endswith(f"/{HOME}") and below.count("/") == 1 else Wave.NEW_PAGE


def iter_steps(built: Iterable[LiveFile], live: Iterable[PathState]) -> Iterator[Put | Delete | None]:
    """Walk two lists in the order of their paths; yield None for each file that is live as it was built."""
    for file, state in _side_by_side(built, live):
        if file is not None:
            reason = _reason_to_put(file, state)
            yield Put(reason, file) if reason else None
        elif state is not None and not isinstance(state, Missing):
            yield Delete(state.path)


def iter_restores(
    before: Iterable[PathState], live: Iterable[PathState]
) -> Iterator[Restore | Delete | None]:
    """Walk two lists in the order of their paths: the steps that make ``before`` live again."""
    files = (state for state in before if isinstance(state, LiveFile | Uncertain))
    for file, state in _side_by_side(files, live):
        if file is not None:
            is_unchanged = isinstance(file, Uncertain) and isinstance(state, Uncertain)
            reason = None if is_unchanged else _reason_to_put(file, state)
            yield Restore(reason, file, isinstance(state, Uncertain | LeftOver)) if reason else None
        elif state is not None and not isinstance(state, Missing):
            yield Delete(state.path)


_File = TypeVar("_File", LiveFile, LiveFile | Uncertain)


def _side_by_side(
    files: Iterable[_File], live: Iterable[PathState]
) -> Iterator[tuple[_File | None, PathState | None]]:
    """Pair the file that a path should have with what is live there; both come in the order of paths."""
    ours, theirs = iter(files), iter(live)
    mine, other = next(ours, None), next(theirs, None)
    while mine is not None or other is not None:
        if mine is not None and other is not None and mine.path == other.path:
            yield mine, other
            mine, other = next(ours, None), next(theirs, None)
        elif mine is None or (other is not None and path_order(other.path) < path_order(mine.path)):
            yield None, other
            other = next(theirs, None)
        else:
            yield mine, None
            mine = next(ours, None)


def _reason_to_put(file: LiveFile | Uncertain, state: PathState | None) -> PutReason | None:
    """Return why a file is put, or None if it is live as it should be."""
    if isinstance(state, LiveFile):
        if not isinstance(file, LiveFile) or state.digest != file.digest:
            return "content"
        return "metadata" if state.served != file.served else None
    match state:
        case None:
            return "new"
        case LeftOver() | Missing():
            return "missing"
        case Seen() | Uncertain():
            return "content"
