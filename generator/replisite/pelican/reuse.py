"""What one Pelican run leaves to the next of the same site: files that were read, templates that were compiled.

A run in which nothing is left over is any other run; a preview makes hundreds, in which one file has changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from pelican.contents import Content

from replisite.content.ignored_names import is_leftover
from replisite.errors import Fault
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.read_ahead import ReadAhead, is_worthwhile
from replisite.staging import forget_slots, forget_templates
from replisite.system.open_files import note_opened, opened_files
from replisite.system.processor_time import PAGE_SECONDS, TooSlow, limited_processor_time

__all__ = ["Read", "ReusedFiles", "forget_contents", "stamp_of"]

Read = tuple[str, dict[str, Any]]
"""What a reader of Pelican's gives: HTML and metadata."""

Stamp = tuple[int, int, int] | None

_NOT_READ = frozenset(
    {
        "SITENAME",
        "SITESUBTITLE",
        "AUTHOR",
        "FEED_DOMAIN",
        "STATIC_PATHS",
        "EXTRA_PATH_METADATA",
        "IGNORE_FILES",
    }
)
"""Settings that no reader of content looks at."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """One file as it was read: what came of it, and the files that were opened on the way."""

    stamps: Mapping[str, Stamp]
    content: str
    metadata: Mapping[str, Any]
    expressions: tuple[str, ...]
    warnings: tuple[str, ...]


class ReusedFiles:
    """What stays from run to run. Whatever it depends on is compared each time, so that it may always be used."""

    def __init__(self) -> None:
        self.page_seconds = PAGE_SECONDS
        self._reading: object = None
        self._files: dict[str, _Kept] = {}
        self._ahead: ReadAhead[_Kept] | None = None
        self._rendering: object = None
        self._environment: Environment | None = None
        self._templates: dict[tuple[int, str, str], Stamp] = {}
        self._staged: dict[int, Environment] = {}
        self._checked: dict[Path, tuple[Stamp, tuple[Fault, ...]]] = {}

    # -- content ------------------------------------------------------------------------------------

    def reads_with(self, settings: Mapping[str, Any], *others: object) -> None:
        """Say with which settings files are read from now on; other ones make all be read again."""
        read = {name: value for name, value in settings.items() if name not in _NOT_READ}
        told = repr((read, others))
        if told != self._reading:
            self._reading = told
            self._files.clear()

    def read(
        self, path: str, read: Callable[[str], Read], noted_faults: PelicanFaults, placeholders: Placeholders
    ) -> Read:
        """Read a file, or return what it gave before; raises what ``read`` raises."""
        kept = self._known(path)
        if kept is None:
            kept = self._files[path] = self._newly(path, read, noted_faults, placeholders)
        else:
            for expression in kept.expressions:
                placeholders.remember(expression)
            noted_faults.warnings += kept.warnings
        return kept.content, {
            name: list(value) if isinstance(value, list) else value for name, value in kept.metadata.items()
        }

    @contextmanager
    def reading_ahead(
        self,
        paths: Iterable[str],
        read: Callable[[str], Read],
        noted_faults: PelicanFaults,
        placeholders: Placeholders,
    ) -> Iterator[bool]:
        """Have the files that are not known read by another process meanwhile, if they are many; say whether they are.

        What ``read`` gives must be plain data. A file of which there is anything to tell is read here, and told here.
        """
        new = [path for path in paths if self._known(path) is None]

        def read_quietly(path: str) -> _Kept | None:
            faults = noted_faults.count
            kept = self._newly(path, read, noted_faults, placeholders)
            return kept if noted_faults.count == faults else None

        if not is_worthwhile(len(new)):
            yield False
            return
        self._ahead = ReadAhead(new, read_quietly)
        try:
            yield True
        finally:
            self._ahead.close()
            self._ahead = None

    def _known(self, path: str) -> _Kept | None:
        """Return what came of a file, if the file and all that was opened for it are as they were."""
        kept = self._files.get(path)
        if kept is None and self._ahead is not None and (kept := self._ahead.take(path)) is not None:
            self._files[path] = kept
        if kept is None or any(stamp_of(name) != stamp for name, stamp in kept.stamps.items()):
            return None
        note_opened(kept.stamps)
        return kept

    def _newly(
        self, path: str, read: Callable[[str], Read], noted_faults: PelicanFaults, placeholders: Placeholders
    ) -> _Kept:
        self._files.pop(path, None)
        stamp = stamp_of(path)
        told = len(noted_faults.warnings)
        with opened_files() as opened, placeholders.listening() as marked:
            content, metadata = _read_within_limits(path, read, noted_faults, self.page_seconds)
        stamps = {name: stamp_of(name) for name in opened if os.path.isfile(name)} | {path: stamp}  # noqa: PTH113 - names as they were opened
        return _Kept(stamps, content, dict(metadata), tuple(marked), tuple(noted_faults.warnings[told:]))

    # -- templates ----------------------------------------------------------------------------------

    def environment(self, made: Environment, *shapes: object) -> Environment:
        """Return the environment of an earlier run that had the same shape, or else the one just made."""
        told = repr(shapes)
        if self._environment is None or told != self._rendering:
            self._rendering, self._environment = told, made
            self._staged.clear()
            self._checked.clear()
        return self._environment

    def staged(self, env: Environment, make: Callable[[Environment], Environment]) -> Environment:
        """Return the staged form of an environment."""
        if id(env) not in self._staged:
            self._staged[id(env)] = make(env)
        return self._staged[id(env)]

    def sees_templates(self, folders: Iterable[Path]) -> None:
        """Look at the files below these folders, and forget what was made of those that are others now."""
        stamps = {
            (place, os.path.relpath(path, folder).replace(os.sep, "/"), path): stamp_of(path)
            for place, folder in enumerate(folders)
            for path in _files(folder)
        }
        for env in self._staged.values():
            forget_slots(env)
        before, self._templates = self._templates, stamps
        changed = {name for _, name, _ in {key for key, _ in before.items() ^ stamps.items()}}
        if changed:
            names = {*changed, *(f"!theme/{name}" for name in changed)}
            if not all(forget_templates(env, names) for env in self._staged.values()):
                self._staged.clear()

    def check(self, path: Path, noted_faults: PelicanFaults, check: Callable[[Path], None]) -> None:
        """Check a template, or note what was found before."""
        stamp = stamp_of(path)
        found = self._checked.get(path)
        if found is not None and found[0] == stamp:
            for fault in found[1]:
                noted_faults.note(fault.file, fault.line, fault.what, fault.next)
            return
        before = noted_faults.count
        check(path)
        self._checked[path] = (stamp, tuple(noted_faults.faults[before:]))


class GivenUp(Exception):
    """A file that asks for more than there is; its fault has been noted."""


def _read_within_limits(
    path: str, read: Callable[[str], Read], noted_faults: PelicanFaults, seconds: float
) -> Read:
    """Read a file; note a fault and raise GivenUp for one that takes too long or is nested too deeply."""
    try:
        with limited_processor_time(seconds):
            return read(path)
    except TooSlow as error:
        noted_faults.note(path, 0, f"takes too long to read: {error}")
        raise GivenUp(path) from error
    except RecursionError as error:
        advice = "use fewer lists, quotations, brackets or tags within one another"
        noted_faults.note(path, 0, "is nested too deeply to be read", advice)
        raise GivenUp(path) from error


def forget_contents() -> None:
    """Have Pelican forget the contents of earlier runs; it keeps every text that it ever gave (``utils.memoized``)."""
    for name in ("get_content", "get_summary"):
        cache = getattr(getattr(Content, name), "cache", None)
        if cache is not None:
            cache.clear()


def stamp_of(path: str | Path) -> Stamp:
    """Return what tells one state of a file from another: time, size and place; None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - told by name
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _files(folder: Path) -> Iterator[str]:
    for top, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not is_leftover(name))
        yield from (os.path.join(top, name) for name in names if not is_leftover(name))  # noqa: PTH118 - thousands of them
