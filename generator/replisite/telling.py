"""Reports as people read them on a terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rich.console import Console

from replisite.build import Report
from replisite.check import Checked, RosterCounts
from replisite.errors import Fault
from replisite.explain import Explanation
from replisite.explained import ToldPage
from replisite.prepare import Findings
from replisite.preview.desk import Happened
from replisite.preview.frames import frame_of, frame_text
from replisite.preview.serve import Started

__all__ = [
    "PreviewTeller",
    "count",
    "tell_built",
    "tell_checked",
    "tell_explained",
    "tell_findings",
    "tell_roster",
]

FAULTS_SHOWN = 5
"""How many faults are told with the lines around them."""

WARNINGS_SHOWN = 5
"""How many warnings are told without -v."""


def tell_built(console: Console, report: Report, verbose: bool) -> None:
    """Tell what a build made, and where it is."""
    press = report.seconds.get("press", 0.0)
    rate = f", {report.pages / press:,.0f} pages/s" if press else ""
    console.print(
        f"[bold]{count(report.sites, 'site')} and the corporate site[/bold]: {count(report.pages, 'page')}, "
        f"{report.bytes / 1e6:,.1f} MB in {sum(report.seconds.values()):.1f} s{rate}"
    )
    if report.is_content_kept:
        console.print(
            "The content is as it was: pages proved by an earlier build were filled in anew", style="dim"
        )
    else:
        console.print(f"{count(report.proofs, 'page')} proved equal to Jinja's own rendering", style="dim")
    if report.closed:
        people = count(report.closed, "person", "people")
        console.print(f"{people} on the roster without a site (lapsed, terminated or closed market)")
    tell_findings(console, report, verbose)
    console.print(f"→ {report.output}", markup=False)


def tell_checked(console: Console, checked: Checked) -> None:
    """Tell what a check found in order."""
    console.print(
        f"[bold]In order[/bold]: {count(checked.pages, 'page')}, {count(checked.sites, 'site')} "
        f"and the corporate site; {count(checked.proofs, 'page')} proved"
    )


def tell_roster(console: Console, counted: RosterCounts) -> None:
    """Tell how many people there are."""
    people = count(counted.people, "person", "people")
    console.print(f"[bold]{people}[/bold], {counted.sites:,} with a site")
    for told, counts in (("by status", counted.by_status), ("by market", counted.by_market)):
        console.print(
            f"{told}: {', '.join(f'{name} {number:,}' for name, number in counts.items()) or 'none'}"
        )
    if counted.skipped_rows:
        console.print(f"skipped rows: {counted.skipped_rows:,}")


def tell_explained(console: Console, told: Explanation, in_detail: bool) -> None:
    """Tell how pages were staged: one line a page, or each with its slots."""
    for page in told.pages:
        _tell_page(console, page, in_detail)
    in_full = [page for page in told.pages if page.widened]
    console.print(
        f"[bold]{count(len(told.pages), 'page')}[/bold], {count(told.slots, 'slot')} in templates and content; "
        f"{len(in_full):,} rendered in full for every owner"
    )


def _tell_page(console: Console, page: ToldPage, in_detail: bool) -> None:
    if page.widened:
        what = "in full"
    elif page.is_shared:
        what = "the same for everybody"
    else:
        what = f"{count(sum(slot.times for slot in page.slots), 'slot')}, {len(page.slots):,} different"
    line = f"{page.edition}  {page.path}  {page.static_bytes:,} bytes static, {what}"
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    if page.widened:
        console.print(f"  {page.widened}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    for slot in page.slots if in_detail else ():
        used = f"{slot.times} times, " if slot.times > 1 else ""
        shared = f"{used}on {count(slot.pages, 'page')}"
        console.print(
            f"  {slot.where}: {slot.told}  ({shared})", markup=False, highlight=False, soft_wrap=True
        )
        for reason in slot.widened:
            console.print(
                f"    because of {reason}", style="yellow", markup=False, highlight=False, soft_wrap=True
            )


def tell_findings(console: Console, findings: Findings, verbose: bool) -> None:
    """Tell rows that were skipped, warnings, of which a few are enough, and seconds."""
    if findings.skipped_count:
        console.print(f"{count(findings.skipped_count, 'fault')} in rows that were skipped:", style="yellow")
        for line in findings.skipped:
            console.print(f"  {line}", markup=False)
    if findings.content_not_kept:
        told = f"The next build reads the content again: {findings.content_not_kept}"
        console.print(told, style="dim", markup=False)
    shown = findings.warnings if verbose else findings.warnings[:WARNINGS_SHOWN]
    for warning in shown:
        console.print(f"warning: {warning}", style="yellow", markup=False)
    if len(shown) < len(findings.warnings):
        rest = len(findings.warnings) - len(shown)
        console.print(f"… and {count(rest, 'more warning')}; -v shows them", style="yellow")
    if verbose:
        phases = ", ".join(f"{name} {value:.2f} s" for name, value in findings.seconds.items())
        console.print(f"seconds: {phases}", style="dim")


class PreviewTeller:
    """Tells on a terminal what happens in a preview: one line a save, and faults with the lines around them."""

    def __init__(self, console: Console, root: Path, *, quiet: bool) -> None:
        self._console = console
        self._root = root
        self._quiet = quiet
        self._is_faulty = False

    def started(self, started: Started) -> None:
        """Tell where the preview is."""
        if started.moved_from is not None:
            self._say(f"Port {started.moved_from} is in use, so the preview has another.", style="yellow")
        self._console.print(f"[bold]Preview:[/bold] [link={started.url}]{started.url}[/link]")
        if started.public_url:
            self._console.print(f"On other devices: {started.public_url}/", markup=False)
            told = "Whoever is in this network can see unfinished pages; member pages stay on this machine."
            self._console.print(told, style="yellow")
        if started.is_polling:
            told = "The system has no watches left for so many folders; files are looked at twice a second instead."
            self._say(told, style="yellow")
        self._say("Ctrl-C ends it.", style="dim")

    def happened(self, happened: Happened) -> None:
        """Tell what changed, and what must be mended."""
        if happened.changed and not self._quiet:
            self._say(self._line(happened), style="dim")
        if happened.faults:
            self._is_faulty = True
            for fault in happened.faults[:FAULTS_SHOWN]:
                self._tell_fault(fault)
            more = len(happened.faults) - FAULTS_SHOWN + happened.uncounted
            if more > 0:
                self._console.print(f"… and {count(more, 'more fault')}", style="red")
        elif happened.is_mended and self._is_faulty:
            self._is_faulty = False
            self._say("Mended: everything is in order again.", style="green")
        for warning in happened.warnings[:WARNINGS_SHOWN]:
            self._say(f"warning: {warning}", style="yellow")

    def ended(self) -> None:
        """Tell that the preview is over."""
        self._say("Preview ended.", style="dim")

    def _line(self, happened: Happened) -> str:
        names = [
            str(path.relative_to(self._root)) if path.is_relative_to(self._root) else str(path)
            for path in happened.changed
        ]
        shown = names[0] if len(names) == 1 else count(len(names), "file")
        screens = f", {count(happened.refreshed, 'screen')} refreshed" if happened.refreshed else ""
        return f"{datetime.now().astimezone():%H:%M:%S}  {shown}  {happened.seconds * 1000:.0f} ms{screens}"

    def _tell_fault(self, fault: Fault) -> None:
        self._console.print(str(fault), style="bold red", markup=False)
        frame = frame_of(self._root, fault)
        if frame is not None:
            self._console.print(frame_text(frame), markup=False, highlight=False)

    def _say(self, text: str, style: str) -> None:
        if not self._quiet:
            self._console.print(text, style=style, markup=False)


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "page"), count(2000, "person", "people")
    ('1 page', '2,000 people')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
