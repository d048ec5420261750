"""Build all sites: from site.toml, content, theme and roster to a finished output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from replisite.errors import Fault, UsageError
from replisite.model.options import Options, database_path
from replisite.model.site import Site
from replisite.output import Output
from replisite.people import PeopleDatabase, Shard
from replisite.rendering.process import RenderingProcess
from replisite.rendering.shards import PressResult
from replisite.rendering.shared_list import remember_shared, stale_files
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
from replisite.rendering.withdrawn_photos import warn_of_withdrawn
from replisite.reporting import NoticeKind, Phase, Reporter

__all__ = ["BuildOptions", "Report", "build"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """The options of a build. ``only`` are aliases; ``fresh`` reads the content again, even if nothing has changed."""

    output: Path | None = None
    only: tuple[str, ...] = ()
    prove_all: bool = False
    fresh: bool = False
    source: Options = field(default_factory=Options)

    @property
    def reads_again(self) -> bool:
        """Whether no page of the last build is reused: a comparison of all pages needs Pelican's values."""
        return self.fresh or self.prove_all


@dataclass(slots=True, kw_only=True)
class Report(Findings):
    """The result of a build."""

    output: str
    sites: int = 0
    pages: int = 0
    files: int = 0
    bytes: int = 0
    proofs: int = 0


@dataclass(frozen=True, slots=True)
class _Selection:
    """The sites to build: all, or ``only`` these aliases. ``prefixes`` are their folders."""

    only: Sequence[str] | None
    shards: Sequence[Shard]
    prefixes: Sequence[str]


def build(site: Site, options: BuildOptions, reporter: Reporter, earlier: Sequence[Fault] = ()) -> Report:
    """Build every site and return the report; raises ReplisiteError, and then the last output is unchanged.

    ``earlier`` are faults of site.toml: they are reported together with those of the content and the roster.
    """
    report = Report(output=str(options.output or site.root / site.output))
    work = Preparation(site, options.source, report, reporter)
    with (
        Output(Path(report.output)) as output,
        build_lock(site, reporter),
        rendering_process(site, options.source, fresh=options.reads_again) as rendering,
    ):
        with phase(work, Phase.CONTENT):
            composed = compose(work, rendering)
        with phase(work, Phase.ROSTER), work.people() as people:
            accept_roster(work, people, composed.names, [*earlier, *composed.faults])
        with phase(work, Phase.PHOTOS), work.people() as people:
            selection = _selected(site, people, options.only)
            prepare_photos(work, people, selection.only)
            withhold_photos(work, rendering, composed, people)
            sample = sample_of(people, site)
        with phase(work, Phase.PROVE):
            report.proofs = prove_sample(work, rendering, sample)
        with phase(work, Phase.PRESS):
            pressed = _press(work, rendering, selection, output.new, prove_all=options.prove_all)
            _count(report, pressed)
        with phase(work, Phase.COMMIT), work.people() as people:
            _commit(work, people, output, pressed, selection)
    return report


def _selected(site: Site, people: PeopleDatabase, aliases: Sequence[str]) -> _Selection:
    only = _known_aliases(people, aliases) if aliases else None
    shards = people.shards(people.counts.sites // SHARD_SITES + 1)
    if only is not None:
        shards = [shard for shard in shards if any(shard.first <= alias <= shard.last for alias in only)]
    owners = people.distributors(site.owner_url, only=only or ())
    return _Selection(only, shards, [site.owner_folder(owner) for owner in owners])


def _press(
    work: Preparation, rendering: RenderingProcess, selection: _Selection, folder: Path, *, prove_all: bool
) -> list[PressResult]:
    database, jobs = database_path(work.site, work.options), work.options.processes
    return rendering.press(database, selection.shards, selection.only, folder, jobs, prove_all, work.reporter)


def _count(report: Report, pressed: Sequence[PressResult]) -> None:
    report.sites = sum(part.sites for part in pressed)
    report.pages = sum(part.pages for part in pressed)
    report.bytes = sum(part.bytes for part in pressed)
    report.files = sum(part.files for part in pressed)
    report.proofs += sum(part.proofs for part in pressed)


def _commit(
    work: Preparation,
    people: PeopleDatabase,
    output: Output,
    pressed: Sequence[PressResult],
    selection: _Selection,
) -> None:
    """Put what was pressed in the place of the last output, or of some sites of it."""
    site = work.site
    parts = [done.part for done in pressed if done.part is not None]
    single = [entry for done in pressed for entry in done.single]
    shared = {entry.path for entry in single}
    redirects = people.redirects(site)
    if selection.only is None:
        output.commit(parts, single, redirects)
    else:
        stale = partial(stale_files, site, output.folder, shared, people)
        removed = output.commit_some(
            parts, single, selection.prefixes, redirects, site.local_url_of(""), stale
        )
        withdrawn = warn_of_withdrawn(output.folder, removed, selection.prefixes, shared)
        work.findings.warn(NoticeKind.PHOTO, *withdrawn)
    remember_shared(site, output.folder, shared)


def _known_aliases(people: PeopleDatabase, aliases: Sequence[str]) -> list[str]:
    """Return the aliases that have a site; raises UsageError for the others."""
    for alias in aliases:
        person = people.find(alias)
        if person is None or person.alias != alias:
            near = people.similar(alias)
            raise UsageError(f'no distributor has the alias "{alias}"' + (f"; {near}" if near else ""))
        if not any(people.distributors(lambda *_: "", only=[alias])):
            raise UsageError(f'"{alias}" has no site: the person is {person.status}, or the market is closed')
    return sorted(set(aliases))
