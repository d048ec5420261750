"""Show the progress of a long command: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from replisite.cli.terminal import ERR, Bar, Terminal
from replisite.reporting import Notice, Phase, Reporter, SilentReporter

__all__ = ["BarReporter", "LineReporter", "progress"]

LABELS = {
    Phase.WAIT: "Waiting for another command on this site to end",
    Phase.CONTENT: "Reading content and staging pages",
    Phase.ROSTER: "Reading the roster",
    Phase.PHOTOS: "Resizing photos",
    Phase.PROVE: "Proving a sample of every page",
    Phase.PRESS: "Pressing sites",
    Phase.LINKS: "Counting company links",
    Phase.COMMIT: "Putting the new output in place",
    Phase.PLAN: "Comparing the build with the live files",
    Phase.SCAN: "Reading the live files",
    Phase.APPLY: "Sending files",
    Phase.VERIFY: "Verifying the live files",
}
"""The text that each phase begins with."""


@contextmanager
def progress(*, is_silent: bool) -> Iterator[Reporter]:
    """Give the reporter that fits standard error; a silent one for ``--quiet`` and ``--json``."""
    if is_silent:
        yield SilentReporter()
    elif ERR.is_terminal:
        with BarReporter(ERR) as bar:
            yield bar
    else:
        yield LineReporter(ERR)


class LineReporter:
    """Prints one line a phase, and one every few seconds of a long phase."""

    EVERY_SECONDS = 5.0

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._printed_at = 0.0

    def begin(self, phase: Phase, /) -> None:
        """Print the phase."""
        self._printed_at = time.monotonic()
        self._terminal.print(LABELS[phase])

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Print how much is done, if the last line is old enough."""
        del pages, size
        now = time.monotonic()
        if done and now - self._printed_at >= self.EVERY_SECONDS:
            self._printed_at = now
            self._terminal.print(f"  {done:,} of {total:,}" if total else f"  {done:,}")

    def warn(self, notice: Notice, /) -> None:
        """Print the notice."""
        self._terminal.print(str(notice), style="yellow")


class BarReporter:
    """Shows a progress bar per phase, with pages per second and the time left; a context manager, which removes it."""

    EVERY_SECONDS = 0.1

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._bar = Bar(terminal, refreshes=False)  # it would need a thread, and processes are forked
        self._refreshed_at = 0.0
        self._began_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, phase: Phase, /) -> None:
        """Show the phase's bar; a line for waiting, which has no measure."""
        if phase is Phase.WAIT:
            self._terminal.print(LABELS[phase])
            return
        self._began_at = time.monotonic()
        self._bar.begin(LABELS[phase])
        self.advance(0)

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Move the bar."""
        del size
        now = time.monotonic()
        passed = now - self._began_at
        rate = f"{pages / passed:,.0f} pages/s" if pages and passed else ""
        self._bar.update(done, total or None, rate)
        if not done or now - self._refreshed_at > self.EVERY_SECONDS:
            self._refreshed_at = now
            self._bar.refresh()

    def warn(self, notice: Notice, /) -> None:
        """Print the notice above the bar."""
        self._terminal.print(str(notice), style="yellow")
