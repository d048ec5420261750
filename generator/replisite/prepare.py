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

from replisite.clock import build_time
from replisite.enrolment import Enrolment
from replisite.errors import Fault, InputError, OutputError
from replisite.fault_log import FaultLog
from replisite.ledger import Ledger
from replisite.model.distributor import Distributor
from replisite.model.places import address_of
from replisite.model.site import Site
from replisite.model.terms import terms_of
from replisite.options import Options
from replisite.pressroom import Composed, Orders, PressRoom

__all__ = [
    "Findings",
    "Progress",
    "accept_roster",
    "compose",
    "in_turn",
    "phase",
    "press_room",
    "prove_sample",
    "sample_of",
    "take_roster",
]

SAMPLE = 12
"""How many owners each page is proved with, beside the company."""


class Progress(Protocol):
    """Hears how far the work is: the phase, how much is done, of how much (0: unknown), pages so far."""

    def __call__(self, phase: str, done: int, total: int, pages: int = 0, /) -> None: ...


@dataclass(slots=True, kw_only=True)
class Findings:
    """What there is to tell. ``is_content_kept``: the pages of the last build still hold; ``content_not_kept``: why the
    next build must read the content again. ``seconds`` by phase; ``skipped`` are the faults of rows that were left out,
    ``skipped_rows`` how many rows that are: a fault may cost several.
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

    def as_json(self) -> dict[str, Any]:
        """Return the findings as plain data."""
        return asdict(self)


@contextmanager
def in_turn(site: Site, progress: Progress) -> Iterator[None]:
    """Hold the site's ledger; whoever else wants it waits, and is told so.

    Raises OutputError where there can be no ledger.
    """
    try:
        site.state.mkdir(exist_ok=True)
        lock = os.open(site.state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(
            f"{site.state} cannot be written: {error.strerror}; mend the rights of the folder that it is in"
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


def press_room(site: Site, options: Options, *, fresh: bool = False) -> PressRoom:
    """Return the press room for a site's editions; a ``fresh`` one reads the content whatever was kept of it."""
    is_fresh = fresh or options.fresh or options.prove_all  # Jinja's own rendering needs Pelican's values
    return PressRoom(Orders(site, site.open_editions, build_time(), options.drafts, options.future, is_fresh))


def compose(room: PressRoom, findings: Findings, progress: Progress) -> Composed:
    """Read the content and stage every page; what is worth a warning goes to the findings."""
    composed = room.compose(partial(progress, "content"))
    findings.is_content_kept = composed.is_kept
    findings.content_not_kept = composed.unkept
    findings.warnings += composed.warnings
    findings.warnings += [f"rendered in full for every owner: {why}" for why in composed.widened]
    return composed


def accept_roster(
    site: Site,
    ledger: Ledger,
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
    faults = take_roster(site, ledger, options, names, progress)
    if earlier or (len(faults) and not options.skip_bad_rows):
        raise InputError([*earlier, *faults.faults], faults.uncounted)
    findings.people = len(ledger)
    findings.closed = len(ledger) - ledger.counts.sites
    findings.warnings += ledger.warnings
    if not ledger.counts.sites:
        findings.warnings.append("nobody on the roster has a site, so there is the corporate site alone")
    findings.skipped = [str(fault) for fault in faults.faults]
    findings.skipped_count = len(faults)
    findings.skipped_rows = ledger.counts.refused


def take_roster(
    site: Site, ledger: Ledger, options: Options, names: Sequence[str], progress: Progress
) -> FaultLog:
    """Read the roster into the ledger, unless the ledger was made from just this; return the rows' faults.

    ``names`` are the corporate site's files and folders, which no alias may be.
    """
    enrolment = Enrolment(
        terms_of(site), options.roster, tuple(sorted(names)), options.skip_bad_rows, options.processes
    )
    return enrolment.take(ledger, partial(progress, "roster"))


def prove_sample(room: PressRoom, sample: Sequence[Distributor], jobs: int, progress: Progress) -> int:
    """Compare a sample with Jinja's rendering and follow its links; return how many pages were compared.

    Raises InputError for broken links and ProofError for a difference.
    """
    proved = room.prove(sample, jobs, partial(progress, "prove"))
    proved.check()
    return proved.pages


def sample_of(ledger: Ledger, site: Site) -> list[Distributor]:
    """Return the owners with whom every page is proved."""
    return ledger.sample(SAMPLE, address_of(site))
