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
from replisite.preview.messages import Order, Taken
from replisite.reporting import Reporter
from replisite.system.processes import ChildProcess

if TYPE_CHECKING:
    from replisite.preview.roster_worker import RosterWorker

__all__ = ["RosterProcess"]

NICENESS = 10
"""How far the roster stands behind whoever looks at a page meanwhile; see nice(2)."""


def _made(latest: c_long, reporter: Reporter) -> RosterWorker:
    os.nice(NICENESS)
    from replisite.preview.roster_worker import RosterWorker  # in this process alone

    return RosterWorker(latest, reporter)


class RosterProcess(ChildProcess):
    """The child process. A later order makes it abandon an earlier one."""

    def __init__(self) -> None:
        self._latest = multiprocessing.get_context("fork").RawValue("l", 0)
        super().__init__(partial(_made, self._latest), "replisite intake", "reads the roster")
        self._numbering = threading.Lock()
        self._turn = threading.Lock()

    def take(self, site: Site, options: Options, names: Sequence[str], reporter: Reporter) -> Taken:
        """Take the roster in; The progress is in rows. Raises ReplisiteError."""
        with self._numbering:
            self._latest.value += 1
            order = Order(site, options, tuple(names), self._latest.value)
        with self._turn:
            if self.is_over:
                self.begin_anew()
            return cast(Taken, self.ask("take", order, reporter=reporter))
