"""The reports of commands as text on a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from replisite.cli.terminal import Terminal
from replisite.commands.build import Report
from replisite.commands.check import Checked
from replisite.commands.explain import Explanation
from replisite.commands.roster import RosterCounts
from replisite.errors import SHOWN
from replisite.pages.explanation import PageExplanation
from replisite.rendering.process import LinkCounts
from replisite.rendering.steps import Findings

__all__ = [
    "count",
    "print_built",
    "print_checked",
    "print_explained",
    "print_findings",
    "print_new",
    "print_roster",
]

WARNINGS_SHOWN = 5
"""How many warnings are printed without -v."""


def print_new(terminal: Terminal, folder: Path, made: Sequence[Path]) -> None:
    """Print the files of a new site, and the next commands."""
    tops = sorted({path.relative_to(folder).parts[0] for path in made})
    terminal.print(f"Made {len(made)} files in {folder}: {', '.join(tops)}")
    terminal.print("Next:")
    if folder.resolve() != Path.cwd():
        terminal.print(f"  cd {shlex.quote(str(folder))}")
    terminal.print("  replisite build")


def print_built(terminal: Terminal, report: Report, verbose: bool) -> None:
    """Print the result of a build, and the folder of its output."""
    press = report.seconds.get("press", 0.0)
    rate = f", {report.pages / press:,.0f} pages/s" if press else ""
    terminal.print_parts(
        (f"{count(report.sites, 'site')} and the corporate site", "bold"),
        (f": {count(report.pages, 'page')}, {report.bytes / 1e6:,.1f} MB", ""),
        (f" in {sum(report.seconds.values()):.1f} s{rate}", ""),
    )
    if report.is_content_kept:
        terminal.print("Content unchanged: reused the pages of the last build", style="dim")
    else:
        terminal.print(f"{count(report.proofs, 'page')} proved equal to Jinja's own rendering", style="dim")
    if report.photos_made:
        seconds = report.seconds.get("photos", 0.0)
        reused = f", {report.photos_reused:,} reused" if report.photos_reused else ""
        terminal.print(f"{count(report.photos_made, 'photo')} resized in {seconds:.1f} s{reused}")
    if report.closed:
        people = count(report.closed, "person", "people")
        terminal.print(f"{people} on the roster without a site (lapsed, terminated or closed market)")
    print_findings(terminal, report, verbose)
    terminal.print(f"→ {report.output}")


def print_checked(terminal: Terminal, checked: Checked) -> None:
    """Print the result of a check, and the company links that do not carry their owner."""
    terminal.print_parts(
        ("Checked" if checked.has_lost_links else "In order", "bold"),
        (f": {count(checked.pages, 'page')}, {count(checked.sites, 'site')} and the corporate site", ""),
        (f"; {count(checked.proofs, 'page')} proved", ""),
    )
    if checked.links:
        _print_links(terminal, checked.links)


def _print_links(terminal: Terminal, links: LinkCounts) -> None:
    on_sites = links.links - links.corporate_links
    carried = links.carried - links.corporate_carried
    terminal.print_parts(
        (f"{carried:,} of {count(on_sites, 'company link')}", "bold"),
        (f" on {count(links.sites, 'site')} carry the site's owner, ", ""),
        (
            f"{links.corporate_carried:,} of {links.corporate_links:,} on the corporate site the house account",
            "",
        ),
        (f"; {links.ownerless:,} need no owner" if links.ownerless else "", ""),
    )
    if not links.lost_count:
        return
    verb = "does" if links.lost_count == 1 else "do"
    terminal.print(f"{count(links.lost_count, 'company link')} {verb} not carry the owner:", style="bold red")
    for lost in links.lost[:SHOWN]:
        where = f"{lost.site or 'the corporate site'}: {lost.page}: {lost.address}  ({lost.source})"
        terminal.print(f"  {where}")
    if rest := links.lost_count - len(links.lost[:SHOWN]):
        terminal.print(f"  … and {rest:,} more")
    terminal.print(
        "Write them with a link function, such as {{ shop_link(distributor) }}, or list addresses that need no owner "
        "in site.toml: [site] ownerless_links",
    )


def print_roster(terminal: Terminal, counted: RosterCounts) -> None:
    """Print the numbers of people on a roster."""
    people = count(counted.people, "person", "people")
    terminal.print_parts((people, "bold"), (f", {counted.sites:,} with a site", ""))
    for label, counts in (("by status", counted.by_status), ("by market", counted.by_market)):
        terminal.print(
            f"{label}: {', '.join(f'{name} {number:,}' for name, number in counts.items()) or 'none'}"
        )
    if counted.skipped_rows:
        terminal.print(f"skipped rows: {counted.skipped_rows:,}")


def print_explained(terminal: Terminal, explanation: Explanation, in_detail: bool) -> None:
    """Print how pages were staged: one line a page, and its slots where they are wanted."""
    for page in explanation.pages:
        _print_page(terminal, page, in_detail)
    in_full = [page for page in explanation.pages if page.widened]
    terminal.print_parts(
        (count(len(explanation.pages), "page"), "bold"),
        (f", {count(explanation.slots, 'slot')} in templates and content; ", ""),
        (f"{len(in_full):,} rendered in full for every owner", ""),
    )


def _print_page(terminal: Terminal, page: PageExplanation, in_detail: bool) -> None:
    if page.widened:
        staged = "in full"
    elif page.is_shared:
        staged = "the same for all owners"
    else:
        slots = count(sum(slot.times for slot in page.slots), "slot")
        staged = f"{slots}, {len(page.slots):,} different"
    terminal.print(f"{page.edition}  {page.path}  {page.static_bytes:,} bytes static, {staged}")
    if page.widened:
        terminal.print(f"  {page.widened}", style="yellow")
    for slot in page.slots if in_detail else ():
        used = f"{slot.times} times, " if slot.times > 1 else ""
        shared = f"{used}on {count(slot.pages, 'page')}"
        terminal.print(f"  {slot.where}: {slot.code}  ({shared})")
        for reason in slot.widened:
            terminal.print(f"    because of {reason}", style="yellow")


def print_findings(terminal: Terminal, findings: Findings, verbose: bool) -> None:
    """Print the rows that were skipped, the first warnings, and the seconds of each phase."""
    if findings.skipped_count:
        faults = count(findings.skipped_count, "fault")
        terminal.print(f"{faults} in rows that were skipped:", style="yellow")
        for line in findings.skipped:
            terminal.print(f"  {line}")
        if findings.skipped_rows > findings.skipped_count:
            terminal.print(
                f"{findings.skipped_rows:,} rows of the roster are left out by these faults", style="yellow"
            )
    if findings.content_not_kept:
        terminal.print(f"The next build reads the content again: {findings.content_not_kept}", style="dim")
    warnings = findings.warnings
    shown = warnings if verbose else warnings[:WARNINGS_SHOWN]
    for warning in shown:
        terminal.print(f"warning: {warning}", style="yellow")
    if rest := len(warnings) - len(shown):
        terminal.print(f"… and {count(rest, 'more warning')}; -v shows them", style="yellow")
    if verbose:
        phases = ", ".join(f"{name} {value:.2f} s" for name, value in findings.seconds.items())
        terminal.print(f"seconds: {phases}", style="dim")


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "page"), count(2000, "person", "people")
    ('1 page', '2,000 people')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
