"""Build all sites: from site.toml, content, theme and roster to a finished output."""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from replisite import __version__
from replisite.errors import Fault, InputError, UsageError
from replisite.fault_log import FaultLog
from replisite.ledger import Ledger, Shard
from replisite.model.distributor import Person
from replisite.model.manifest import Entry, parse_entry
from replisite.model.refused import Refused
from replisite.model.site import Edition, Site
from replisite.pressroom import Composed, Orders, Pressed, PressRoom, address_of, prefix_of
from replisite.sinks import Output
from replisite.sources.roster import read_roster

__all__ = ["Options", "Progress", "Report", "build"]

Row = Person | Refused

SAMPLE = 12
"""How many owners a build proves each page with, beside the company."""

SHARD_SITES = 50
"""How many sites a worker presses before it reports."""

class Progress(Protocol):
    """Hears how far a build is: the phase, how much is done, of how much (0: unknown), pages so far."""

    def __call__(self, phase: str, done: int, total: int, pages: int = 0, /) -> None: ...



@dataclass(frozen=True, slots=True)
class Options:
    """What the command line may say about a build."""

    output: Path | None = None
    roster: Path | None = None
    only: tuple[str, ...] = ()
    skip_bad_rows: bool = False
    drafts: bool = False
    future: bool = False
    prove_all: bool = False
    jobs: int = 0


@dataclass(slots=True)
class Report:
    """What a build did. ``seconds`` by phase; ``skipped`` are the faults of rows that were left out."""

    output: str
    sites: int = 0
    pages: int = 0
    files: int = 0
    bytes: int = 0
    proofs: int = 0
    people: int = 0
    closed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    skipped_count: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


def build(site: Site, options: Options, progress: Progress, earlier: Sequence[Fault] = ()) -> Report:
    """Build every site and return the report; raises ReplisiteError, and then the old output is as it was.

    ``earlier`` are faults of site.toml: they are told together with those of the content and the roster.
    """
    report = Report(str(options.output or site.root / site.output))
    with Output(Path(report.output)) as output, _only_build(site), _press_room(site, options, output) as room:
        with _phase(report, "content", progress):
            composed = room.compose()
            report.warnings += composed.warnings
            report.warnings += [f"rendered in full for every owner: {why}" for why in composed.widened]
        with _phase(report, "roster", progress), Ledger.open(_ledger_path(site, options)) as ledger:
            faults = take_roster(site, ledger, options, composed, progress)
            if earlier or composed.faults or (len(faults) and not options.skip_bad_rows):
                raise InputError([*earlier, *composed.faults, *faults.faults], faults.uncounted)
            _report_roster(report, ledger, faults)
            sample = ledger.sample(SAMPLE, address_of(site))
            shards = ledger.shards(-(-ledger.counts.sites // SHARD_SITES))
            only = _known_aliases(ledger, options.only) if options.only else None
            prefixes = [prefix_of(site, owner) for owner in ledger.distributors(address_of(site), only=only or ())]
        with _phase(report, "prove", progress):
            proved = room.prove(sample)
            proved.check()
            report.proofs = proved.pages
        with _phase(report, "press", progress):
            pressed = _press(room, site, options, output, shards, only, report, progress)
        with _phase(report, "commit", progress):
            entries = _iter_entries(pressed)
            output.commit(entries) if only is None else output.commit_some(entries, prefixes)
    return report


def take_roster(
    site: Site, ledger: Ledger, options: Options, composed: Composed, progress: Progress
) -> FaultLog:
    """Read the roster into the ledger, unless the ledger was made from just this; return the rows' faults."""
    stamp = _stamp(site, options, composed)
    if ledger.stamp == stamp:
        return ledger.faults
    faults = FaultLog()
    people = read_roster(site, faults, source=options.roster, reserved=composed.names)
    ledger.import_people(
        _counted(people, progress), faults, site=site, stamp=stamp, skip_bad=options.skip_bad_rows
    )
    return faults


def _press_room(site: Site, options: Options, output: Output) -> PressRoom:
    editions = [edition for edition in site.editions if edition.market.status != "closed"]
    main: Edition = site.editions[0]
    static = output.room / "static"
    shutil.rmtree(static, ignore_errors=True)
    static.mkdir()
    ordered = (main, *(edition for edition in editions if edition != main))
    return PressRoom(Orders(site, ordered, static, build_time(), options.drafts, options.future))


def build_time() -> datetime.datetime:
    """Return the moment that this build counts as now: SOURCE_DATE_EPOCH if it is set (reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    return datetime.datetime.now(datetime.UTC)


def _press(  # noqa: PLR0913 - everything meets here
    room: PressRoom,
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

    jobs = options.jobs or os.cpu_count() or 1
    ledger = _ledger_path(site, options)
    pressed = room.press(ledger, shards, only, output.new, jobs, options.prove_all, tell)
    report.bytes = sum(part.bytes for part in pressed)
    report.files = sum(part.files for part in pressed)
    return pressed


def _iter_entries(pressed: Iterable[Pressed]) -> Iterator[Entry]:
    for part in pressed:
        with part.entries.open(encoding="utf-8") as lines:
            yield from map(parse_entry, lines)
        part.entries.unlink()


def _known_aliases(ledger: Ledger, aliases: Sequence[str]) -> list[str]:
    """Return the aliases that have a site; raises UsageError for the others."""
    for alias in aliases:
        person = ledger.find(alias)
        if person is None or person.alias != alias:
            near = ledger.similar(alias)
            raise UsageError(f'no distributor has the alias "{alias}"' + (f"; {near}" if near else ""))
        if not any(ledger.distributors(lambda *_: "", only=[alias])):
            raise UsageError(f'"{alias}" has no site: the person is {person.status}, or the market is closed')
    return sorted(set(aliases))


def _report_roster(report: Report, ledger: Ledger, faults: FaultLog) -> None:
    report.people = len(ledger)
    report.closed = len(ledger) - ledger.counts.sites
    report.skipped = [str(fault) for fault in faults.faults]
    report.skipped_count = len(faults)


def _counted(people: Iterable[Row], progress: Progress) -> Iterator[Row]:
    for number, person in enumerate(people, 1):
        if number % 500 == 0:
            progress("roster", number, 0)
        yield person


def _stamp(site: Site, options: Options, composed: Composed) -> str:
    """Return a digest of everything that the ledger is made from."""
    digest = hashlib.sha256(repr((__version__, site, composed.names, options.skip_bad_rows)).encode())
    stories = site.root / site.content / "distributors"
    roster = options.roster or site.root / site.roster.source
    for path in [roster, *sorted(stories.glob("*"))]:
        digest.update(f"\0{path}\0".encode())
        if path.is_file():
            with path.open("rb") as source:
                while chunk := source.read(1 << 20):
                    digest.update(chunk)
    return digest.hexdigest()


def _ledger_path(site: Site, options: Options) -> Path:
    """Return the ledger's file; another roster than the site's own has one of its own."""
    if options.roster is None:
        return site.state / "ledger.sqlite"
    name = hashlib.sha256(str(options.roster.resolve()).encode()).hexdigest()[:12]
    return site.state / f"ledger-{name}.sqlite"


@contextmanager
def _only_build(site: Site) -> Iterator[None]:
    """Hold the site's ledger for this build; another build of the same site waits."""
    site.state.mkdir(exist_ok=True)
    lock = os.open(site.state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def _phase(report: Report, name: str, progress: Progress) -> Iterator[None]:
    progress(name, 0, 0)
    started = time.perf_counter()
    yield
    report.seconds[name] = round(time.perf_counter() - started, 3)
