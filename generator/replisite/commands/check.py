"""Check a site: do everything that a build does before it presses, and write no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from replisite.errors import Fault
from replisite.model.options import Options, database_path
from replisite.model.site import Site
from replisite.rendering.process import LinkCounts, RenderingProcess
from replisite.rendering.steps import (
    SHARD_SITES,
    Findings,
    Preparation,
    accept_roster,
    build_lock,
    compose,
    phase,
    prepare_photos,
    prove_sample,
    rendering_process,
    sample_of,
    withhold_photos,
)
from replisite.reporting import NoticeKind, Phase, Reporter

__all__ = ["CheckOptions", "Checked", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The options of a check. ``counts_links``: press every site in memory, and count its company links."""

    counts_links: bool = False
    source: Options = field(default_factory=Options)


@dataclass(slots=True, kw_only=True)
class Checked(Findings):
    """The result of a check. ``pages`` counts each page of each edition once.

    ``links`` are the company links of all sites, or None if they were not counted.
    """

    pages: int = 0
    sites: int = 0
    proofs: int = 0
    links: LinkCounts | None = None

    @property
    def has_lost_links(self) -> bool:
        """Whether company links were counted, and some do not carry their owner."""
        return self.links is not None and self.links.lost_count > 0

    def as_json(self) -> dict[str, Any]:
        """Return the findings as plain data, without ``links`` if they were not counted."""
        plain = Findings.as_json(self)
        if self.links is None:
            del plain["links"]
        return plain


def check(site: Site, options: CheckOptions, reporter: Reporter, earlier: Sequence[Fault] = ()) -> Checked:
    """Do everything that a build does before it presses; raises the errors that the build would raise.

    ``earlier`` are faults of site.toml: they are reported together with those of the content and the roster.
    """
    checked = Checked()
    work = Preparation(site, options.source, checked, reporter)
    with build_lock(site, reporter), rendering_process(site, options.source, fresh=True) as rendering:
        with phase(work, Phase.CONTENT):
            composed = compose(work, rendering)
            checked.pages = composed.pages
        with phase(work, Phase.ROSTER), work.people() as people:
            accept_roster(work, people, composed.names, [*earlier, *composed.faults])
            checked.sites = people.counts.sites
        with phase(work, Phase.PHOTOS), work.people() as people:
            prepare_photos(work, people)
            withhold_photos(work, rendering, composed, people)
            sample = sample_of(people, site)
        with phase(work, Phase.PROVE):
            checked.proofs = prove_sample(work, rendering, sample)
        if options.counts_links:
            with phase(work, Phase.LINKS):
                checked.links = _count_links(work, rendering)
            if not site.links:
                checked.warn(NoticeKind.CONFIG, "site.toml has no [links], so no link can carry an owner")
    return checked


def _count_links(work: Preparation, rendering: RenderingProcess) -> LinkCounts:
    with work.people() as people:
        shards = people.shards(people.counts.sites // SHARD_SITES + 1)
    return rendering.count_links(
        database_path(work.site, work.options), shards, work.options.processes, work.reporter
    )
