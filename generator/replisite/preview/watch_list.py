"""Which directories have to be watched for some folders and files, and by which names a change is told.

The system reports a change by the directory that it really happened in. People know files by the names that
they see below their folder, also where a link leads elsewhere; a plan translates from the one to the other.
"""

# ruff: noqa: PTH100, PTH112, PTH113, PTH116, PTH118, PTH119, PTH120, PTH206 - paths are texts here: the system tells
# them so, in any number, and where a link leads is asked on purpose and nowhere else

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from replisite.content.ignored_names import is_leftover

__all__ = ["Place", "Plan", "Watched", "place_of", "plan_of"]

Place = tuple[int, int] | None
"""A directory's device and inode; ``None`` where there is no directory."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Folders with all that is below them, and single files."""

    folders: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to watch as the disk is just now.

    ``trees`` and ``files`` hold the names of real paths. ``roots`` are watched with all that is below them,
    ``parents`` without. ``links`` are the names of links that do not lead to a file. ``places`` are, by name,
    a directory and what it was; where that differs or one of the ``ways`` comes or goes, a new plan is due.
    """

    trees: Mapping[str, frozenset[str]]
    files: Mapping[str, frozenset[str]]
    roots: frozenset[str]
    parents: frozenset[str]
    links: frozenset[str]
    ways: frozenset[str]
    places: Mapping[str, tuple[str, Place]]

    @property
    def is_stale(self) -> bool:
        """Whether a directory came, went, or is another one now."""
        return any(place_of(directory) != place for directory, place in self.places.values())

    def iter_names(self, real: str) -> Iterator[str]:
        """Give the names by which a changed path is seen; none if it is ignored or nobody asked for it."""
        yield from self.files.get(real, ())
        for top in _upwards(real):
            if top in self.trees:
                below = real[len(top) :]
                if not any(map(is_leftover, below.split(os.sep))):
                    yield from (name + below for name in self.trees[top])

    def differing(self, newer: Plan) -> set[str]:
        """Return the names that both plans know, at another place."""
        return {
            name
            for name, place in self.places.items()
            if name in newer.places and newer.places[name] != place
        }


def plan_of(watched: Watched) -> Plan:
    """Say what to watch; what is missing is waited for in the nearest folder above it."""
    folders = sorted({os.path.abspath(folder) for folder in watched.folders})
    files = sorted({os.path.abspath(file) for file in watched.files})
    ways: set[str] = set()
    parents: set[str] = set()
    for name in (*folders, *files):
        entry = os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name))
        for way in (entry, os.path.realpath(name)):
            ways.update(_upwards(way))
            parents.add(_nearest_folder(os.path.dirname(way)))
    trees: dict[str, set[str]] = {}
    links: set[str] = set()
    for folder in folders:
        _follow(folder, (), trees, links)
    targets: dict[str, set[str]] = {}
    for file in files:
        targets.setdefault(os.path.realpath(file), set()).add(file)
    directories = {name: name for name in (*folders, *sorted(links))}
    directories |= {file: os.path.dirname(os.path.realpath(file)) for file in files}
    roots = frozenset(tree for tree in trees if not _is_below(tree, trees))
    return Plan(
        trees={real: frozenset(names) for real, names in trees.items()},
        files={real: frozenset(names) for real, names in targets.items()},
        roots=roots,
        parents=frozenset(
            parent for parent in parents if parent not in roots and not _is_below(parent, roots)
        ),
        links=frozenset(links),
        ways=frozenset(ways),
        places={name: (directory, place_of(directory)) for name, directory in directories.items()},
    )


def place_of(directory: str) -> Place:
    """Return which directory stands there."""
    try:
        found = os.stat(os.path.join(directory, ""))  # with the slash, a file is no directory
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _follow(name: str, above: tuple[str, ...], trees: dict[str, set[str]], links: set[str]) -> None:
    """Note the folder that is seen by this name, and those that links in it lead to.

    A link to a single file is not followed: its target may stand among millions. Nor is a link that leads
    back to where it stands.
    """
    real = os.path.realpath(name)
    if real in above or not os.path.isdir(real):
        return
    trees.setdefault(real, set()).add(name)
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(real + folder), key=lambda entry: entry.name)
        except OSError:
            continue  # gone meanwhile, or not ours to read
        for entry in entries:
            below = os.path.join(folder, entry.name) if folder else os.sep + entry.name
            if is_leftover(entry.name):
                continue
            if not entry.is_symlink():
                if entry.is_dir():
                    folders.append(below)
            elif not os.path.isfile(entry.path):
                links.add(name + below)
                if not _is_below(real + below, {os.path.realpath(entry.path)}):
                    _follow(name + below, (*above, real), trees, links)


def _upwards(path: str) -> Iterator[str]:
    """Give a path and every folder above it.

    >>> list(_upwards("/a/b"))
    ['/a/b', '/a', '/']
    """
    yield path
    while (above := os.path.dirname(path)) != path:
        yield (path := above)


def _is_below(path: str, folders: Collection[str]) -> bool:
    return any(above in folders for above in _upwards(path) if above != path)


def _nearest_folder(path: str) -> str:
    return next(above for above in _upwards(path) if place_of(above))
