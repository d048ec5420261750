"""Give up a page that needs too much processor time: a loop without an end, brackets that Markdown tries in all ways."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

__all__ = ["TooSlow", "limited_processor_time"]

SETTING: Final = "REPLISITE_PAGE_SECONDS"
DEFAULT: Final = 20.0
"""Seconds for one page or one file; they take milliseconds. Waiting and the work of other processes do not count."""

_AGAIN: Final = 1.0
"""How many seconds later it is raised again, where it was caught and the work went on."""


class TooSlow(BaseException):
    """A page or a file needed more processor time than it may; no `Exception`, so that templates and plugins let it pass."""


@contextmanager
def limited_processor_time() -> Iterator[None]:
    """Raise TooSlow in the main thread when this takes more seconds of processor time than a page may.

    A limit within another has no effect, nor has one in another thread. C code that handles no signals is not reached.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getitimer(signal.ITIMER_PROF)[0]:
        yield
        return
    seconds = _seconds()

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow(
            f"gave up after {seconds:g} s of processor time; shorten it, or allow more with the environment variable "
            f"{SETTING}"
        )

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _seconds() -> float:
    try:
        return max(float(os.environ.get(SETTING, DEFAULT)), 0.01)
    except ValueError:
        return DEFAULT
