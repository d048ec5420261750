"""Walk the content folder once: links that must not be followed, texts that no page is made of, files nothing asks for."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from replisite.content.ignored_names import is_leftover, is_private
from replisite.content.public_files import SOURCE_SUFFIXES, PublicFiles, Verdict, link_fault
from replisite.content.readable_files import STORIES
from replisite.errors import Fault

__all__ = ["Unasked", "Walk", "iter_content_files", "link_fault_of", "link_faults", "walk_content"]

KEPT = 1_000
"""How many files that nothing asks for are remembered by their names; the others are counted."""

_READ_ME = ("readme", "license", "licence", "changelog", "contributing")
"""Texts that people write for each other, and for no page."""


@dataclass(slots=True)
class Unasked:
    """Files of the content folder that are not published: the first by name, and how many there are."""

    names: list[str] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True)
class Walk:
    """The result of one walk: ``stray`` are texts in folders that are no kind of content."""

    stray: list[str] = field(default_factory=list)
    unasked: Unasked = field(default_factory=Unasked)


def walk_content(rules: PublicFiles, kinds: Collection[str], published: Collection[str]) -> Walk:
    """Look at every file of the content folder by its name; none is opened.

    ``kinds`` are the folders whose texts are pages, ``published`` the files that are published.
    """
    walk = Walk()
    top = rules.content
    for path in _files(top):
        name = path.relative_to(top).as_posix()
        folder, _, rest = name.partition("/")
        if not rest:
            folder = ""
        suffix = posixpath.splitext(name)[1].lower()
        if name in published or folder == STORIES or rules.is_listed(name):
            continue
        stem = posixpath.basename(name).lower()
        if suffix in SOURCE_SUFFIXES:
            if folder not in kinds and not stem.startswith(_READ_ME):
                walk.stray.append(name)
            continue
        if folder in kinds and suffix in {".html", ".htm"}:
            continue
        verdict = rules.judge(name)
        if verdict is Verdict.SOURCE:
            walk.stray.append(name)
        elif verdict is Verdict.MAY:
            walk.unasked.count += 1
            if len(walk.unasked.names) < KEPT:
                walk.unasked.names.append(name)
    return walk


def iter_content_files(rules: PublicFiles) -> Iterator[str]:
    """Stream the paths of the content folder's files, without those that editors and systems leave."""
    return (path.relative_to(rules.content).as_posix() for path in _files(rules.content))


def link_faults(rules: PublicFiles, folders: Sequence[Path]) -> list[Fault]:
    """Return a fault for each link in some folders that leads out of the site, or to a private file."""
    faults = []
    for folder in folders:
        for link in _links(folder):
            fault = link_fault_of(rules, link)
            if fault is not None:
                faults.append(fault)
    return list(dict.fromkeys(faults))


def link_fault_of(rules: PublicFiles, link: Path) -> Fault | None:
    """Return the fault of a path that leads out of the site or to a private file by a link, None for any other."""
    parent = os.path.realpath(link.parent)
    is_plain = os.path.realpath(link) == os.path.join(parent, link.name)  # noqa: PTH118 - as texts
    if is_plain and f"{parent}/".startswith(f"{os.path.realpath(rules.root)}/"):
        return None
    verdict = rules.link_verdict(link)
    if verdict is None:
        return None
    name = _within(rules.root, link)
    allowed = _within(rules.content, link) if link.is_relative_to(rules.content) else name
    return link_fault(name, os.path.realpath(link), verdict, allowed if allowed != "." else name)


def _within(folder: Path, path: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _files(top: Path) -> Iterator[Path]:
    """Stream the files below a folder in order, through links too, without what editors and systems leave."""
    seen: set[tuple[int, int]] = set()

    def walk(folder: Path) -> Iterator[Path]:
        try:
            state = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        if (state.st_dev, state.st_ino) in seen:
            return  # a link that leads back
        seen.add((state.st_dev, state.st_ino))
        for entry in entries:
            if is_private(entry.name) and entry.name != ".well-known":
                continue
            path = folder / entry.name
            if os.path.isdir(path):  # noqa: PTH112 - unlike the entry it bears links in a circle
                yield from walk(path)
            elif os.path.isfile(path):  # noqa: PTH113 - as above
                yield path

    yield from walk(top)


def _links(top: Path) -> Iterator[Path]:
    """Stream the links at and below a folder; what links lead to is not walked."""
    if top.is_symlink():
        yield top
    folders = [os.fspath(top)]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if is_leftover(entry.name):
                        continue
                    if entry.is_symlink():
                        yield Path(entry.path)
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
        except OSError:
            continue
