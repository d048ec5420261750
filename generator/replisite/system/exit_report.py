"""The report of a process that ends unexpectedly: how it ended, in which line, and the last lines that it printed.

`os._exit`, a signal and `os.exec*` leave no exception to catch. The process writes a report to a pipe just before it
ends; its parent reads the report afterwards.
"""

from __future__ import annotations

import faulthandler
import io
import os
import re
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from replisite.errors import Fault
from replisite.system.error_text import error_text

__all__ = [
    "describe_exit",
    "exit_text",
    "fault_of",
    "frames_of",
    "leave",
    "printed_lines",
    "read_report",
    "report_endings",
    "where_in",
]

SHOWN = 3
"""The number of printed lines that a message repeats."""

_LONGEST_LINE = 500

_FRAME = re.compile(r'^  File "(.*)", line (\d+) in ', re.MULTILINE)
"""A frame in the form of `faulthandler`, which writes the most recent call first."""

_FOREIGN = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]), "<")
"""The beginnings of the paths of Python's, the libraries' and replisite's code."""

leave: Callable[[int], NoReturn] = os._exit
"""Python's own `os._exit`, without a report."""

_printed: deque[str] = deque([""], maxlen=SHOWN + 1)
_is_watched: list[bool] = []


class _Report:
    """The pipe for the report of this process; a forked copy of the process writes none."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.process = os.getpid()

    def write(self, how: str) -> None:
        if os.getpid() != self.process:
            return
        text = "\n".join([how, *printed_lines(), ""])
        os.write(self.pipe.fileno(), text.encode(errors="replace"))
        faulthandler.dump_traceback(self.pipe.fileno(), all_threads=False)


_report: _Report | None = None


def report_endings(pipe: Connection) -> None:
    """Report to ``pipe`` from now on what ends this process, except for an exception and SIGKILL.

    Its standard output becomes standard error: the parent's standard output belongs to the parent.
    """
    global _report  # noqa: PLW0603 - the hooks below belong to the process, and so does the report
    _report = _Report(pipe)
    faulthandler.enable(pipe.fileno(), all_threads=False)
    os._exit = _exit_with_report
    if not _is_watched:
        sys.addaudithook(_see)  # an audit hook cannot be removed
        _is_watched.append(True)
    os.dup2(2, 1)
    sys.stdout, sys.stderr = _Printed.on(1), _Printed.on(2)


def read_report(pipe: Connection) -> str:
    """Return the report of the process at the other end, which has ended; ``""`` if there is none."""
    text = b""
    try:
        os.set_blocking(pipe.fileno(), False)
        while part := os.read(pipe.fileno(), 65536):
            text += part
    except OSError:
        pass  # a forked copy may still hold the other end open
    return text.decode(errors="replace")


def fault_of(report: str, root: Path | None, ending: str) -> Fault:
    """Return the fault that a report describes: at the last line of the site's code, with the last printed lines.

    ``root`` is the site's folder; ``ending`` says which process ended, and how.
    """
    head, _, _ = report.partition('\n  File "')
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    words = [line for line in lines[1:] if not re.match(r"(Current thread|Thread|Stack) ", line)]
    file, line = where_in(((file, int(number)) for file, number in _FRAME.findall(report)), root)
    if words:
        return Fault(file, line, " / ".join(words), ending)
    return Fault(file, line, ending)


def where_in(frames: Iterable[tuple[str, int]], root: Path | None) -> tuple[str, int]:
    """Return file and line of the innermost frame of the site's code, or else of a third-party library; ``("", 0)`` if none.

    ``frames`` are files and lines, the most recent call first. A file below ``root`` is returned relative to it.
    """
    all_frames = list(frames)
    if root is not None:
        for file, line in all_frames:
            path = Path(root, file)
            if (
                not file.startswith(_FOREIGN)
                and path.is_relative_to(root)
                and "site-packages" not in path.parts
            ):
                return path.relative_to(root).as_posix(), line
    python = str(Path(os.__file__).parent)
    own = str(Path(__file__).parents[1])
    for file, line in all_frames:
        is_python = file.startswith(python) and "site-packages" not in file
        if not is_python and not file.startswith((own, "<")):
            return file, line
    return "", 0


def printed_lines() -> Sequence[str]:
    """Return the last lines that this process printed."""
    return [line[:_LONGEST_LINE] for line in _printed if line.strip()][-SHOWN:]


def exit_text(error: BaseException) -> str:
    """Return the message of ``sys.exit`` and the like, or the last printed lines; then the name of the exception.

    >>> exit_text(SystemExit("the folder is missing"))
    'the folder is missing (SystemExit)'
    """
    name = type(error).__name__
    if isinstance(error, SystemExit):
        message = error.code if isinstance(error.code, str) else ""
        code = "" if message else f" {error.code or 0}"
        return f"{message or ' / '.join(printed_lines()) or 'ended the process'} ({name}{code})"
    return error_text(error)


def describe_exit(code: int | None) -> str:
    """Return an exit code as ``multiprocessing`` gives it in words.

    >>> describe_exit(-9)
    'exit -9, SIGKILL'
    """
    if code is not None and code < 0:
        try:
            return f"exit {code}, {signal.Signals(-code).name}"
        except ValueError:
            pass
    return f"exit {code}"


def _exit_with_report(status: int) -> NoReturn:
    if _report is not None:
        _report.write(f"os._exit({status})")
    leave(status)


def _see(event: str, arguments: tuple[Any, ...]) -> None:
    """Report a signal that this process sends itself, and a program that replaces it (PEP 578)."""
    if _report is None or event not in {"os.kill", "os.killpg", "os.exec"} or os.getpid() != _report.process:
        return
    if event == "os.exec":
        _report.write(f"os.exec {arguments[0]}")
    elif (
        arguments[0] in {os.getpid(), 0, *([os.getpgid(0)] if event == "os.killpg" else [])} and arguments[1]
    ):
        _report.write(f"{event} {arguments[1]}")


class _Printed(io.TextIOWrapper):
    """An output stream of this process whose last lines are remembered."""

    @classmethod
    def on(cls, descriptor: int) -> _Printed:
        binary = open(descriptor, "wb", closefd=False)  # noqa: SIM115 - it stays open until the process ends
        return cls(binary, encoding="utf-8", errors="backslashreplace", line_buffering=True)

    def write(self, text: str) -> int:
        first, *others = text.split("\n")
        _printed[-1] = (_printed[-1] + first)[:_LONGEST_LINE]
        _printed.extend(line[:_LONGEST_LINE] for line in others)
        return super().write(text)


def frames_of(error: BaseException) -> list[tuple[str, int]]:
    """Return the files and lines of an exception's traceback, the most recent call first."""
    frames = traceback.extract_tb(error.__traceback__)
    return [(frame.filename, frame.lineno or 0) for frame in reversed(frames)]
