"""What comes before the first page is pressed: content composed, the roster taken in, a sample proved.

Build and check begin alike; what they share is here.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Protocol

from replisite.errors import Fault, InputError, OutputError
from replisite.fault_log import FaultLog
from replisite.images.roster_photos import make_photos
from replisite.model.distributor import Distributor
from replisite.model.options import Options
from replisite.model.roster_terms import terms_of
from replisite.model.site import Site
from replisite.people import PeopleDatabase
from replisite.people.import_roster import Enrolment
from replisite.rendering.process import Composed, RenderingOrders, RenderingProcess
from replisite.roster.photo_column import named_photos
from replisite.system.clock import build_time
from replisite.system.limits import meaning
from replisite.system.private_files import private_folder

__all__ = [
    "SHARD_SITES",
    "Findings",
    "Progress",
    "accept_roster",
    "compose",
    "in_turn",
    "phase",
    "prepare_photos",
    "prove_sample",
    "rendering_process",
    "sample_of",
    "take_roster",
    "withhold_photos",
]

SHARD_SITES = 50
"""How many sites a worker presses before it reports."""

SHOWN = 5
"""How many files a warning names; the others are counted."""

SAMPLE = 12
"""How many owners each page is proved with, beside the company."""


class Progress(Protocol):
    """Hears how far the work is: the phase, how much is done, of how much (0: unknown), pages so far.

    A ``note`` is a message that a person should read meanwhile; the numbers say nothing then.
    """

    def __call__(self, phase: str, done: int, total: int, pages: int = 0, note: str = "", /) -> None: ...


@dataclass(slots=True, kw_only=True)
class Findings:
    """What there is to tell. ``is_content_kept``: the pages of the last build still hold; ``content_not_kept``: why the
    next build must read the content again. ``seconds`` by phase; ``skipped`` are the faults of rows that were left out,
    ``skipped_rows`` how many rows that are: a fault may cost several.
    ``photos_made`` are photos that were made smaller, ``photos_reused`` those that an earlier build had made.
    """

    is_content_kept: bool = False
    content_not_kept: str = ""
    people: int = 0
    closed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    skipped_count: int = 0
    skipped_rows: int = 0
    photos_made: int = 0
    photos_reused: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the findings as plain data."""
        return asdict(self)


@contextmanager
def in_turn(site: Site, progress: Progress) -> Iterator[None]:
    """Hold the site's ledger; whoever else wants it waits, and is told so.

    Raises OutputError where there can be no ledger.
    """
    try:
        private_folder(site.state)
        lock = os.open(site.state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise OutputError(
            f"{site.state} cannot be written: {meaning(error.errno or 0, str(error))}"
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("wait", 0, 0)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def phase(findings: Findings, name: str, progress: Progress) -> Iterator[None]:
    """Tell that a phase begins, and note how long it took."""
    progress(name, 0, 0)
    started = time.perf_counter()
    yield
    findings.seconds[name] = round(time.perf_counter() - started, 3)


def rendering_process(site: Site, options: Options, *, fresh: bool = False) -> RenderingProcess:
    """Return the press room for a site's editions; a ``fresh`` one reads the content whatever was kept of it."""
    is_fresh = fresh or options.fresh or options.prove_all  # Jinja's own rendering needs Pelican's values
    return RenderingProcess(
        RenderingOrders(site, site.open_editions, build_time(), options.drafts, options.future, is_fresh)
    )


def compose(room: RenderingProcess, findings: Findings, progress: Progress) -> Composed:
    """Read the content and stage every page; what is worth a warning goes to the findings."""
    composed = room.compose(partial(progress, "content"), partial(progress, "content", 0, 0, 0))
    findings.is_content_kept = composed.is_kept
    findings.content_not_kept = composed.unkept
    findings.warnings += composed.warnings
    findings.warnings += [f"rendered in full for every owner: {why}" for why in composed.widened]
    return composed


def accept_roster(
    site: Site,
    database: PeopleDatabase,
    options: Options,
    names: Sequence[str],
    earlier: Sequence[Fault],
    findings: Findings,
    progress: Progress,
) -> None:
    """Take the roster in, and raise InputError for all that is wrong by now.

    ``names`` are the corporate site's files and folders, which no alias may be. ``earlier`` are faults of
    site.toml and of the content: they are told together with those of the roster.
    """
    faults = take_roster(site, database, options, names, progress)
    if earlier or (len(faults) and not options.skip_bad_rows):
        raise InputError(dict.fromkeys([*earlier, *faults.faults]), faults.uncounted)
    findings.people = len(database)
    findings.closed = len(database) - database.counts.sites
    findings.warnings += database.warnings
    if not database.counts.sites:
        findings.warnings.append("nobody on the roster has a site, so there is the corporate site alone")
    findings.skipped = [str(fault) for fault in faults.faults]
    findings.skipped_count = len(faults)
    findings.skipped_rows = database.counts.refused


def take_roster(
    site: Site, database: PeopleDatabase, options: Options, names: Sequence[str], progress: Progress
) -> FaultLog:
    """Read the roster into the ledger, unless the ledger was made from just this; return the rows' faults.

    ``names`` are the corporate site's files and folders, which no alias may be.
    """
    enrolment = Enrolment(
        terms_of(site), options.roster, tuple(sorted(names)), options.skip_bad_rows, options.processes
    )
    return enrolment.take(database, partial(progress, "roster"))


def prepare_photos(
    site: Site,
    database: PeopleDatabase,
    options: Options,
    findings: Findings,
    progress: Progress,
    only: Sequence[str] | None = None,
) -> None:
    """Make the photos of all owners with a site, or of some; raises InputError for those that no photo can be made of.

    With ``--skip-bad-rows`` these people are shown with their initials, and a warning says whose photos they are.
    """
    try:
        made = make_photos(site, database, options.processes, only, partial(progress, "photos"))
    except OSError as error:
        raise OutputError(f"{site.state / 'photos'} cannot be written: {error.strerror}") from error
    if len(made.faults) and not options.skip_bad_rows:
        raise InputError(made.faults.faults, made.faults.uncounted)
    findings.photos_made, findings.photos_reused = made.made, made.reused
    if len(made.faults):
        those = "1 photo" if len(made.faults) == 1 else f"{len(made.faults):,} photos"
        first = "; ".join(map(str, made.faults.faults[:SHOWN]))
        findings.warnings.append(f"{those} cannot be used; initials are shown instead: {first}")


def withhold_photos(
    site: Site,
    room: RenderingProcess,
    composed: Composed,
    database: PeopleDatabase,
    options: Options,
    findings: Findings,
) -> None:
    """Keep back what is public only because of its folder and is somebody's photo; warn of files nothing asks for."""
    names, count = composed.unasked
    known = database.known_photos(names)
    named = named_photos(site, options.roster, [*composed.by_folder.values(), *(set(names) - known.keys())])
    held = [path for path, name in composed.by_folder.items() if name in named]
    room.withhold(held)
    if held:
        those = (
            "1 photo of a person on the roster is not published as it is"
            if len(held) == 1
            else f"{len(held):,} photos of people on the roster are not published as they are"
        )
        findings.warnings.append(f"{those}: {_shown(held)}; a smaller copy is, where its owner publishes it")
    unasked = [name for name in names if name not in known and name not in named]
    if unasked:
        count -= len(names) - len(unasked)
        those = "1 file is" if count == 1 else f"{count:,} files are"
        them = "it" if count == 1 else "them"
        folders = list(dict.fromkeys([*site.public, *(_folder(name) for name in unasked)]))
        public = ", ".join(f'"{folder}"' for folder in folders[:SHOWN])
        findings.warnings.append(
            f"{those} not published, because nothing in the site asks for {them}: {_shown(unasked, count)}; "
            f"if visitors need them, write [content] public = [{public}] in site.toml"
        )


def _folder(name: str) -> str:
    return f"{name.partition('/')[0]}/" if "/" in name else name


def _shown(names: Sequence[str], count: int = 0) -> str:
    rest = (count or len(names)) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


def prove_sample(
    room: RenderingProcess, sample: Sequence[Distributor], findings: Findings, jobs: int, progress: Progress
) -> int:
    """Compare a sample with Jinja's rendering and follow its links; return how many pages were compared.

    Links that may be broken go to the findings.
    Raises InputError for broken links and ProofError for a difference.
    """
    proved = room.prove(sample, jobs, partial(progress, "prove"))
    proved.check()
    findings.warnings += proved.warnings
    return proved.pages


def sample_of(database: PeopleDatabase, site: Site) -> list[Distributor]:
    """Return the owners with whom every page is proved."""
    return database.sample(SAMPLE, site.owner_url)
