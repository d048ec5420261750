"""Reads the content in its process: one reading for all edition views that were requested lately."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from replisite.errors import Fault, InputError, InternalError, ReplisiteError
from replisite.model.options import Options
from replisite.model.site import Site
from replisite.model.view import EditionView
from replisite.preview.content_process import ContentProcess
from replisite.preview.messages import ContentRequest, SiteIndex
from replisite.system.bugs import bug_fault

__all__ = ["RESTART", "ContentReader"]

RECENT_VIEWS = 12
"""How many edition views beside the editions' own are read: those requested last."""

SLOW = 10.0
"""After how many seconds of reading the terminal says so."""

RESTART = "save a file to start it again"
"""What the user does about a process that ended."""


class ContentReader:
    """Reads the content. ``on_slow`` gets SLOW when a reading has taken so many seconds."""

    def __init__(self, process: ContentProcess, options: Options, on_slow: Callable[[float], None]) -> None:
        self._process = process
        self._options = options
        self._on_slow = on_slow
        self._more: dict[str, EditionView] = {}

    def add(self, edition_view: EditionView) -> None:
        """Read this edition view too from now on, until RECENT_VIEWS others have been added."""
        self._more[edition_view.key] = edition_view
        while len(self._more) > RECENT_VIEWS:
            self._more.pop(next(iter(self._more)))

    async def read(self, site: Site, *, is_quick: bool = False) -> SiteIndex:
        """Read what has changed; never raises ReplisiteError, which becomes the faults of the index.

        ``is_quick`` skips the search for faults in templates that no page uses yet.
        """
        request = ContentRequest.of(site, self._options, self._more.values(), is_quick=is_quick)
        slow = asyncio.get_running_loop().call_later(SLOW, self._on_slow, SLOW)
        try:
            return await asyncio.to_thread(self._process.compose, request)
        except InputError as refused:
            return SiteIndex(tuple(refused.faults), beside=_files_of(site, refused.faults))
        except ReplisiteError as error:
            next_step = RESTART if self._process.is_over else ""
            return SiteIndex((Fault("", 0, str(error), next_step),))
        except InternalError as error:
            return SiteIndex((bug_fault(error, site.root),))
        finally:
            slow.cancel()


def _files_of(site: Site, faults: Iterable[Fault]) -> tuple[Path, ...]:
    """Return the files that faults name: they are watched, wherever they lie."""
    paths = (site.root / fault.file for fault in faults if fault.file)
    return tuple(path for path in paths if path.is_file())
