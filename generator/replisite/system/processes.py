"""Child processes: each holds one object, and calls its methods when the parent process asks through a pipe."""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
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
from replisite.system.bugs import as_error, bug_of
from replisite.system.exit_report import (
    describe_exit,
    exit_text,
    fault_of,
    frames_of,
    leave,
    read_report,
    report_endings,
    where_in,
)

__all__ = [
    "INTERRUPTS",
    "ChildProcess",
    "OutOfDate",
    "end_with_parent",
    "fresh_process",
    "interrupts_held",
]

POLL_SECONDS = 0.5
"""Seconds between two checks whether the process that owes an answer is still alive."""

INTERRUPTS = frozenset({signal.SIGINT, signal.SIGTERM})


class OutOfDate(ReplisiteError):
    """A process cannot answer: it has imported code that has changed since. A new process can."""


class ChildProcess:
    """A child process that holds one object and calls its methods; a context manager, which ends it.

    ``make`` is called in the child with a `Reporter`, whose reports reach the parent, and returns the object. ``name`` is
    the process's name, and ``purpose`` its work as a phrase with a verb (*reads the roster*), for the message when it ends
    unexpectedly.
    """

    busy_since: float | None = None
    """The time by `time.monotonic` of the request or of its last progress; None if no request is open."""

    root: Path | None = None
    """The folder of the site whose code runs in the process, for the message when that code ends it."""

    def __init__(self, make: Callable[[Reporter], object], name: str, purpose: str) -> None:
        self._make = make
        self._name = name
        self._purpose = purpose
        self._lifecycle = threading.Lock()
        self._is_closed = False
        self._start(multiprocessing.get_context("fork"))

    def _start(self, context: ForkContext | SpawnContext) -> None:
        self._pipe, child_pipe = context.Pipe()
        self._reports, child_reports = context.Pipe(duplex=False)
        self._report: str | None = None
        self._process: BaseProcess = context.Process(
            target=_serve, args=(child_pipe, self._pipe, child_reports, self._make), name=self._name
        )
        self._is_asked = False
        with interrupts_held():
            self._process.start()
        child_pipe.close()
        child_reports.close()

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return not self._process.is_alive()

    def restart(self) -> None:
        """Replace a process that has ended by a new one, without an open request.

        The new process is spawned: the parent may have threads by now, and a fork would copy the locks that they hold.
        Raises ReplisiteError after `close`.
        """
        with self._lifecycle:
            if self._is_closed:
                raise self._ended()
            self._process.join()
            self._pipe.close()
            self._reports.close()
            self._start(multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=kind is not None)

    def close(self, *, at_once: bool = False) -> None:
        """End the process and all processes that it started; ``at_once`` also while it works."""
        with self._lifecycle:
            self._is_closed = True
            if not at_once:
                self._pipe.close()
                self._process.join(timeout=5)
            self.kill()
            self._process.join()
            self._pipe.close()  # a thread that waits for an answer knows by now that there is none
            if self._report is None:
                self._report = ""
            self._reports.close()

    def kill(self) -> None:
        """Kill the process and all processes that it started; a thread that waits for an answer gets an error."""
        if self._process.pid and not self.is_over:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self._process.kill()

    def interrupt(self) -> None:
        """Send the process SIGALRM; the object in it decides what that means."""
        if self._process.pid and not self.is_over:
            os.kill(self._process.pid, signal.SIGALRM)

    def ask(self, method: str, *arguments: object, reporter: Reporter | None = None) -> object:
        """Call a method of the object in the child and return its result.

        Raises the method's ReplisiteError; InternalError for any other exception of it; ReplisiteError if the process has ended.
        """
        self.begin(method, *arguments)
        return self.answer(reporter)

    def begin(self, method: str, *arguments: object) -> None:
        """Call a method in the child without waiting for its result; call `answer` before the next request."""
        self.busy_since = time.monotonic()
        try:
            self._pipe.send((method, arguments))
        except OSError as error:
            raise self._ended() from error
        self._is_asked = True

    def answer(self, reporter: Reporter | None = None) -> object:
        """Wait for the result of the request that `begin` sent; raises as `ask` does.

        Raises RuntimeError if there is no open request, since no answer would ever come.
        """
        if not self._is_asked:
            raise RuntimeError(f"{self._name} has no open request")
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
        """Wait for the next message of the process; raises EOFError once it has ended.

        The pipe's end alone does not show that: a forked copy of the process may hold the pipe open.
        """
        while not self._pipe.poll(POLL_SECONDS):
            if self.is_over and not self._pipe.poll():
                raise EOFError
        received: tuple[str, Any] = self._pipe.recv()
        return received

    def _ended(self) -> ReplisiteError:
        """Return the error of a process that has ended: with the line of the code that ended it, if that is known."""
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
    """Answer the parent's requests until the parent closes the pipe."""
    other_end.close()
    fresh_process()
    report_endings(reports)
    process = os.getpid()
    served, failure = None, None

    try:
        served = make(EventReporter(lambda event: pipe.send(("report", event))))
    except Exception as error:  # noqa: BLE001 - it is the answer to every request
        failure = "error", as_error(error)
    while True:
        try:
            method, arguments = pipe.recv()
        except (EOFError, ConnectionError):
            leave(0)
        try:
            answer: tuple[str, object] = failure or ("result", getattr(served, method)(*arguments))
        except Exception as error:  # noqa: BLE001 - the parent raises it: as it is, or as a bug
            answer = "error", as_error(error)
        except BaseException as error:  # SystemExit, and a KeyboardInterrupt that the site's code raised
            if os.getpid() != process:
                raise
            file, line = where_in(frames_of(error), None)
            answer = "error", InputError([Fault(file, line, exit_text(error))])
        if os.getpid() != process:
            leave(0)  # a copy that a plugin forked, and that returned from the plugin
        _send(pipe, answer)


def _send(pipe: Connection, answer: tuple[str, object]) -> None:
    """Send an answer; one that cannot be pickled is a bug, and that is the answer then."""
    try:
        pipe.send(answer)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - pickling raises whatever the value's class raises
        pipe.send(("error", bug_of(error)))


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM until afterwards.

    An exception in the middle of a fork is lost together with the lock that is held for it: Python ignores what
    functions of ``os.register_at_fork`` raise, and `logging` has some.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def fresh_process() -> None:
    """Give a forked process a group of its own: it ends with its parent, ignores Ctrl-C, and logs nothing."""
    os.setpgid(0, 0)
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
    logging.getLogger().addHandler(
        logging.NullHandler()
    )  # Pelican may repeat its messages while pages are made


def end_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends, in whatever way (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
