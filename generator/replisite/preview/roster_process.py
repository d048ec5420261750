"""The process that imports the roster, as the session sees it.

``roster_worker.py`` is the code inside.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Sequence
from ctypes import c_long
from functools import partial
from typing import TYPE_CHECKING, cast

from replisite.model.options import Options
from replisite.model.site import Site
from replisite.preview.messages import RosterRequest, RosterResult
from replisite.reporting import Reporter
from replisite.system.processes import ChildProcess

if TYPE_CHECKING:
    from replisite.preview.roster_worker import RosterWorker

__all__ = ["RosterProcess"]

NICENESS = 10
"""How far the import makes way for requests of pages; see nice(2)."""


def _made(latest: c_long, reporter: Reporter) -> RosterWorker:
    os.nice(NICENESS)
    from replisite.preview.roster_worker import RosterWorker  # in this process only

    return RosterWorker(latest, reporter)


class RosterProcess(ChildProcess):
    """The child process. A later request makes it abandon an earlier one."""

    def __init__(self) -> None:
        self._latest = multiprocessing.get_context("fork").RawValue("l", 0)
        super().__init__(partial(_made, self._latest), "replisite roster", "reads the roster")
        self._numbering = threading.Lock()
        self._lock = threading.Lock()

    def take(self, site: Site, options: Options, names: Sequence[str], reporter: Reporter) -> RosterResult:
        """Import the roster; the progress is in rows. Raises ReplisiteError."""
        with self._numbering:
            self._latest.value += 1
            request = RosterRequest(site, options, tuple(names), self._latest.value)
        with self._lock:
            if self.is_over:
                self.restart()
            return cast(RosterResult, self.ask("take", request, reporter=reporter))
