"""A deploy on a terminal: the plan, the question, a bar with files, bytes and time left, and the result."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from replisite.cli.terminal import Bar, Terminal
from replisite.deploy.plan import Plan
from replisite.deploy.reports import Deployed, RolledBack
from replisite.deploy.steps import Reason
from replisite.errors import UsageError
from replisite.reporting import Notice, Phase

__all__ = ["DeployReporter"]

_REASONS: dict[Reason, tuple[str, str]] = {
    "new": ("+", "green"),
    "missing": ("+", "green"),
    "content": ("~", "yellow"),
    "metadata": ("~", "yellow"),
    "gone": ("-", "red"),
}
_LABELS: dict[Reason, str] = {
    "new": "new",
    "missing": "missing on the host",
    "content": "with changed content",
    "metadata": "with changed headers only",
    "gone": "to delete",
}

SHOWN = 3
EVERY_SECONDS = 5.0


class DeployReporter:
    """Prints the progress of a deploy, and asks unless ``is_agreed``; a context manager, which removes the bar."""

    def __init__(self, terminal: Terminal, *, is_agreed: bool, is_quiet: bool) -> None:
        self._terminal = terminal
        self._is_agreed = is_agreed
        self._is_quiet = is_quiet
        self._bar: Bar | None = None
        self._phase: Phase | None = None
        self._printed_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove_bar()

    # -- progress --------------------------------------------------------------------------------------

    def begin(self, phase: Phase, /) -> None:
        """Begin a phase; only its progress is printed."""
        self._remove_bar()
        self._phase = phase

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Print the progress of the phase."""
        del pages
        if self._is_quiet:
            return
        if self._phase is Phase.VERIFY:
            self._terminal.print(f"Comparing {total:,} live files with the build", style="dim")
        elif self._phase is Phase.SCAN:
            if self._is_due():
                self._terminal.print(f"  {done:,} live files read", style="dim")
        elif self._terminal.is_terminal:
            self._move_bar(done, total, size)
        elif self._is_due():
            self._terminal.print(f"  {done:,} of {total:,} files, {_size(size)}")

    def warn(self, notice: Notice, /) -> None:
        """Print the notice."""
        self._terminal.print(f"warning: {notice}", style="yellow")

    def _is_due(self) -> bool:
        is_due = time.monotonic() - self._printed_at > EVERY_SECONDS
        if is_due:
            self._printed_at = time.monotonic()
        return is_due

    def _move_bar(self, done: int, total: int, size: int) -> None:
        if self._bar is None:
            self._bar = Bar(self._terminal, refreshes=True)
            self._bar.begin("Sending", total)
            self._printed_at = time.monotonic()
        passed = time.monotonic() - self._printed_at
        rate = f"{done / passed:,.0f} files/s, {_size(size)}" if passed else ""
        self._bar.update(done, total, rate)

    def _remove_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    # -- questions -------------------------------------------------------------------------------------

    def agrees(self, plan: Plan) -> bool:
        """Print the plan, and ask whether to apply it."""
        if not self._is_quiet:
            self._print_plan(plan)
        return self._is_agreed or self._asks("Go ahead?")

    def agrees_to_roll_back(self, report: RolledBack) -> bool:
        """Ask whether to roll back."""
        return self._is_agreed or self._asks(
            f"Roll back from {report.left} to {report.release} on {report.host}?"
        )

    def _asks(self, question: str) -> bool:
        """Ask for yes or no; raises UsageError without a terminal."""
        if not self._terminal.is_terminal:
            raise UsageError(
                "there is no terminal to ask on; add --yes, or run replisite deploy --dry-run to see the plan"
            )
        return self._terminal.ask(f"{question} [y/N]").strip().lower() in {"y", "yes"}

    # -- results ---------------------------------------------------------------------------------------

    def print_deployed(self, report: Deployed) -> None:
        """Print the result of a deploy."""
        self._remove_bar()
        for notice in report.notices:
            self.warn(notice)
        if not self._is_quiet:
            self._print_result(report)
        for difference in report.differences:
            self._terminal.print(difference, style="red")

    def _print_result(self, report: Deployed) -> None:
        terminal = self._terminal
        if report.is_dry:
            self._print_counts(report.reasons, report.examples)  # type: ignore[arg-type]
            terminal.print(f"Dry run: nothing was changed on {report.host}")
        elif report.is_live:
            self._print_live(report)
        elif not report.reasons:
            terminal.print(f"Nothing to do: all {report.files:,} files are live on {report.host}")
        else:
            terminal.print("Nothing was changed")
        if report.configured:
            names = ", ".join(report.configured)
            terminal.print(f"{names} in {report.host} changed: reload the configuration of the web server")

    def _print_live(self, report: Deployed) -> None:
        spent = report.seconds.get("apply", 0.0)
        retries = f", {report.retries:,} retries" if report.retries else ""
        sent = f"{report.puts:,} put, {report.deletes:,} deleted, {_size(report.bytes)} in {spent:.1f} s"
        self._terminal.print_parts(("Live", "bold"), (f": {sent}{retries}", ""))
        if report.verified and not report.differences:
            self._terminal.print(f"{report.verified:,} live files compared: equal to the build", style="dim")
        self._terminal.print(f"→ {report.host} ({report.release})")

    def print_rolled_back(self, report: RolledBack) -> None:
        """Print the result of a rollback."""
        self._remove_bar()
        if self._is_quiet:
            return
        if report.is_live:
            self._terminal.print_parts(
                ("Live again", "bold"), (f": {report.release} (before: {report.left})", "")
            )
        else:
            self._terminal.print("Nothing was changed")

    # -- the plan --------------------------------------------------------------------------------------

    def _print_plan(self, plan: Plan) -> None:
        self._print_counts({reason: plan.reasons[reason] for reason in plan.reasons}, plan.examples)
        self._terminal.print(f"{plan.built:,} files built, {plan.live:,} live; {_size(plan.bytes)} to send")

    def _print_counts(self, counts: dict[Reason, int], examples: dict[Reason, list[str]]) -> None:
        for reason, (sign, style) in _REASONS.items():
            if not counts.get(reason):
                continue
            shown = ", ".join(examples.get(reason, ())[:SHOWN])
            more = " …" if counts[reason] > SHOWN else ""
            self._terminal.print_parts(
                (f"{sign} {counts[reason]:,} {_LABELS[reason]}", style), (f"  {shown}{more}", "dim")
            )


def _size(size: int) -> str:
    """Return a number of bytes in a unit that fits it.

    >>> _size(999), _size(1_500), _size(2_000_000), _size(3_210_000_000)
    ('999 bytes', '1.5 kB', '2.0 MB', '3.21 GB')
    """
    if size < 1_000:
        return f"{size} bytes"
    if size < 1_000_000:
        return f"{size / 1e3:,.1f} kB"
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"
