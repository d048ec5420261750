"""Report a call of a plugin that runs for long, and give up one that needs too much processor time.

A timer looks every second which plugin Pelican has called, if any, so that a call costs nothing. Plugins may take long:
they make pictures smaller, and ask servers. Waiting is therefore reported and never given up.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from replisite.pelican.plugin_code import PluginCode, calls_of, frames_from
from replisite.system.processor_time import TooSlow, overridden

__all__ = ["PluginTime"]

SETTING: Final = "REPLISITE_PLUGIN_SECONDS"
FIRST_REPORT: Final = 20.0
"""After how many seconds a call is reported; again whenever it has taken twice as long."""

_LOOK: Final = 1.0


@dataclass(slots=True)
class _Call:
    """A call of a plugin, since it was first seen: by `time.monotonic` and `time.process_time`."""

    frame: FrameType
    began: float
    processor_began: float
    report_at: float


class PluginTime:
    """Watches how long plugins run. ``noted`` gets each report; ``seconds`` is the processor time that a call may use."""

    def __init__(self, code: PluginCode, noted: Callable[[str], None], seconds: float) -> None:
        self._code, self._noted = code, noted
        self._seconds = overridden(seconds, SETTING)
        self._call: _Call | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what runs in the main thread, which must be the caller's; TooSlow is raised there."""
        if not self._code.names:
            yield
            return
        look = min(_LOOK, self._seconds / 4)
        before = signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, look, look)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            self._call = None

    def _look(self, _number: int, frame: FrameType | None) -> None:
        called = self._code.called(calls_of(frame))
        if called is None:
            self._call = None
            return
        if self._call is None or self._call.frame is not called:
            self._call = _Call(called, time.monotonic(), time.process_time(), FIRST_REPORT)
            return
        self._judge(self._call, frame)

    def _judge(self, call: _Call, frame: FrameType | None) -> None:
        passed = time.monotonic() - call.began
        if time.process_time() - call.processor_began >= self._seconds:
            raise TooSlow(
                f"takes too long ({_cause(call.frame)}): gave up after {self._seconds:g} s of processor time; shorten it, or allow more with "
                f"[build] plugin_seconds in site.toml or the environment variable {SETTING}"
            )
        if passed >= call.report_at:
            call.report_at *= 2
            self._noted(self._report(call, frame, passed))

    def _report(self, call: _Call, frame: FrameType | None, passed: float) -> str:
        blamed = self._code.blamed(frames_from(frame))
        name, file, line = blamed or ("", call.frame.f_code.co_filename, call.frame.f_lineno)
        where = f"{file}:{line}" if line else file
        return f"the plugin {name} has been running for {passed:.0f} s ({_cause(call.frame)}, {where})"


def _cause(frame: FrameType) -> str:
    """Return the signal of Pelican's whose receiver a call is, or else the name of the function."""
    before = frame.f_back
    sender = before.f_locals.get("self") if before is not None and before.f_code.co_name == "send" else None
    name = getattr(sender, "name", None)
    if isinstance(name, str):
        return name.removeprefix("pelican_")  # `signals.initialized` is "pelican_initialized" to itself
    return frame.f_code.co_name.replace("<module>", "import")
