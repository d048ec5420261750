"""Check the roster and count the people on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from replisite.errors import Fault
from replisite.model.options import Options
from replisite.model.site import Site
from replisite.rendering.steps import (
    Findings,
    Preparation,
    accept_roster,
    build_lock,
    phase,
    rendering_process,
)
from replisite.reporting import NoticeKind, Phase, Reporter

__all__ = ["RosterCounts", "count_roster"]


@dataclass(slots=True, kw_only=True)
class RosterCounts(Findings):
    """The numbers of people on a roster: with a site, by status, and by market."""

    sites: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    by_market: dict[str, int] = field(default_factory=dict)


def count_roster(
    site: Site, options: Options, reporter: Reporter, earlier: Sequence[Fault] = ()
) -> RosterCounts:
    """Read the roster and count its people; raises InputError for faults of the roster and of site.toml.

    The content is read too, because no alias can be the name of a page. If the content has faults, the aliases are
    compared with the built-in names only, and a warning says so.
    """
    counted = RosterCounts()
    work = Preparation(site, options, counted, reporter)
    with build_lock(site, reporter), rendering_process(site, options) as rendering:
        with phase(work, Phase.CONTENT):
            composed = rendering.compose(reporter)
        if composed.faults:
            faults = "1 fault" if len(composed.faults) == 1 else f"{len(composed.faults):,} faults"
            counted.warn(
                NoticeKind.CONTENT,
                f"the content has {faults}, so no alias was compared with its pages; run: replisite check",
            )
        with phase(work, Phase.ROSTER), work.people() as people:
            accept_roster(work, people, composed.names, earlier)
            counts = people.counts
        counted.sites = counts.sites
        counted.by_status, counted.by_market = dict(counts.by_status), dict(counts.by_market)
    return counted
