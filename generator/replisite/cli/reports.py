"""Reports as people read them on a terminal."""

from __future__ import annotations

from replisite.cli.terminal import Terminal
from replisite.commands.build import Report
from replisite.commands.check import Checked, RosterCounts
from replisite.commands.explain import Explanation
from replisite.errors import SHOWN
from replisite.pages.explanation import PageExplanation
from replisite.rendering.process import LinkCounts
from replisite.rendering.steps import Findings

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


def tell_built(console: Terminal, report: Report, verbose: bool) -> None:
    """Tell what a build made, and where it is."""
    press = report.seconds.get("press", 0.0)
    rate = f", {report.pages / press:,.0f} pages/s" if press else ""
    console.print_parts(
        (f"{count(report.sites, 'site')} and the corporate site", "bold"),
        (f": {count(report.pages, 'page')}, {report.bytes / 1e6:,.1f} MB", ""),
        (f" in {sum(report.seconds.values()):.1f} s{rate}", ""),
    )
    if report.is_content_kept:
        console.print(
            "The content is as it was: pages proved by an earlier build were filled in anew", style="dim"
        )
    else:
        console.print(f"{count(report.proofs, 'page')} proved equal to Jinja's own rendering", style="dim")
    if report.photos_made:
        seconds = report.seconds.get("photos", 0.0)
        kept = f", {report.photos_reused:,} reused" if report.photos_reused else ""
        console.print(f"{count(report.photos_made, 'photo')} made smaller in {seconds:.1f} s{kept}")
    if report.closed:
        people = count(report.closed, "person", "people")
        console.print(f"{people} on the roster without a site (lapsed, terminated or closed market)")
    tell_findings(console, report, verbose)
    console.print(f"→ {report.output}")


def tell_checked(console: Terminal, checked: Checked) -> None:
    """Tell what a check found in order, and the company links that do not carry their owner."""
    links = checked.links
    told = "Checked" if links and links.lost_count else "In order"
    console.print_parts(
        (told, "bold"),
        (f": {count(checked.pages, 'page')}, {count(checked.sites, 'site')} and the corporate site", ""),
        (f"; {count(checked.proofs, 'page')} proved", ""),
    )
    if links:
        _tell_links(console, links)


def _tell_links(console: Terminal, links: LinkCounts) -> None:
    on_sites = links.links - links.corporate_links
    carried = links.carried - links.corporate_carried
    console.print_parts(
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
    console.print(f"{count(links.lost_count, 'company link')} {verb} not carry the owner:", style="bold red")
    for lost in links.lost[:SHOWN]:
        where = f"{lost.site or 'the corporate site'}: {lost.page}: {lost.address}  ({lost.source})"
        console.print(f"  {where}")
    if rest := links.lost_count - len(links.lost[:SHOWN]):
        console.print(f"  … and {rest:,} more")
    console.print(
        "Write them with a link function, such as {{ shop_link(distributor) }}, or list addresses that need no owner "
        "in site.toml: [site] ownerless_links",
    )


def tell_roster(console: Terminal, counted: RosterCounts) -> None:
    """Tell how many people there are."""
    people = count(counted.people, "person", "people")
    console.print_parts((people, "bold"), (f", {counted.sites:,} with a site", ""))
    for told, counts in (("by status", counted.by_status), ("by market", counted.by_market)):
        console.print(
            f"{told}: {', '.join(f'{name} {number:,}' for name, number in counts.items()) or 'none'}"
        )
    if counted.skipped_rows:
        console.print(f"skipped rows: {counted.skipped_rows:,}")


def tell_explained(console: Terminal, told: Explanation, in_detail: bool) -> None:
    """Tell how pages were staged: one line a page, or each with its slots."""
    for page in told.pages:
        _tell_page(console, page, in_detail)
    in_full = [page for page in told.pages if page.widened]
    console.print_parts(
        (count(len(told.pages), "page"), "bold"),
        (f", {count(told.slots, 'slot')} in templates and content; ", ""),
        (f"{len(in_full):,} rendered in full for every owner", ""),
    )


def _tell_page(console: Terminal, page: PageExplanation, in_detail: bool) -> None:
    if page.widened:
        what = "in full"
    elif page.is_shared:
        what = "the same for everybody"
    else:
        what = f"{count(sum(slot.times for slot in page.slots), 'slot')}, {len(page.slots):,} different"
    line = f"{page.edition}  {page.path}  {page.static_bytes:,} bytes static, {what}"
    console.print(line)
    if page.widened:
        console.print(f"  {page.widened}", style="yellow")
    for slot in page.slots if in_detail else ():
        used = f"{slot.times} times, " if slot.times > 1 else ""
        shared = f"{used}on {count(slot.pages, 'page')}"
        console.print(f"  {slot.where}: {slot.told}  ({shared})")
        for reason in slot.widened:
            console.print(f"    because of {reason}", style="yellow")


def tell_findings(console: Terminal, findings: Findings, verbose: bool) -> None:
    """Tell rows that were skipped, warnings, of which a few are enough, and seconds."""
    if findings.skipped_count:
        console.print(f"{count(findings.skipped_count, 'fault')} in rows that were skipped:", style="yellow")
        for line in findings.skipped:
            console.print(f"  {line}")
        if findings.skipped_rows > findings.skipped_count:
            console.print(
                f"{findings.skipped_rows:,} rows of the roster are left out by these faults", style="yellow"
            )
    if findings.content_not_kept:
        told = f"The next build reads the content again: {findings.content_not_kept}"
        console.print(told, style="dim")
    shown = findings.warnings if verbose else findings.warnings[:WARNINGS_SHOWN]
    for warning in shown:
        console.print(f"warning: {warning}", style="yellow")
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
