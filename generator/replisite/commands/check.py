"""Look everything over and write no page: check a site, or count the people on its roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from replisite.errors import Fault
from replisite.model.options import Options, database_path
from replisite.model.site import Site
from replisite.people import PeopleDatabase
from replisite.rendering.process import LinkCounts, RenderingProcess
from replisite.rendering.steps import (
    SHARD_SITES,
    Findings,
    Progress,
    accept_roster,
    compose,
    in_turn,
    phase,
    prepare_photos,
    prove_sample,
    rendering_process,
    sample_of,
    withhold_photos,
)

__all__ = ["Checked", "RosterCounts", "check", "count_roster"]


@dataclass(slots=True, kw_only=True)
class Checked(Findings):
    """What a check found to be in order. ``pages`` counts each page of each edition once.

    ``links`` are the company links of all sites, where they were counted.
    """

    pages: int = 0
    sites: int = 0
    proofs: int = 0
    links: LinkCounts | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the findings as plain data; without ``links`` where none were counted."""
        found = Findings.as_json(self)
        if self.links is None:
            del found["links"]
        return found


@dataclass(slots=True, kw_only=True)
class RosterCounts(Findings):
    """How many people there are on a roster."""

    sites: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    by_market: dict[str, int] = field(default_factory=dict)


def check(
    site: Site,
    options: Options,
    progress: Progress,
    earlier: Sequence[Fault] = (),
    *,
    counts_links: bool = False,
) -> Checked:
    """Do everything that a build does before it presses; raises what the build would raise.

    ``earlier`` are faults of site.toml: they are told together with those of the content and the roster.
    ``counts_links``: press every site too, in memory, and count its company links.
    """
    checked = Checked()
    with in_turn(site, progress), rendering_process(site, options, fresh=True) as room:
        with phase(checked, "content", progress):
            composed = compose(room, checked, progress)
            checked.pages = composed.pages
        with (
            phase(checked, "roster", progress),
            PeopleDatabase.open(database_path(site, options)) as database,
        ):
            found = [*earlier, *composed.faults]
            accept_roster(site, database, options, composed.names, found, checked, progress)
            checked.sites = database.counts.sites
        with (
            phase(checked, "photos", progress),
            PeopleDatabase.open(database_path(site, options)) as database,
        ):
            prepare_photos(site, database, options, checked, progress)
            withhold_photos(site, room, composed, database, options, checked)
            sample = sample_of(database, site)
        with phase(checked, "prove", progress):
            checked.proofs = prove_sample(room, sample, checked, options.processes, progress)
        if counts_links:
            with phase(checked, "links", progress):
                checked.links = _count_links(room, site, options, progress)
            if not site.links:
                checked.warnings.append("site.toml has no [links], so no link can carry an owner")
    return checked


def _count_links(room: RenderingProcess, site: Site, options: Options, progress: Progress) -> LinkCounts:
    path = database_path(site, options)
    with PeopleDatabase.open(path) as database:
        wanted = database.counts.sites
        shards = database.shards(wanted // SHARD_SITES + 1)
    sites = pages = 0

    def heard(more_sites: int, more_pages: int) -> None:
        nonlocal sites, pages
        sites, pages = sites + more_sites, pages + more_pages
        progress("links", sites, wanted, pages)

    return room.count_links(path, shards, options.processes, heard)


def count_roster(
    site: Site, options: Options, progress: Progress, earlier: Sequence[Fault] = ()
) -> RosterCounts:
    """Read the roster and count its people; raises InputError for what is wrong with it or with site.toml.

    The content is read too, because no alias may be the name of a page. Where it has faults, the aliases are
    compared with the built-in names only, and a warning says so.
    """
    counted = RosterCounts()
    with in_turn(site, progress), rendering_process(site, options) as room:
        with phase(counted, "content", progress):
            composed = room.compose(partial(progress, "content"), partial(progress, "content", 0, 0, 0))
        if composed.faults:
            told = "1 fault" if len(composed.faults) == 1 else f"{len(composed.faults)} faults"
            counted.warnings.append(
                f"the content has {told}, so no alias was compared with its pages; run: replisite check"
            )
        with (
            phase(counted, "roster", progress),
            PeopleDatabase.open(database_path(site, options)) as database,
        ):
            accept_roster(site, database, options, composed.names, earlier, counted, progress)
            counts = database.counts
        counted.sites = counts.sites
        counted.by_status, counted.by_market = dict(counts.by_status), dict(counts.by_market)
    return counted
