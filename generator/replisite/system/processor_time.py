"""Limit the processor time of a page: an endless loop, or brackets that Markdown tries in all ways, ends with an error."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

__all__ = [
    "PAGE_SECONDS",
    "PLUGIN_SECONDS",
    "Pieces",
    "TooSlow",
    "limited_pieces",
    "limited_processor_time",
    "overridden",
]

SETTING: Final = "REPLISITE_PAGE_SECONDS"
PAGE_SECONDS: Final = 20.0
"""Seconds for one page or one file, which take milliseconds. Waiting and the work of other processes do not count."""

PLUGIN_SECONDS: Final = 300.0
"""Seconds for one call of a plugin, which may resize pictures or query a server."""

_TICKS: Final = 20
"""The number of times within the limit that the timer checks whether a piece has finished."""

_LEAST: Final = 0.01


class TooSlow(BaseException):
    """A page or a file exceeds its processor time. It is no `Exception`, so that templates and plugins do not catch it."""


@dataclass(slots=True)
class Pieces:
    """Work of many pieces, each of which has the limit. The worker adds 1 to ``finished`` after each piece."""

    finished: int = 0


_pieces: Pieces | None = None
"""The pieces of the running limit, if it is a limit for pieces: a limit within it counts as a piece."""


@contextmanager
def limited_processor_time(seconds: float = PAGE_SECONDS) -> Iterator[None]:
    """Raise TooSlow in the main thread when the block takes more seconds of processor time than a page may.

    A limit within another limit has no effect, except that a limit within `limited_pieces` is a piece. A limit in another
    thread has no effect either, and neither has one over C code that handles no signals.
    """
    if _is_limited():
        if _pieces is not None:
            _pieces.finished += 1
        yield
        return
    with _limit(Pieces(), seconds):
        yield


@contextmanager
def limited_pieces(seconds: float = PAGE_SECONDS) -> Iterator[Pieces]:
    """Raise TooSlow when one piece of the block takes more seconds of processor time than a page may.

    A piece costs one addition: one timer for all pieces compares the number of finished pieces with the number before. The
    error comes at most a twentieth of the limit late. Otherwise as `limited_processor_time`.
    """
    global _pieces  # noqa: PLW0603 - there is one timer in a process
    if _is_limited():
        yield _pieces or Pieces()
        return
    _pieces = Pieces()
    try:
        with _limit(_pieces, seconds):
            yield _pieces
    finally:
        _pieces = None


def overridden(seconds: float, setting: str) -> float:
    """Return the limit of an environment variable, or else ``seconds``; at least a hundredth of a second."""
    try:
        return max(float(os.environ.get(setting, seconds)), _LEAST)
    except ValueError:
        return max(seconds, _LEAST)


def _is_limited() -> bool:
    return (
        threading.current_thread() is not threading.main_thread()
        or signal.getitimer(signal.ITIMER_PROF)[0] > 0
    )


@contextmanager
def _limit(pieces: Pieces, seconds: float) -> Iterator[None]:
    allowed = overridden(seconds, SETTING)
    last = ticks = 0

    def on_tick(_number: int, _frame: FrameType | None) -> None:
        nonlocal last, ticks
        if pieces.finished != last:
            last, ticks = pieces.finished, 0
            return
        ticks += 1
        if ticks >= _TICKS:  # and at each later tick, if the work caught the error and continues
            raise TooSlow(
                f"gave up after {allowed:g} s of processor time; shorten it, or allow more with [build] page_seconds in "
                f"site.toml or the environment variable {SETTING}"
            )

    before = signal.signal(signal.SIGPROF, on_tick)
    signal.setitimer(signal.ITIMER_PROF, allowed / _TICKS, allowed / _TICKS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
