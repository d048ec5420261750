"""The time limit of a process: work that takes too long is stopped in the middle, such as an endless loop in a template."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Deadline", "TimeLimitExceeded"]

REPEAT = 1.0
"""After how many seconds the exception is raised again, where code caught it and went on."""


class TimeLimitExceeded(Exception):
    """The work took too long, and was stopped."""


class Deadline:
    """Raises `TimeLimitExceeded` in the main thread of its process at SIGALRM, while `within` runs.

    ``before`` is called first. Code in C that never returns to Python is not reached; only SIGKILL ends it.
    """

    def __init__(self, before: Callable[[], None]) -> None:
        self._before = before
        self._is_set = False
        self._since = 0.0
        signal.signal(signal.SIGALRM, self._expired)

    @contextmanager
    def within(self, seconds: float = 0.0) -> Iterator[None]:
        """Let the work take so many seconds, or with 0 until another process sends SIGALRM."""
        self._since = time.monotonic()
        self._is_set = True
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT)
        try:
            yield
        finally:
            self._is_set = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _expired(self, *_: object) -> None:
        if self._is_set:
            self._before()
            raise TimeLimitExceeded(f"stopped after {time.monotonic() - self._since:.0f} s")
