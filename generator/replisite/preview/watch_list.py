"""The directories to watch for some folders and files, and the names under which a change is reported.

The system reports a change with the real path of its directory. Users know files by the names below their folder, also
where a symbolic link leads elsewhere; a plan translates real paths into these names.
"""

# ruff: noqa: PTH100, PTH112, PTH113, PTH116, PTH118, PTH119, PTH120, PTH206 - paths are texts here: the system reports
# many of them as texts, and symbolic links are resolved only where a line says so

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from replisite.content.ignored_names import is_leftover

__all__ = ["DirectoryId", "Plan", "Watched", "directory_id", "plan_of"]

DirectoryId = tuple[int, int] | None
"""A directory's device and inode; None where there is no directory."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Folders with all files below them, and single files."""

    folders: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The directories to watch, as the disk is at one moment.

    ``trees`` and ``files`` are names by real paths. ``roots`` are watched with all directories below them, ``parents``
    without. ``links`` are the names of links that do not lead to a file. ``directories`` are, by name, a directory and
    its identity then; if that changes, or one of the paths in ``ways`` comes or goes, a new plan is due.
    """

    trees: Mapping[str, frozenset[str]]
    files: Mapping[str, frozenset[str]]
    roots: frozenset[str]
    parents: frozenset[str]
    links: frozenset[str]
    ways: frozenset[str]
    directories: Mapping[str, tuple[str, DirectoryId]]

    @property
    def is_stale(self) -> bool:
        """Whether a directory came, went, or was replaced by another."""
        return any(directory_id(path) != identity for path, identity in self.directories.values())

    def iter_names(self, real: str) -> Iterator[str]:
        """Yield the names of a changed path; none if it is ignored or not watched."""
        yield from self.files.get(real, ())
        for top in _upwards(real):
            if top in self.trees:
                below = real[len(top) :]
                if not any(map(is_leftover, below.split(os.sep))):
                    yield from (name + below for name in self.trees[top])

    def differing(self, newer: Plan) -> set[str]:
        """Return the names that both plans know, with another directory."""
        both = self.directories.keys() & newer.directories.keys()
        return {name for name in both if self.directories[name] != newer.directories[name]}


def plan_of(watched: Watched) -> Plan:
    """Return the plan for these folders and files; a missing one is waited for in the nearest folder above it."""
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
        directories={name: (path, directory_id(path)) for name, path in directories.items()},
    )


def directory_id(path: str) -> DirectoryId:
    """Return the identity of the directory at a path."""
    try:
        status = os.stat(os.path.join(path, ""))  # with the slash, a file is no directory
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _follow(name: str, above: tuple[str, ...], trees: dict[str, set[str]], links: set[str]) -> None:
    """Add the folder with this name to ``trees``, and those that links in it lead to.

    A link to a single file is not followed: its target may be one of millions in a folder. Nor is a link that leads to
    a folder above it.
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
            continue  # removed meanwhile, or not readable
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
    """Yield a path and every folder above it.

    >>> list(_upwards("/a/b"))
    ['/a/b', '/a', '/']
    """
    yield path
    while (above := os.path.dirname(path)) != path:
        yield (path := above)


def _is_below(path: str, folders: Collection[str]) -> bool:
    return any(above in folders for above in _upwards(path) if above != path)


def _nearest_folder(path: str) -> str:
    return next(above for above in _upwards(path) if directory_id(above))
