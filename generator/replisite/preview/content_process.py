"""The process that keeps Pelican warm, as everybody else sees it.

``content_worker.py`` says what happens inside.
"""

from __future__ import annotations

import gc
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from replisite.reporting import Reporter
from replisite.system.processes import ChildProcess, OutOfDate

if TYPE_CHECKING:
    from replisite.preview.content_worker import ContentWorker
    from replisite.preview.messages import ContentRequest, PageRequest, Personal, PressedPage, SiteIndex

__all__ = ["ContentProcess"]

LONGEST_FIRST = 60.0
"""How many seconds the first reading may take when something changes, before it is given up."""

LONGEST, TIMES = 10.0, 3
"""How many seconds anything later may take, or how many times as long as the longest reading did."""

GRACE = 2.0
"""How many seconds it has to say that it gives up."""


def _made(scratch: Path, reporter: Reporter) -> ContentWorker:
    gc.disable()  # there is nothing to give back before something has been read
    from replisite.preview.content_worker import (
        ContentWorker,  # here and now, while the other side reads its own
    )

    return ContentWorker(scratch, reporter)


class ContentProcess(ChildProcess):
    """The child process. It may be asked from several threads, and answers one after the other.

    ``scratch`` is a folder for what Pelican must be able to write.
    """

    def __init__(self, scratch: Path) -> None:
        super().__init__(partial(_made, scratch), "replisite composer", "reads the content")
        self._turn = threading.Lock()
        self._begun: ContentRequest | None = None
        self._longest = 0.0
        self._hurried: float | None = None

    def begin_with(self, request: ContentRequest) -> None:
        """Have it begin with what `compose` will be asked for first; to be called before anything else."""
        self.begin("compose", request)
        self._begun = request

    def compose(self, request: ContentRequest) -> SiteIndex:
        """Read what has changed since the last time. Raises ReplisiteError.

        In another process if the one that did it is over, or has old code of the site in it.
        """
        with self._turn:
            self.root = request.site.root
            if self.is_over and self._begun is None:  # what was begun has an answer, or ended the process
                self.begin_anew()
            started = time.monotonic()
            try:
                site_index = self._composed(request)
            except OutOfDate:
                self.kill()
                self.begin_anew()
                site_index = self._composed(request)
            self._longest = max(self._longest, time.monotonic() - started)
            return site_index

    def _composed(self, request: ContentRequest) -> SiteIndex:
        begun, self._begun = self._begun, None
        site_index = self.answer() if begun is not None else None
        return cast("SiteIndex", site_index if begun == request else self.ask("compose", request))

    def hurry(self) -> None:
        """Have it give up what takes too long, as something has changed: that may be what it hangs on.

        Once it has said so it may take its time again, for the rest of what it was asked.
        """
        since = self.busy_since
        longest = max(LONGEST, TIMES * self._longest) if self._longest else LONGEST_FIRST
        if since is None or since == self._hurried or time.monotonic() - since < longest:
            return
        self._hurried = since

        def insist() -> None:
            if self.busy_since == since:
                self.kill()

        self.interrupt()
        timer = threading.Timer(GRACE, insist)
        timer.daemon = True
        timer.start()

    def press(self, asked: PageRequest) -> PressedPage:
        """Press a page of the last good composition. Raises ReplisiteError."""
        with self._turn:
            return cast("PressedPage", self.ask("press", asked))

    def file(self, path: str) -> bytes:
        """Return a feed or the like. Raises ReplisiteError."""
        with self._turn:
            return cast(bytes, self.ask("file", path))

    def tidy(self) -> None:
        """Give back the memory of what was read before; for when nobody waits."""
        with self._turn:
            self.ask("tidy")

    def personal(self, asked: PageRequest) -> Personal:
        """Press a page and say what in it is personal. Raises ReplisiteError."""
        with self._turn:
            return cast("Personal", self.ask("personal", asked))
