"""A deploy as people follow it on a terminal: the plan, the question, a bar with files, bytes and time left, the result."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from replisite.cli.terminal import Bar, Terminal
from replisite.deploy.plan import Plan
from replisite.deploy.reports import Deployed, Hears, RolledBack
from replisite.deploy.steps import Reason
from replisite.deploy.transfer import Transferred
from replisite.errors import UsageError

__all__ = ["DeployReporter"]

_REASONS: dict[Reason, tuple[str, str]] = {
    "new": ("+", "green"),
    "missing": ("+", "green"),
    "content": ("~", "yellow"),
    "metadata": ("~", "yellow"),
    "gone": ("-", "red"),
}
_TOLD: dict[Reason, str] = {
    "new": "new",
    "missing": "that should be live and are not",
    "content": "with other content",
    "metadata": "with other headers only",
    "gone": "to be deleted",
}

SHOWN = 3
EVERY_SECONDS = 5.0


class DeployReporter(Hears):
    """Tells on a console, and asks there unless ``is_agreed``; a context manager, which takes the bar away."""

    def __init__(self, console: Terminal, *, is_agreed: bool, is_quiet: bool) -> None:
        self._console = console
        self._is_agreed = is_agreed
        self._is_quiet = is_quiet
        self._bar: Bar | None = None
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    # -- meanwhile -------------------------------------------------------------------------------------

    def looking(self, files: int) -> None:
        """Tell how many live files have been looked at."""
        if not self._is_quiet and time.monotonic() - self._told > EVERY_SECONDS:
            self._told = time.monotonic()
            self._console.print(f"  looked at {files:,} live files", style="dim")

    def agrees(self, plan: Plan) -> bool:
        """Show the plan, and ask."""
        if not self._is_quiet:
            self._show(plan)
        return self._is_agreed or self.asks("Go ahead?")

    def asks(self, question: str) -> bool:
        """Ask for yes or no; raises UsageError where nobody can answer."""
        if not self._console.is_terminal:
            raise UsageError("nobody is there to say yes; say --yes, or --dry-run to see the plan alone")
        return self._console.ask(f"{question} [y/N]").strip().lower() in {"y", "yes"}

    def sending(self, sent: Transferred, plan: Plan) -> None:
        """Move the bar."""
        if self._is_quiet:
            return
        done, total = sent.puts + sent.deletes + len(sent.failures), plan.puts + plan.deletes
        if not self._console.is_terminal:
            if time.monotonic() - self._told > EVERY_SECONDS:
                self._told = time.monotonic()
                self._console.print(f"  {done:,} of {total:,} files, {_size(sent.bytes)}")
            return
        if self._bar is None:
            self._bar = Bar(self._console, refreshes=True)
            self._bar.begin("Sending", total)
            self._told = time.monotonic()
        passed = time.monotonic() - self._told
        rate = f"{done / passed:,.0f} files/s, {_size(sent.bytes)}" if passed else ""
        self._bar.update(done, total, rate)

    def verifying(self, files: int) -> None:
        """Tell that it is over, and looked at."""
        self._end()
        if not self._is_quiet:
            self._console.print(f"Looking at {files} files as visitors get them", style="dim")

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    # -- results ---------------------------------------------------------------------------------------

    def tell(self, report: Deployed) -> None:
        """Tell what a deploy did."""
        self._end()
        console = self._console
        for warning in report.warnings:
            console.print(f"warning: {warning}", style="yellow")
        if not self._is_quiet:
            self._tell(report)
        for difference in report.differences:
            console.print(difference, style="red")

    def _tell(self, report: Deployed) -> None:
        console = self._console
        if report.is_dry:
            self._show_reasons(report)
            console.print(f"Nothing was changed on {report.host}: this was a dry run")
        elif report.is_live:
            spent = report.seconds.get("apply", 0.0)
            again = f", {report.retries:,} tries again" if report.retries else ""
            console.print_parts(
                ("Live", "bold"),
                (
                    f": {report.puts:,} put, {report.deletes:,} deleted, {_size(report.bytes)} in {spent:.1f} s{again}",
                    "",
                ),
            )
            if report.verified and not report.differences:
                console.print(f"{report.verified} files looked at: they are as they were built", style="dim")
            console.print(f"→ {report.host} ({report.release})")
        elif not report.reasons:
            console.print(f"Nothing to do: all {report.files:,} files are live on {report.host}")
        else:
            console.print("Nothing was changed")
        if report.configured:
            names = ", ".join(report.configured)
            console.print(
                f"{names} in {report.host} changed: let the web server read its configuration again",
            )

    def tell_back(self, report: RolledBack) -> None:
        """Tell where going back led."""
        self._end()
        if self._is_quiet:
            return
        if report.is_live:
            self._console.print_parts(
                ("Live again", "bold"), (f": {report.release} (it was {report.left})", "")
            )
        else:
            self._console.print("Nothing was changed")

    def agrees_back(self, report: RolledBack) -> bool:
        """Ask whether to go back."""
        return self._is_agreed or self.asks(
            f"Go back from {report.left} to {report.release} on {report.host}?"
        )

    # -- the plan --------------------------------------------------------------------------------------

    def _show(self, plan: Plan) -> None:
        counts = {reason: plan.reasons[reason] for reason in plan.reasons}
        self._show_counts(counts, plan.examples)
        self._console.print(f"{plan.built:,} files built, {plan.live:,} live; {_size(plan.bytes)} to send")

    def _show_reasons(self, report: Deployed) -> None:
        self._show_counts(report.reasons, report.examples)  # type: ignore[arg-type]

    def _show_counts(self, counts: dict[Reason, int], examples: dict[Reason, list[str]]) -> None:
        for reason, (sign, style) in _REASONS.items():
            if not counts.get(reason):
                continue
            shown = ", ".join(examples.get(reason, ())[:SHOWN])
            more = " …" if counts[reason] > SHOWN else ""
            self._console.print_parts(
                (f"{sign} {counts[reason]:,} {_TOLD[reason]}", style), (f"  {shown}{more}", "dim")
            )


def _size(size: int) -> str:
    """Return bytes as people read them."""
    if size < 1_000:
        return f"{size} bytes"
    if size < 1_000_000:
        return f"{size / 1e3:,.1f} kB"
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"
