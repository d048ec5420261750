"""Imports the roster in its process, in the background: a later import replaces an earlier one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from replisite.errors import Fault, InputError, ReplisiteError
from replisite.model.options import Options
from replisite.model.roster_terms import roster_terms
from replisite.model.site import Site
from replisite.preview.background import BackgroundTasks
from replisite.preview.messages import RosterResult
from replisite.preview.roster_process import RosterProcess
from replisite.preview.state import RosterState
from replisite.reporting import SilentReporter
from replisite.system.bugs import bug_fault

__all__ = ["RosterReader"]

REPORT_INTERVAL = 0.05
"""How many seconds lie between two reports of progress at least."""

AGAIN = "save the roster to read it again"
"""What the user does about a process that ended."""


class RosterReader:
    """Imports the roster. ``progress`` gets how far an import is, ``done`` its result; both on the event loop."""

    def __init__(
        self,
        process: RosterProcess,
        options: Options,
        tasks: BackgroundTasks,
        progress: Callable[[RosterState], None],
        done: Callable[[RosterResult], Awaitable[None]],
    ) -> None:
        self._process = process
        self._options = options
        self._tasks = tasks
        self._progress = progress
        self._done = done
        self._request: object = None
        self._task: asyncio.Task[None] | None = None

    def start(self, site: Site, names: Collection[str], *, is_changed: bool) -> None:
        """Import the roster if it ``is_changed``, or if anything else that an import depends on has changed.

        ``names`` are the files and folders at the corporate site's root. An import that is running is abandoned.
        """
        request = roster_terms(site), sorted(names)
        if request == self._request and not is_changed:
            return
        self._request = request
        if self._task is not None:
            self._task.cancel()
        self._task = self._tasks.start(self._import(site, sorted(names)))

    async def _import(self, site: Site, names: list[str]) -> None:
        result = await self._result(site, names)
        if not result.is_abandoned:
            await self._done(result)

    async def _result(self, site: Site, names: list[str]) -> RosterResult:
        """Return the result of an import; never raises, since pages would wait for the roster for ever.

        After an import that did not end properly the next change of any file starts another one.
        """
        reporter = _ProgressReporter(asyncio.get_running_loop(), self._progress)
        try:
            return await asyncio.to_thread(self._process.take, site, self._options, names, reporter)
        except InputError as refused:
            return RosterResult(tuple(refused.faults), refused.uncounted)
        except ReplisiteError as error:
            fault = Fault(site.roster.source, 0, str(error), AGAIN if self._process.is_over else "")
        except Exception as error:  # noqa: BLE001 - it is reported as a bug
            fault = bug_fault(error, site.root)
        self._request = None
        return RosterResult((fault,))


class _ProgressReporter(SilentReporter):
    """Sends the rows of an import from its thread to the event loop, at most every ``REPORT_INTERVAL`` seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop, progress: Callable[[RosterState], None]) -> None:
        self._loop = loop
        self._progress = progress
        self._latest = 0.0

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Send how many rows have been read, of how many."""
        del pages, size
        if time.monotonic() - self._latest > REPORT_INTERVAL:
            self._latest = time.monotonic()
            self._loop.call_soon_threadsafe(partial(self._progress, RosterState("reading", done, total)))
