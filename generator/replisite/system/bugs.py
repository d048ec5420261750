"""Report an unexpected exception as a bug in replisite: from every process, with its tracebacks in a file."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import platform
import re
import shlex
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from replisite import __version__
from replisite.errors import Fault, InternalError, ReplisiteError
from replisite.system.limits import limit_error
from replisite.system.private_files import private_folder

__all__ = [
    "BugReport",
    "as_error",
    "bug_fault",
    "bug_of",
    "call_in_worker",
    "is_programming_error",
    "without_secrets",
    "write_bug_report",
]

Part = TypeVar("Part")
Done = TypeVar("Done")

FOLDER: Final = ".replisite/bugs"
"""The folder of bug reports below a site's root."""

_MODE: Final = 0o600

_PACKAGE: Final = str(Path(__file__).parents[1])

_PROGRAMMING_ERRORS: Final = (
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    NotImplementedError,
    TypeError,
    ZeroDivisionError,
)

_PRIVACY: Final = (
    "Read this file before you send it to anyone. It names folders and files of your machine, and it may quote\n"
    "personal data: the message of an exception can hold a value of your roster, content or settings."
)

_USER_OF_URL: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_SECRET: Final = re.compile(
    r"(?i)((?:^|[-_.?&])(?:\w*[-_])?(?:api[-_]?key|key|auth|credentials?|pass(?:word|wd)?|secret|sig(?:nature)?|token)=)[^&\s]+"
)


@dataclass(frozen=True, slots=True)
class BugReport:
    """A bug, and the file with its tracebacks; ``path`` is None if no file can be written."""

    bug: InternalError
    path: Path | None
    text: str

    @property
    def what(self) -> str:
        """The first sentence of the message."""
        return f"This is a bug in replisite, not a mistake of yours: {self.bug}"

    @property
    def next(self) -> str:
        """The sentences that say where the traceback is, and what to do."""
        if self.path is None:
            return "No file for the traceback could be written. Please report it with the traceback."
        return (
            f"The traceback is in {self.path}. Please report it with that file. "
            "Read the file first: it names folders of your machine and may quote personal data."
        )


def as_error(error: Exception) -> ReplisiteError | InternalError:
    """Return an exception as an error of the tree, if it is one or is a limit of the system; otherwise as a bug."""
    return error if isinstance(error, ReplisiteError) else limit_error(error) or bug_of(error)


def bug_of(error: BaseException) -> InternalError:
    """Return an exception as a bug, with the traceback of this process after those of the processes before it."""
    process = multiprocessing.current_process()
    title = f"In the process {process.name} ({process.pid}):"
    if isinstance(error, InternalError):
        frames = "".join(traceback.format_tb(error.__traceback__))
        return InternalError(error.kind, error.message, [*error.tracebacks, f"{title}\n{frames}"])
    text = "".join(traceback.format_exception(error))
    return InternalError(type(error).__name__, _message(error), [f"{title}\n{text}"])


def call_in_worker(task: Callable[[Part], Done], part: Part) -> Done:
    """Call a task in a process of a pool.

    Raises its ReplisiteError or system limit as it is, and InternalError for any other exception: that one can be pickled.
    """
    try:
        return task(part)
    except Exception as error:
        if not isinstance(error, ReplisiteError) and limit_error(error) is None:
            raise bug_of(error) from None
        raise


def is_programming_error(error: BaseException) -> bool:
    """Say whether a line of replisite itself raised an error of a kind that only wrong code raises."""
    if isinstance(error, InternalError):
        return True
    if not isinstance(error, _PROGRAMMING_ERRORS):
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename.startswith(_PACKAGE)


def bug_fault(error: BaseException, root: Path) -> Fault:
    """Write a bug report into a site's folder, and return what a preview shows of it."""
    report = write_bug_report(error, root, sys.argv[1:])
    return Fault("", 0, report.what, report.next)


def write_bug_report(error: BaseException, root: Path | None, words: Sequence[str]) -> BugReport:
    """Write the tracebacks of a bug into a file of mode 0600 and return the report; never raises.

    The file is in the folder ``.replisite/bugs`` of a site if ``root`` is one and can be written, otherwise in the system's
    folder for temporary files. The same bug has the same file name. ``words`` are those of the command line.
    """
    bug = bug_of(error)
    text = "\n".join([_header(bug, words), *bug.tracebacks])
    name = f"{re.sub(r'[^A-Za-z0-9_]', '', bug.kind)}-{_digest(bug)}.txt"
    path = None if root is None else _written_in_site(root / FOLDER, name, text)
    return BugReport(bug, path or _written_elsewhere(text), text)


def without_secrets(words: Iterable[str]) -> str:
    """Return a command line for a shell, with ``…`` for users of URLs and for values of names such as ``token``.

    >>> without_secrets(["preview", "--editor", "https://ann:pw@host/?token=abc&file={path}"])
    "preview --editor 'https://…@host/?token=…&file={path}'"
    """
    return shlex.join(_SECRET.sub(r"\1…", _USER_OF_URL.sub("…", word)) for word in words)


def _message(error: BaseException) -> str:
    try:
        notes = [f"({note})" for note in getattr(error, "__notes__", ())]
        return " ".join([str(error).strip(), *notes]).strip()
    except Exception:  # noqa: BLE001 - the report must be written, whatever the exception's __str__ does
        return ""


def _header(bug: InternalError, words: Sequence[str]) -> str:
    python = f"Python {platform.python_version()} ({sys.executable})"
    facts = [
        str(bug),
        "",
        _PRIVACY,
        "",
        f"replisite {__version__}",
        python,
        platform.platform(),
        f"Command line: replisite {without_secrets(words)}",
        "",
    ]
    return "\n".join(facts)


def _digest(bug: InternalError) -> str:
    """Return what tells one bug from another: its type and its lines of code, not its message or its processes."""
    lines = re.findall(r'^\s*File "(.*)", line (\d+)', "\n".join(bug.tracebacks), re.MULTILINE)
    return hashlib.sha256(repr((bug.kind, lines)).encode(errors="replace")).hexdigest()[:10]


def _written_in_site(folder: Path, name: str, text: str) -> Path | None:
    try:
        path = private_folder(folder) / name
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        _write(handle, text)
    except OSError:
        return None
    return path


def _written_elsewhere(text: str) -> Path | None:
    try:
        handle, path = tempfile.mkstemp(prefix="replisite-bug-", suffix=".txt")  # of mode 0600
        _write(handle, text)
    except OSError:
        return None
    return Path(path)


def _write(handle: int, text: str) -> None:
    with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
