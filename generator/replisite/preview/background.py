"""Tasks that run beside the requests: each is kept until it ends, and an error in one is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from replisite.errors import Fault
from replisite.system.bugs import bug_fault

__all__ = ["BackgroundTasks"]


class BackgroundTasks:
    """The tasks of one event loop. ``failed`` gets the fault of a task that raised an exception.

    Such an exception is a bug, whose report is written into the folder of the site, ``root``.
    """

    def __init__(self, root: Path, failed: Callable[[Fault], None]) -> None:
        self._root = root
        self._failed = failed
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine as a task."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self) -> None:
        """Cancel every task."""
        for task in self._tasks:
            task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(bug_fault(error, self._root))
