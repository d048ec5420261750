"""Reports as people read them on a terminal."""

from __future__ import annotations

from rich.console import Console

from replisite.build import Report
from replisite.check import Checked, RosterCounts
from replisite.explain import Explanation
from replisite.explained import ToldPage
from replisite.prepare import Findings

__all__ = [
    "count",
    "tell_built",
    "tell_checked",
    "tell_explained",
    "tell_findings",
    "tell_roster",
]

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
        if findings.skipped_rows > findings.skipped_count:
            console.print(
                f"{findings.skipped_rows:,} rows of the roster are left out by these faults", style="yellow"
            )
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


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "page"), count(2000, "person", "people")
    ('1 page', '2,000 people')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
