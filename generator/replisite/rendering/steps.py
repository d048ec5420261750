"""The steps before the first page is pressed: compose the content, import the roster, make photos, prove a sample.

The commands that read a site share these steps. Each takes a `Preparation`, and writes what it finds into its findings.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from replisite.errors import Fault, FaultLog, InputError, OutputError
from replisite.images.roster_photos import make_photos
from replisite.model.distributor import Distributor
from replisite.model.options import Options, database_path
from replisite.model.roster_terms import roster_terms
from replisite.model.site import Site
from replisite.people import PeopleDatabase
from replisite.people.import_roster import RosterImport
from replisite.rendering.process import ComposeResult, RenderingOrders, RenderingProcess
from replisite.reporting import Notice, NoticeKind, Phase, Reporter
from replisite.roster.photo_column import named_photos
from replisite.system.clock import build_time
from replisite.system.limits import meaning
from replisite.system.locks import FileLock
from replisite.system.private_files import private_folder

__all__ = [
    "SHARD_SITES",
    "Findings",
    "Preparation",
    "accept_roster",
    "build_lock",
    "compose",
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
"""How many owners each page is proved with, in addition to the company."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """What a command reports in addition to its result.

    ``is_content_kept``: the pages of the last build were reused; ``content_not_kept``: why the next build must read the
    content again. ``seconds`` are by phase. ``skipped`` are the first faults of rows that were left out, ``skipped_count``
    is the number of these faults and ``skipped_rows`` the number of rows: one fault may cost several rows.
    ``photos_made`` are photos that were resized, ``photos_reused`` those that an earlier build had resized.
    """

    is_content_kept: bool = False
    content_not_kept: str = ""
    people: int = 0
    closed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    skipped_count: int = 0
    skipped_rows: int = 0
    photos_made: int = 0
    photos_reused: int = 0

    @property
    def warnings(self) -> list[str]:
        """The notices as texts."""
        return [str(notice) for notice in self.notices]

    def warn(self, kind: NoticeKind, *texts: str) -> None:
        """Add notices of one kind."""
        self.notices += [Notice(kind, text) for text in texts]

    def as_json(self) -> dict[str, Any]:
        """Return the findings as plain data; the notices are the texts under ``warnings``."""
        plain = asdict(self)
        plain["notices"] = self.warnings
        return {"warnings" if key == "notices" else key: value for key, value in plain.items()}


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the steps of one command share: the site, the options, the findings that they add to, and the reporter."""

    site: Site
    options: Options
    findings: Findings
    reporter: Reporter

    def people(self) -> PeopleDatabase:
        """Open the people database; a context manager."""
        return PeopleDatabase.open(database_path(self.site, self.options))


@contextmanager
def build_lock(site: Site, reporter: Reporter) -> Iterator[None]:
    """Hold the lock of the site's build state; a second command waits for it, and reports that it waits.

    Raises OutputError where the state folder cannot be written.
    """
    try:
        private_folder(site.state)
        lock = FileLock(site.state / "lock")
    except OSError as error:
        raise OutputError(
            f"{site.state} cannot be written: {meaning(error.errno or 0, str(error))}"
        ) from error
    with lock:
        if not lock.take():
            reporter.begin(Phase.WAIT)
            lock.wait()
        yield


@contextmanager
def phase(preparation: Preparation, name: Phase) -> Iterator[None]:
    """Report that a phase begins, and add its seconds to the findings."""
    preparation.reporter.begin(name)
    started = time.perf_counter()
    yield
    preparation.findings.seconds[name.value] = round(time.perf_counter() - started, 3)


def rendering_process(site: Site, options: Options, *, fresh: bool = False) -> RenderingProcess:
    """Return the process that renders the site's editions; a ``fresh`` one reads the content and reuses nothing."""
    return RenderingProcess(
        RenderingOrders(site, site.open_editions, build_time(), options.drafts, options.future, fresh)
    )


def compose(preparation: Preparation, rendering: RenderingProcess) -> ComposeResult:
    """Read the content and stage every page; its warnings go to the findings."""
    composed = rendering.compose(preparation.reporter)
    findings = preparation.findings
    findings.is_content_kept = composed.is_reused
    findings.content_not_kept = composed.not_cached
    findings.warn(NoticeKind.CONTENT, *composed.warnings)
    findings.warn(
        NoticeKind.WIDENED, *(f"rendered in full for every owner: {why}" for why in composed.widened)
    )
    return composed


def accept_roster(
    preparation: Preparation, database: PeopleDatabase, names: Iterable[str], earlier: Sequence[Fault]
) -> None:
    """Import the roster, and raise InputError for all faults so far.

    ``names`` are the corporate site's files and folders, which cannot be aliases. ``earlier`` are faults of
    site.toml and of the content: they are reported together with those of the roster.
    """
    site, options, findings = preparation.site, preparation.options, preparation.findings
    faults = take_roster(site, database, options, names, preparation.reporter)
    if earlier or (len(faults) and not options.skip_bad_rows):
        raise InputError(dict.fromkeys([*earlier, *faults.faults]), faults.uncounted)
    findings.people = len(database)
    findings.closed = len(database) - database.counts.sites
    findings.warn(NoticeKind.ROSTER, *database.warnings)
    if not database.counts.sites:
        findings.warn(
            NoticeKind.ROSTER, "no active distributor on the roster: only the corporate site is built"
        )
    findings.skipped = [str(fault) for fault in faults.faults]
    findings.skipped_count = len(faults)
    findings.skipped_rows = database.counts.refused


def take_roster(
    site: Site, database: PeopleDatabase, options: Options, names: Iterable[str], reporter: Reporter
) -> FaultLog:
    """Import the roster into the people database, unless nothing has changed; return the faults of its rows.

    ``names`` are the corporate site's files and folders, which cannot be aliases.
    """
    roster_import = RosterImport(
        roster_terms(site), options.roster, tuple(sorted(names)), options.skip_bad_rows, options.processes
    )
    return roster_import.take(database, reporter)


def prepare_photos(
    preparation: Preparation, database: PeopleDatabase, only: Sequence[str] | None = None
) -> None:
    """Make the photos of all owners with a site, or of some; raises InputError for photos that cannot be used.

    With ``--skip-bad-rows`` the owners of such photos are shown with their initials, and a warning names the photos.
    """
    site, options, findings = preparation.site, preparation.options, preparation.findings
    try:
        made = make_photos(site, database, options.processes, only, preparation.reporter)
    except OSError as error:
        raise OutputError(f"{site.state / 'photos'} cannot be written: {error.strerror}") from error
    if len(made.faults) and not options.skip_bad_rows:
        raise InputError(made.faults.faults, made.faults.uncounted)
    findings.photos_made, findings.photos_reused = made.made, made.reused
    if len(made.faults):
        those = "1 photo" if len(made.faults) == 1 else f"{len(made.faults):,} photos"
        first = "; ".join(map(str, made.faults.faults[:SHOWN]))
        findings.warn(NoticeKind.PHOTO, f"{those} cannot be used; initials are shown instead: {first}")


def withhold_photos(
    preparation: Preparation, rendering: RenderingProcess, composed: ComposeResult, database: PeopleDatabase
) -> None:
    """Withhold photos of people on the roster that only their folder makes public; warn of files that nothing asks for."""
    site, options, findings = preparation.site, preparation.options, preparation.findings
    names, count = composed.unasked
    known = database.known_photos(names)
    named = named_photos(site, options.roster, [*composed.by_folder.values(), *(set(names) - known.keys())])
    held = [path for path, name in composed.by_folder.items() if name in named]
    rendering.withhold(held)
    if held:
        findings.warn(NoticeKind.PHOTO, _withheld_text(held))
    unasked = [name for name in names if name not in known and name not in named]
    if unasked:
        count -= len(names) - len(unasked)
        findings.warn(NoticeKind.UNPUBLISHED, _unpublished_text(site, unasked, count))


def _withheld_text(held: Sequence[str]) -> str:
    those = (
        "1 photo of a person on the roster is not published as it is"
        if len(held) == 1
        else f"{len(held):,} photos of people on the roster are not published as they are"
    )
    return f"{those}: {_shown(held)}; a smaller copy is, where its owner publishes it"


def _unpublished_text(site: Site, unasked: Sequence[str], count: int) -> str:
    those = "1 file is" if count == 1 else f"{count:,} files are"
    them = "it" if count == 1 else "them"
    folders = list(dict.fromkeys([*site.public, *(_folder(name) for name in unasked)]))
    public = ", ".join(f'"{folder}"' for folder in folders[:SHOWN])
    return (
        f"{those} not published, because nothing in the site asks for {them}: {_shown(unasked, count)}; "
        f"if visitors need them, write [content] public = [{public}] in site.toml"
    )


def _folder(name: str) -> str:
    return f"{name.partition('/')[0]}/" if "/" in name else name


def _shown(names: Sequence[str], count: int = 0) -> str:
    rest = (count or len(names)) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


def prove_sample(preparation: Preparation, rendering: RenderingProcess, sample: Sequence[Distributor]) -> int:
    """Compare a sample with Jinja's rendering and follow its links; return how many pages were compared.

    Links that may be broken go to the findings. Raises InputError for broken links and ProofError for a difference.
    """
    proved = rendering.prove(sample, preparation.options.processes, preparation.reporter)
    proved.check()
    preparation.findings.warn(NoticeKind.LINK, *proved.warnings)
    return proved.pages


def sample_of(database: PeopleDatabase, site: Site) -> list[Distributor]:
    """Return the owners with whom every page is proved."""
    return database.sample(SAMPLE, site.owner_url)
