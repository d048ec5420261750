"""How a command ends: the error on the terminal or as JSON, and the exit code."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

from replisite.cli.terminal import ERR, OUT
from replisite.errors import InputError, PartlyDeployed, ReplisiteError, UsageError
from replisite.system.limits import limit_error
from replisite.system.processes import INTERRUPTS

__all__ = [
    "BUILD_INTERRUPTED",
    "DEPLOY_INTERRUPTED",
    "PREVIEW_INTERRUPTED",
    "ExitCode",
    "ending",
    "system_limits_reported",
]

BUILD_INTERRUPTED = "Interrupted; the last finished output is unchanged."
DEPLOY_INTERRUPTED = "Interrupted; the live sites are consistent, and the next run continues from here."
PREVIEW_INTERRUPTED = "Preview ended."


class ExitCode(IntEnum):
    """The exit codes of the program, as every ``--help`` lists them."""

    SUCCESS = 0
    FAULT = 1
    USAGE = 2
    PARTLY_DEPLOYED = 3
    INTERRUPTED = 130


@contextmanager
def ending(
    *, as_json: bool, interrupted: str = BUILD_INTERRUPTED, is_interruptible: bool = True
) -> Iterator[None]:
    """Report an error of the command and raise SystemExit with its exit code.

    From here on Ctrl-C and SIGTERM interrupt the command; one that is not ``is_interruptible`` unblocks them later.
    """
    try:
        if is_interruptible:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
        yield
    except ReplisiteError as error:
        _end(error, as_json=as_json)
    except (OSError, MemoryError, RuntimeError) as error:
        limit = limit_error(error)
        if limit is None:
            raise
        _end(limit, as_json=as_json)
    except KeyboardInterrupt:
        ERR.print(interrupted)
        raise SystemExit(ExitCode.INTERRUPTED) from None


@contextmanager
def system_limits_reported() -> Iterator[None]:
    """Report an error of the system before a command began, or while it reported its result."""
    try:
        yield
    except (OSError, MemoryError, RuntimeError) as error:
        limit = limit_error(error)
        if limit is None:
            raise
        ERR.print(str(limit))
        raise SystemExit(ExitCode.FAULT) from None


def _end(error: ReplisiteError, *, as_json: bool) -> NoReturn:
    if as_json:
        OUT.print_json(_as_json(error))
    elif isinstance(error, InputError):
        for fault in error.shown:
            ERR.print(fault)
        ERR.print(f"{error.total:,} fault{'s' * (error.total > 1)}; nothing was written.", style="bold red")
    else:
        ERR.print_lines(str(error))
    codes = {UsageError: ExitCode.USAGE, PartlyDeployed: ExitCode.PARTLY_DEPLOYED}
    raise SystemExit(codes.get(type(error), ExitCode.FAULT))


def _as_json(error: ReplisiteError) -> dict[str, object]:
    """Return an error as plain data, with each fault in parts."""
    faults = [
        {"file": fault.file, "line": fault.line, "what": fault.what, "next": fault.next}
        for fault in getattr(error, "faults", [])
    ]
    plain: dict[str, object] = {"error": type(error).__name__, "message": str(error), "faults": faults}
    if isinstance(error, PartlyDeployed):
        plain["failures"] = [{"path": path, "why": why} for path, why in error.failures]
    return plain
