"""The process that reads the roster, as everybody else sees it.

``roster_worker.py`` says what happens inside.
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
from replisite.system.processes import ChildProcess, Heard

if TYPE_CHECKING:
    from replisite.preview.roster_worker import RosterWorker

__all__ = ["RosterProcess"]

NICENESS = 10
"""How far the roster stands behind whoever looks at a page meanwhile; see nice(2)."""


def _made(latest: c_long, heard: Heard) -> RosterWorker:
    os.nice(NICENESS)
    from replisite.preview.roster_worker import RosterWorker  # in this process alone

    return RosterWorker(latest, heard)


class RosterProcess(ChildProcess):
    """The child process. A later order makes it abandon an earlier one."""

    def __init__(self) -> None:
        self._latest = multiprocessing.get_context("fork").RawValue("l", 0)
        super().__init__(partial(_made, self._latest), "replisite intake", "reads the roster")
        self._numbering = threading.Lock()
        self._turn = threading.Lock()

    def take(self, site: Site, options: Options, names: Sequence[str], progress: Heard) -> RosterResult:
        """Take the roster in; ``progress`` gets (rows read, rows in all or 0). Raises ReplisiteError."""
        with self._numbering:
            self._latest.value += 1
            order = RosterRequest(site, options, tuple(names), self._latest.value)
        with self._turn:
            if self.is_over:
                self.begin_anew()
            return cast(RosterResult, self.ask("take", order, progress=progress))
