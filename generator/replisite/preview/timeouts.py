"""Give up what takes too long, in the midst of it: an endless loop in a template, a file that never comes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Deadline", "Overdue"]

AGAIN = 1.0
"""How many seconds later it is said again, where somebody caught it and went on."""


class Overdue(Exception):
    """It took too long, and was given up."""


class Deadline:
    """The deadline of a process: `Overdue` is raised in its main thread by SIGALRM, and nothing else is.

    ``heard`` is told before. What sits in C code and never looks up is not reached; only SIGKILL ends that.
    """

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._is_set = False
        self._since = 0.0
        signal.signal(signal.SIGALRM, self._ring)

    @contextmanager
    def within(self, seconds: float = 0.0) -> Iterator[None]:
        """Let what is done here take so long, or 0: until another process sends SIGALRM."""
        self._since = time.monotonic()
        self._is_set = True
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        try:
            yield
        finally:
            self._is_set = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, *_: object) -> None:
        if self._is_set:
            self._heard()
            raise Overdue(f"given up after {time.monotonic() - self._since:.0f} s")
