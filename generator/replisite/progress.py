"""How a long command shows that it is alive: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

__all__ = ["Painter", "PlainPainter", "SilentPainter"]

PHASES = {
    "wait": "Waiting for another build of this site to end",
    "content": "Reading content and staging pages",
    "roster": "Reading the roster",
    "photos": "Making photos smaller",
    "prove": "Proving a sample of every page",
    "press": "Pressing sites",
    "links": "Counting company links",
    "commit": "Putting the new output in place",
}


class SilentPainter:
    """Shows nothing."""

    def __call__(self, phase: str, done: int, total: int, pages: int = 0) -> None:
        """Take one piece of news."""


class PlainPainter(SilentPainter):
    """One line a phase, and one every few seconds of a long one."""

    EVERY_SECONDS = 5.0

    def __init__(self, console: Console) -> None:
        self.console = console
        self._phase = ""
        self._told = 0.0

    def __call__(self, phase: str, done: int, total: int, pages: int = 0) -> None:  # noqa: ARG002 - a line has no room for it
        """Take one piece of news."""
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._told = phase, now
            self.console.print(PHASES[phase])
        elif done and now - self._told >= self.EVERY_SECONDS:
            self._told = now
            self.console.print(f"  {done:,} of {total:,}" if total else f"  {done:,}")


class Painter(SilentPainter):
    """A progress bar per phase, with pages per second and the time left."""

    EVERY_SECONDS = 0.1

    def __init__(self, console: Console) -> None:
        self.console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            auto_refresh=False,  # it would need a thread, and processes are forked
        )
        self._refreshed = 0.0
        self._phase = ""
        self._task: TaskID | None = None
        self._started = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, phase: str, done: int, total: int, pages: int = 0) -> None:
        """Take one piece of news."""
        if phase == "wait":
            self.console.print(PHASES[phase])
            return
        if phase != self._phase:
            self._phase, self._started = phase, time.monotonic()
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(PHASES[phase], total=None, rate="")
        assert self._task is not None
        passed = time.monotonic() - self._started
        rate = f"{pages / passed:,.0f} pages/s" if pages and passed else ""
        self._progress.update(self._task, completed=done, total=total or None, rate=rate)
        self._progress.start()
        if not done or time.monotonic() - self._refreshed > self.EVERY_SECONDS:
            self._refreshed = time.monotonic()
            self._progress.refresh()
