"""Content files that an earlier run has read: a file is read again if it, or a file that it opens, has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from replisite.pelican.faults import PelicanFaults
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.read_ahead import ReadAhead, is_worthwhile
from replisite.pelican.stamps import Stamp, stamp_of
from replisite.system.open_files import note_opened, opened_files
from replisite.system.processor_time import PAGE_SECONDS, TooSlow, limited_processor_time

__all__ = ["GivenUp", "Read", "ReusedContent"]

Read = tuple[str, dict[str, Any]]
"""The result of a reader of Pelican's: HTML and metadata."""

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


class GivenUp(Exception):
    """A file that asks for more than there is; its fault has been noted."""


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """One file as it was read: the result, and the files that were opened for it."""

    stamps: Mapping[str, Stamp]
    content: str
    metadata: Mapping[str, Any]
    expressions: tuple[str, ...]
    warnings: tuple[str, ...]


class ReusedContent:
    """The content files that were read, by path. Each use compares what a result depends on."""

    def __init__(self) -> None:
        self._page_seconds = PAGE_SECONDS
        self._read_with = ""
        self._files: dict[str, _ReadFile] = {}
        self._ahead: ReadAhead[_ReadFile] | None = None

    def read_with(self, settings: Mapping[str, Any], *others: object, page_seconds: float) -> None:
        """Read with these settings from now on; if they differ from those before, every file is read again.

        ``others`` are further values that results depend on; ``page_seconds`` limits the processor time of a file.
        """
        self._page_seconds = page_seconds
        known = {name: value for name, value in settings.items() if name not in _NOT_READ}
        read_with = repr((known, others))
        if read_with != self._read_with:
            self._read_with = read_with
            self._files.clear()

    def read(
        self, path: str, read: Callable[[str], Read], noted_faults: PelicanFaults, placeholders: Placeholders
    ) -> Read:
        """Read a file, or return the result of an earlier run; raises what ``read`` raises, and GivenUp."""
        known = self._known(path)
        if known is None:
            known = self._files[path] = self._read_now(path, read, noted_faults, placeholders)
        else:
            for expression in known.expressions:
                placeholders.remember(expression)
            noted_faults.warnings += known.warnings
        return known.content, {
            name: list(value) if isinstance(value, list) else value for name, value in known.metadata.items()
        }

    @contextmanager
    def reading_ahead(
        self,
        paths: Iterable[str],
        read: Callable[[str], Read],
        noted_faults: PelicanFaults,
        placeholders: Placeholders,
    ) -> Iterator[bool]:
        """Have another process read the files that are not known, if they are many; give whether they are.

        The result of ``read`` must be plain data. A file with faults is read here, where they are noted.
        """
        new = [path for path in paths if self._known(path) is None]

        def read_quietly(path: str) -> _ReadFile | None:
            faults = noted_faults.count
            result = self._read_now(path, read, noted_faults, placeholders)
            return result if noted_faults.count == faults else None

        if not is_worthwhile(len(new)):
            yield False
            return
        self._ahead = ReadAhead(new, read_quietly)
        try:
            yield True
        finally:
            self._ahead.close()
            self._ahead = None

    def _known(self, path: str) -> _ReadFile | None:
        """Return the result of a file, if the file and all that was opened for it are as they were."""
        known = self._files.get(path)
        if known is None and self._ahead is not None and (known := self._ahead.take(path)) is not None:
            self._files[path] = known
        if known is None or any(stamp_of(name) != stamp for name, stamp in known.stamps.items()):
            return None
        note_opened(known.stamps)
        return known

    def _read_now(
        self, path: str, read: Callable[[str], Read], noted_faults: PelicanFaults, placeholders: Placeholders
    ) -> _ReadFile:
        self._files.pop(path, None)
        stamp = stamp_of(path)
        before = len(noted_faults.warnings)
        with opened_files() as opened, placeholders.listening() as marked:
            content, metadata = _read_within_limits(path, read, noted_faults, self._page_seconds)
        stamps = {name: stamp_of(name) for name in opened if os.path.isfile(name)} | {path: stamp}  # noqa: PTH113 - names as they were opened
        warnings = tuple(noted_faults.warnings[before:])
        return _ReadFile(stamps, content, dict(metadata), tuple(marked), warnings)


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
