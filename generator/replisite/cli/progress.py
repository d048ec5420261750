"""How a long command shows that it is alive: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from replisite.cli.terminal import Bar, Terminal

__all__ = ["PlainPainter", "ProgressBar", "SilentProgressBar"]

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


class SilentProgressBar:
    """Shows nothing."""

    def __call__(self, phase: str, done: int, total: int, pages: int = 0, note: str = "") -> None:
        """Take one piece of news."""


class PlainPainter(SilentProgressBar):
    """One line a phase, and one every few seconds of a long one."""

    EVERY_SECONDS = 5.0

    def __init__(self, console: Terminal) -> None:
        self.console = console
        self._phase = ""
        self._told = 0.0

    def __call__(self, phase: str, done: int, total: int, pages: int = 0, note: str = "") -> None:  # noqa: ARG002 - a line has no room for it
        """Take one piece of news."""
        if note:
            self.console.print(note, style="yellow")
            return
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._told = phase, now
            self.console.print(PHASES[phase])
        elif done and now - self._told >= self.EVERY_SECONDS:
            self._told = now
            self.console.print(f"  {done:,} of {total:,}" if total else f"  {done:,}")


class ProgressBar(SilentProgressBar):
    """A progress bar per phase, with pages per second and the time left."""

    EVERY_SECONDS = 0.1

    def __init__(self, console: Terminal) -> None:
        self.console = console
        self._bar = Bar(console, refreshes=False)  # it would need a thread, and processes are forked
        self._refreshed = 0.0
        self._phase = ""
        self._started = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, phase: str, done: int, total: int, pages: int = 0, note: str = "") -> None:
        """Take one piece of news."""
        if note or phase == "wait":
            self.console.print(note or PHASES[phase], style="yellow" if note else "")
            return
        if phase != self._phase:
            self._phase, self._started = phase, time.monotonic()
            self._bar.begin(PHASES[phase])
        passed = time.monotonic() - self._started
        rate = f"{pages / passed:,.0f} pages/s" if pages and passed else ""
        self._bar.update(done, total or None, rate)
        if not done or time.monotonic() - self._refreshed > self.EVERY_SECONDS:
            self._refreshed = time.monotonic()
            self._bar.refresh()
