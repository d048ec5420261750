"""Processes beside the main one: a room that answers questions through a pipe, until whoever asks goes away."""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from replisite.errors import Fault, InputError, ReplisiteError
from replisite.reporting import EventReporter, Reporter, replay
from replisite.system.error_text import error_text
from replisite.system.last_words import (
    describe_exit,
    exit_text,
    fault_of,
    frames_of,
    leave,
    read_report,
    report_endings,
    where_in,
)
from replisite.system.limits import limit_error

__all__ = [
    "INTERRUPTS",
    "ChildProcess",
    "OutOfDate",
    "end_with_parent",
    "fresh_process",
    "interrupts_held",
]

LOOK_SECONDS = 0.5
"""How often whoever waits for an answer looks whether the process is still there."""

INTERRUPTS = frozenset({signal.SIGINT, signal.SIGTERM})


class OutOfDate(ReplisiteError):
    """A process cannot answer, because it has imported code that is not so any more; another one can."""


class ChildProcess:
    """A child process that holds one object and calls its methods; a context manager, which ends it.

    ``make`` is called in the child with a `Reporter`, whose reports reach the parent; it gives the object. ``name`` is
    what the process is called, and ``purpose`` what it does, for the message when it ends by itself.
    """

    busy_since: float | None = None
    """When it was asked what it is at, or has last told of it, by `time.monotonic`; None if nobody waits for an answer."""

    root: Path | None = None
    """The folder of the site whose own code runs in the process, for the message when that code ends it."""

    def __init__(self, make: Callable[[Reporter], object], name: str, purpose: str) -> None:
        self._make = make
        self._name = name
        self._purpose = purpose
        self._coming_or_going = threading.Lock()
        self._is_closed = False
        self._start(multiprocessing.get_context("fork"))

    def _start(self, context: ForkContext | SpawnContext) -> None:
        self._ours, theirs = context.Pipe()
        self._reports, reporting = context.Pipe(duplex=False)
        self._report: str | None = None
        self._process: BaseProcess = context.Process(
            target=_serve, args=(theirs, self._ours, reporting, self._make), name=self._name
        )
        self._is_asked = False
        with interrupts_held():
            self._process.start()
        theirs.close()
        reporting.close()

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return not self._process.is_alive()

    def begin_anew(self) -> None:
        """Start another process in the place of one that has ended; it has not been asked anything yet.

        There may be threads by now, and a fork would take over the locks that they hold: so Python starts afresh.
        Raises ReplisiteError once the room is closed.
        """
        with self._coming_or_going:
            if self._is_closed:
                raise self._ended()
            self._process.join()
            self._ours.close()
            self._reports.close()
            self._start(multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=kind is not None)

    def close(self, *, at_once: bool = False) -> None:
        """End the process and all that it started; ``at_once`` also if it is at work."""
        with self._coming_or_going:
            self._is_closed = True
            if not at_once:
                self._ours.close()
                self._process.join(timeout=5)
            self.kill()
            self._process.join()
            self._ours.close()  # whoever waits for an answer has heard by now that there is none
            if self._report is None:
                self._report = ""
            self._reports.close()

    def kill(self) -> None:
        """End the process at once, with all that it started; whoever waits for an answer hears that."""
        if self._process.pid and not self.is_over:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self._process.kill()

    def interrupt(self) -> None:
        """Send the process SIGALRM: what that means to it is its own affair."""
        if self._process.pid and not self.is_over:
            os.kill(self._process.pid, signal.SIGALRM)

    def ask(self, method: str, *arguments: object, reporter: Reporter | None = None) -> object:
        """Call a method in the child; raises what it raises, and ReplisiteError if the process has ended."""
        self.begin(method, *arguments)
        return self.answer(reporter)

    def begin(self, method: str, *arguments: object) -> None:
        """Call a method in the child, and wait only until it is listening; `answer` must come before the next call."""
        self.busy_since = time.monotonic()
        try:
            self._ours.send((method, arguments))
        except OSError as error:
            raise self._ended() from error
        self._is_asked = True

    def answer(self, reporter: Reporter | None = None) -> object:
        """Wait for the answer to what was begun; raises as `ask` does.

        Raises RuntimeError if this process was asked nothing, since no answer would ever come.
        """
        if not self._is_asked:
            raise RuntimeError(f"{self._name} was asked nothing")
        self._is_asked = False
        try:
            while True:
                kind, value = self._received()
                if kind == "report":
                    if value[0] == "advance":
                        self.busy_since = time.monotonic()
                    if reporter is not None:
                        replay(value, reporter)
                elif kind == "error":
                    raise value
                else:
                    return value
        except (EOFError, OSError) as error:
            raise self._ended() from error
        finally:
            self.busy_since = None

    def _received(self) -> tuple[str, Any]:
        """Wait for what the process sends next; raises EOFError once it has ended.

        The end of the pipe alone does not say so: a copy of the process may hold it open.
        """
        while not self._ours.poll(LOOK_SECONDS):
            if self.is_over and not self._ours.poll():
                raise EOFError
        received: tuple[str, Any] = self._ours.recv()
        return received

    def _ended(self) -> ReplisiteError:
        """Return what ended the process: in the words of the code that did, with its line, as far as that is known."""
        self.busy_since = None
        self._process.join(timeout=5)
        code = self._process.exitcode
        ending = f"the process that {self._purpose} ended ({describe_exit(code)})"
        if code == -signal.SIGKILL:
            ending += "; is there enough memory?"
        if self._report is None:
            self._report = read_report(self._reports)
        if not self._report:
            return ReplisiteError(ending)
        return InputError([fault_of(self._report, self.root, ending)])


def _serve(
    pipe: Connection, other_end: Connection, reports: Connection, make: Callable[[Reporter], object]
) -> None:
    """Answer what the parent asks until it goes away."""
    other_end.close()
    fresh_process()
    report_endings(reports)
    served = os.getpid()
    room, failure = None, None

    try:
        room = make(EventReporter(lambda event: pipe.send(("report", event))))
    except Exception as error:  # noqa: BLE001 - it is the answer to whatever is asked
        failure = _as_answer(error)
    while True:
        try:
            method, arguments = pipe.recv()
        except (EOFError, ConnectionError):
            leave(0)
        try:
            answer: tuple[str, object] = failure or ("result", getattr(room, method)(*arguments))
        except Exception as error:  # noqa: BLE001 - the parent raises it
            answer = _as_answer(error)
        except BaseException as error:  # SystemExit, and a KeyboardInterrupt that code raised itself
            if os.getpid() != served:
                raise
            file, line = where_in(frames_of(error), None)
            answer = "error", InputError([Fault(file, line, exit_text(error))])
        if os.getpid() != served:
            leave(0)  # a copy that a plugin forked, and that came back from the plugin
        pipe.send(answer)


def _as_answer(error: Exception) -> tuple[str, object]:
    """Return what the parent is to raise."""
    if isinstance(error, ReplisiteError):
        return "error", error
    if (limit := limit_error(error)) is not None:
        return "error", limit
    told = "".join(traceback.format_exception(error))
    return "error", ReplisiteError(f"{error_text(error)}\n{told}")


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C and SIGTERM for afterwards.

    An exception that comes in the middle of a fork is lost with the lock that was held for it: Python ignores what is
    raised in ``os.register_at_fork`` functions, and `logging` has some.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def fresh_process() -> None:
    """Make a forked process one of its own: ended with its parent, which alone hears Ctrl-C; logs go nowhere."""
    os.setpgid(0, 0)
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
    logging.getLogger().addHandler(logging.NullHandler())  # Pelican may say things again while pages are made


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, however that comes (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
