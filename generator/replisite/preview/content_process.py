"""The process that keeps Pelican loaded, as the session sees it.

``content_worker.py`` is the code inside.
"""

from __future__ import annotations

import gc
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from replisite.errors import ReplisiteError
from replisite.reporting import Reporter
from replisite.system.processes import ChildProcess, OutOfDate

if TYPE_CHECKING:
    from replisite.preview.content_worker import ContentWorker
    from replisite.preview.messages import ContentRequest, PageRequest, PersonalPage, PressedPage, SiteIndex

__all__ = ["ContentProcess"]

LONGEST_FIRST = 60.0
"""How many seconds the first reading may take when a file changes, before it is stopped."""

LONGEST, TIMES = 10.0, 3
"""How many seconds a later one may take, or how many times as long as the longest reading."""

GRACE = 2.0
"""How many seconds the process has to report that it has stopped the work, before it is killed."""


def _made(scratch: Path, reporter: Reporter) -> ContentWorker:
    gc.disable()  # there is no memory to free before content has been read
    from replisite.preview.content_worker import ContentWorker  # imported while the parent imports its own

    return ContentWorker(scratch, reporter)


class ContentProcess(ChildProcess):
    """The child process. Several threads may call it; it answers one after the other.

    ``scratch`` is a folder into which Pelican writes.
    """

    def __init__(self, scratch: Path) -> None:
        super().__init__(partial(_made, scratch), "replisite content", "reads the content")
        self._lock = threading.Lock()
        self._begun: ContentRequest | None = None
        self._longest = 0.0
        self._hurried: float | None = None

    def begin_with(self, request: ContentRequest) -> None:
        """Begin the reading that `compose` will be called for first; call this before anything else.

        If the process has ended already, `compose` starts another one.
        """
        with suppress(ReplisiteError):
            self.begin("compose", request)
            self._begun = request

    def compose(self, request: ContentRequest) -> SiteIndex:
        """Read what has changed since the last time. Raises ReplisiteError.

        The reading is in another process if this one has ended, or has imported code of the site that has changed.
        """
        with self._lock:
            self.root = request.site.root
            if (
                self.is_over and self._begun is None
            ):  # a reading that was begun has an answer, or ended the process
                self.restart()
            started = time.monotonic()
            try:
                site_index = self._composed(request)
            except OutOfDate:
                self.kill()
                self.restart()
                site_index = self._composed(request)
            self._longest = max(self._longest, time.monotonic() - started)
            return site_index

    def _composed(self, request: ContentRequest) -> SiteIndex:
        begun, self._begun = self._begun, None
        site_index = self.answer() if begun is not None else None
        return cast("SiteIndex", site_index if begun == request else self.ask("compose", request))

    def hurry(self) -> None:
        """Stop work that has taken too long, because a file has changed: that may be the file it hangs on.

        After the process has reported that it stopped, the rest of its work has the whole time again.
        """
        since = self.busy_since
        longest = max(LONGEST, TIMES * self._longest) if self._longest else LONGEST_FIRST
        if since is None or since == self._hurried or time.monotonic() - since < longest:
            return
        self._hurried = since

        def insist() -> None:
            if self.busy_since == since:
                self.kill()

        with suppress(ProcessLookupError):  # it has ended just now
            self.interrupt()
        timer = threading.Timer(GRACE, insist)
        timer.daemon = True
        timer.start()

    def press(self, request: PageRequest) -> PressedPage:
        """Press a page of the last reading without faults. Raises ReplisiteError."""
        with self._lock:
            return cast("PressedPage", self.ask("press", request))

    def file(self, path: str) -> bytes:
        """Return a generated file, such as a feed. Raises ReplisiteError."""
        with self._lock:
            return cast(bytes, self.ask("file", path))

    def tidy(self) -> None:
        """Free the memory of earlier readings; for a moment when no request waits. Raises ReplisiteError."""
        with self._lock:
            self.ask("tidy")

    def personal(self, request: PageRequest) -> PersonalPage:
        """Press a page slot by slot. Raises ReplisiteError."""
        with self._lock:
            return cast("PersonalPage", self.ask("personal", request))
