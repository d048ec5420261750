"""Report a bug in replisite on the terminal or as JSON, and return exit code 70."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from replisite.cli.exits import ExitCode
from replisite.cli.terminal import Terminal
from replisite.config.site_folder import NAME, find_site
from replisite.errors import InputError
from replisite.system.bugs import BugReport, write_bug_report

__all__ = ["report_bug"]

_STATE: Final = {
    "build": "The last good output is unchanged.",
    "deploy": "What is live holds together; the next deploy continues from there.",
    "rollback": "What is live holds together; the next run continues from there.",
}
"""By command: the state that it leaves when a bug ends it."""


def report_bug(error: BaseException, words: Sequence[str]) -> int:
    """Write a bug report, print where it is, and return the exit code. ``words`` are those of the command line."""
    report = write_bug_report(error, _site_of(words), words)
    if "--json" in words:
        Terminal().print_json(_as_json(report))
        return ExitCode.BUG
    terminal = Terminal(is_error=True)
    terminal.print(report.what, style="bold red")
    terminal.print(report.next)
    if report.path is None:
        terminal.print_lines(report.text)
    state = next((_STATE[word] for word in words[:1] if word in _STATE), "")
    if state:
        terminal.print(state)
    return ExitCode.BUG


def _as_json(report: BugReport) -> dict[str, object]:
    """Return a bug in the form of the other errors, with its type and its file."""
    bug = {
        "type": report.bug.kind,
        "message": report.bug.message,
        "traceback_file": None if report.path is None else str(report.path),
    }
    printed = {} if report.path else {"traceback": report.text}
    message = f"{report.what}\n{report.next}"
    return {"error": "InternalError", "message": message, "faults": [], "bug": {**bug, **printed}}


def _site_of(words: Sequence[str]) -> Path | None:
    """Return the site's folder that a command line names, or the nearest upwards; None without one."""
    named = [word.removeprefix("--site=") for word in words if word.startswith("--site=")]
    named += [word for before, word in pairwise(words) if before == "--site"]
    if named:
        folder = Path(named[-1])
        return folder.resolve() if (folder / NAME).is_file() else None
    try:
        return find_site(Path.cwd())
    except (InputError, OSError):
        return None
