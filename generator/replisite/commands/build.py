"""Build all sites: from site.toml, content, theme and roster to a finished output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from replisite.errors import Fault, UsageError
from replisite.model.options import Options, database_path
from replisite.model.site import Site
from replisite.output import Output
from replisite.people import PeopleDatabase, Shard
from replisite.rendering.process import RenderingProcess
from replisite.rendering.shards import Pressed
from replisite.rendering.shared_list import remember_shared, stale_files
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
from replisite.rendering.withdrawn_photos import warn_of_withdrawn

__all__ = ["Options", "Progress", "Report", "build"]


@dataclass(slots=True, kw_only=True)
class Report(Findings):
    """What a build did."""

    output: str
    sites: int = 0
    pages: int = 0
    files: int = 0
    bytes: int = 0
    proofs: int = 0


def build(site: Site, options: Options, progress: Progress, earlier: Sequence[Fault] = ()) -> Report:
    """Build every site and return the report; raises ReplisiteError, and then the old output is as it was.

    ``earlier`` are faults of site.toml: they are told together with those of the content and the roster.
    """
    report = Report(output=str(options.output or site.root / site.output))
    with (
        Output(Path(report.output)) as output,
        in_turn(site, progress),
        rendering_process(site, options) as room,
    ):
        with phase(report, "content", progress):
            composed = compose(room, report, progress)
        with phase(report, "roster", progress), PeopleDatabase.open(database_path(site, options)) as database:
            found = [*earlier, *composed.faults]
            accept_roster(site, database, options, composed.names, found, report, progress)
        only = None
        with phase(report, "photos", progress), PeopleDatabase.open(database_path(site, options)) as database:
            only = _known_aliases(database, options.only) if options.only else None
            prepare_photos(site, database, options, report, progress, only)
            withhold_photos(site, room, composed, database, options, report)
            sample = sample_of(database, site)
            shards = database.shards(database.counts.sites // SHARD_SITES + 1)
            prefixes = [
                site.owner_folder(owner) for owner in database.distributors(site.owner_url, only=only or ())
            ]
        with phase(report, "prove", progress):
            report.proofs = prove_sample(room, sample, report, options.processes, progress)
        with phase(report, "press", progress):
            pressed = _press(room, site, options, output, shards, only, report, progress)
        with phase(report, "commit", progress), PeopleDatabase.open(database_path(site, options)) as database:
            parts = [done.part for done in pressed if done.part is not None]
            single = [entry for done in pressed for entry in done.single]
            redirects = database.redirects(site)
            if only is None:
                output.commit(parts, single, redirects)
            else:
                shared = {entry.path for entry in single}
                stale = partial(stale_files, site, output.folder, shared, database)
                removed = output.commit_some(parts, single, prefixes, redirects, site.local_url_of(""), stale)
                report.warnings += warn_of_withdrawn(output.folder, removed, prefixes, shared)
            remember_shared(site, output.folder, {entry.path for entry in single})
    return report


def _press(
    room: RenderingProcess,
    site: Site,
    options: Options,
    output: Output,
    shards: Sequence[Shard],
    only: Sequence[str] | None,
    report: Report,
    progress: Progress,
) -> list[Pressed]:
    wanted = len(only) if only is not None else sum(shard.count for shard in shards)
    if only is not None:
        shards = [shard for shard in shards if any(shard.first <= alias <= shard.last for alias in only)]
    progress("press", 0, wanted)

    def tell(sites: int, pages: int) -> None:
        report.sites += sites
        report.pages += pages
        progress("press", report.sites, wanted, report.pages)

    database = database_path(site, options)
    pressed = room.press(database, shards, only, output.new, options.processes, options.prove_all, tell)
    report.bytes = sum(part.bytes for part in pressed)
    report.files = sum(part.files for part in pressed)
    report.proofs += sum(part.proofs for part in pressed)
    return pressed


def _known_aliases(database: PeopleDatabase, aliases: Sequence[str]) -> list[str]:
    """Return the aliases that have a site; raises UsageError for the others."""
    for alias in aliases:
        person = database.find(alias)
        if person is None or person.alias != alias:
            near = database.similar(alias)
            raise UsageError(f'no distributor has the alias "{alias}"' + (f"; {near}" if near else ""))
        if not any(database.distributors(lambda *_: "", only=[alias])):
            raise UsageError(f'"{alias}" has no site: the person is {person.status}, or the market is closed')
    return sorted(set(aliases))
