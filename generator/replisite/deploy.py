"""Deploy a finished output: plan, ask, apply, verify, record; and go back to what was live before.

A deploy can be cut short at any moment. What is live is then the old release or the new one, or old pages and new
ones whose links all lead somewhere; the next deploy goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import json
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from replisite.clock import deploy_name
from replisite.deploying.bundle import FinishedOutput
from replisite.deploying.live_list import LiveList, write_live_list
from replisite.deploying.plan import Plan, iter_steps, make_plan
from replisite.deploying.preflight import iter_excesses, measured
from replisite.deploying.refresh import look_at
from replisite.deploying.sending import Sending, Sent, retried
from replisite.deploying.turn import Held, held, this_owner
from replisite.errors import DeployError, PartlyDeployed, UsageError, nearest
from replisite.hosts import Host, HostError, Release, open_host
from replisite.ledger import Journal
from replisite.model.live import LiveFile, live_order
from replisite.model.site import Site
from replisite.model.target import Target

__all__ = ["DeployOptions", "Deployed", "Hears", "deploy", "find_target"]

LIVE: Final = "live"
BEFORE: Final = "before"
"""The names of two lists beside the sites: what is live, and what was before where a host changes file by file."""

EVERYTHING: Final = "*"
"""Before a journal's base: the journal says all that is there, whatever the list says."""


_GONE: Final = frozenset({"\0"})
"""In the place of what a host wants: a release cannot go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """What the command line may say. ``jobs`` 0 is the host's own number."""

    output: Path | None = None
    is_dry: bool = False
    jobs: int = 0
    allows_deletes: bool = False
    refreshes: bool = False
    takes_turn: bool = False


class Hears:
    """Hears how a deploy goes on; what is not overridden is not heard."""

    def looking(self, files: int) -> None:
        """So many files of the host have been looked at."""

    def agrees(self, plan: Plan) -> bool:  # noqa: ARG002 - whoever overrides it looks
        """Say yes or no to a plan."""
        return True

    def sending(self, sent: Sent, plan: Plan) -> None:
        """So much of a plan has been done."""


@dataclass(slots=True, kw_only=True)
class Deployed:
    """What a deploy did. ``reasons`` counts the steps of the plan by reason; ``bytes`` are those that were stored."""

    target: str
    host: str
    release: str = ""
    base: str = ""
    is_resumed: bool = False
    is_live: bool = False
    files: int = 0
    puts: int = 0
    deletes: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    bytes: int = 0
    retries: int = 0
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


def find_target(site: Site, name: str) -> Target:
    """Return the target with this name, or the only one; raises UsageError."""
    if not site.targets:
        told = 'write a table such as [targets.live] with host = "folder" and path = "/srv/www/tea"'
        raise UsageError(f"site.toml has no targets; {told}")
    if not name and len(site.targets) == 1:
        return next(iter(site.targets.values()))
    if name not in site.targets:
        what = f'no target "{name}" in site.toml' if name else "which target? site.toml has several"
        known = f"known are {', '.join(site.targets)}"
        raise UsageError(f"{what}; {nearest(name, site.targets) or known}")
    return site.targets[name]


def deploy(
    site: Site, target: Target, options: DeployOptions, hears: Hears, host: Host | None = None
) -> Deployed:
    """Make what is live on a target equal to a finished output, and return what was done.

    ``host`` stands in for the one that the target names. Raises DeployError when nothing was changed, PartlyDeployed when
    something was, and UsageError.
    """
    state = site.state / "deploy" / target.name
    host = host or open_host(target, site.root, state)
    packed = "gzip" if host.facts.packing == "gzip" else ""
    bundle = FinishedOutput(options.output or site.root / site.output, target.cache, packed)
    report = Deployed(target=target.name, host=host.facts.told)
    if host.facts.warning:
        report.warnings.append(host.facts.warning)
    _check_limits(host, bundle, report)
    with _run_folder(state) as folder, Journal(_journal(state, folder, options)) as journal:
        one = _Deploy(target, options, hears, bundle, journal, state, folder, report)
        try:
            asyncio.run(one.run(host))
        except HostError as error:
            raise DeployError(f"{host.facts.told}: {error}") from error
    return report


def _check_limits(host: Host, bundle: FinishedOutput, report: Deployed) -> None:
    found = measured(bundle.files())
    report.files = found.files
    if excesses := list(iter_excesses(host.facts, found, 0, 0)):
        raise DeployError("\n".join(excesses))


def _journal(state: Path, folder: Path, options: DeployOptions) -> Path:
    """Return the journal's file: the one that a dry run writes is thrown away."""
    kept = state / "journal.sqlite"
    return folder / kept.name if options.is_dry and options.refreshes else kept


@contextlib.contextmanager
def _run_folder(state: Path) -> Iterator[Path]:
    """Give a folder for what one run writes down on the way."""
    folder = state / f"run-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class _Deploy:
    """One run. ``state`` outlives it, ``folder`` does not."""

    target: Target
    options: DeployOptions
    hears: Hears
    bundle: FinishedOutput
    journal: Journal
    state: Path
    folder: Path
    report: Deployed

    async def run(self, host: Host) -> None:
        name = deploy_name()
        async with host:
            if self.options.is_dry:
                await self._deploy(host, name, Held())
                return
            turn = held(host.state, name, self.journal.release, force=self.options.takes_turn)
            async with turn as ours:
                await self._deploy(host, name, ours)

    async def _deploy(self, host: Host, name: str, turn: Held) -> None:
        with self._timed("plan"):
            live = await self._live(host)
            release = await self._release(host, name, live.release if live else "", turn)
            plan = await asyncio.to_thread(self._plan, live)
        self._tell(release, plan)
        self._check_deletes(plan)
        if self.options.is_dry or (plan.is_empty and not release.is_resumed):
            return
        if not plan.is_empty and not self.hears.agrees(plan):
            return
        with self._timed("apply"):
            wanted = await self._begin(host, release, live)
            if wanted is not _GONE:
                await self._apply(host, release, plan, wanted, turn)
                return
        await self._deploy(host, name, turn)

    # -- what is live, and what shall be ---------------------------------------------------------------

    async def _live(self, host: Host) -> LiveList | None:
        """Return the list of what is live; None where there is none, or nobody trusts it."""
        place = self.state / LIVE
        if host.state is not None:
            place = self.folder / LIVE
            await host.state.fetch(LIVE, place)
        if not place.is_file():
            return None
        with contextlib.suppress(DeployError) if self.options.refreshes else contextlib.nullcontext():
            return LiveList.open(place)
        return None

    async def _release(self, host: Host, name: str, base: str, turn: Held) -> Release:
        """Return the release to be made: the one that was cut short, if it can go on."""
        journal = self.journal
        if self.options.refreshes or turn.is_taken_over:
            if turn.is_taken_over:
                self.report.warnings.append(
                    "The turn was taken from another deploy, so every file was looked at."
                )
            if not self.options.is_dry:
                journal.begin(name, f"{EVERYTHING}{base}")
            await look_at(host, self.bundle, journal, self.hears.looking)
            return Release(name, base)
        if journal.release and journal.base in {base, f"{EVERYTHING}{base}"}:
            return Release(journal.release, base, is_resumed=True)
        journal.end()
        return Release(name, base)

    def _plan(self, live: LiveList | None) -> Plan:
        is_in_journal = self.journal.base.startswith(EVERYTHING) or self.options.refreshes
        there = self.journal.over(() if live is None or is_in_journal else live)
        return make_plan(iter_steps(self.bundle.files(), there), self.folder / "plan")

    def _check_deletes(self, plan: Plan) -> None:
        most = self.target.max_deletes
        most = max(100, plan.live // 10) if most is None else most
        if plan.deletes > most and not self.options.allows_deletes:
            shown = ", ".join(plan.examples.get("gone", ()))
            raise DeployError(
                f"{plan.deletes:,} of {plan.live:,} live files would be deleted, such as {shown}; {most:,} may be without "
                "a word. If they are meant to go, say --allow-deletes"
            )

    # -- applying -------------------------------------------------------------------------------------

    async def _apply(
        self, host: Host, release: Release, plan: Plan, wanted: Iterable[str] | None, turn: Held
    ) -> None:
        jobs = self.options.jobs or host.facts.jobs
        sending = Sending(host, self.bundle, self.journal, jobs, partial(self.hears.sending, plan=plan))
        turn.when_lost = sending.sent.give_up
        went_well = await sending.puts(plan, frozenset(wanted) if wanted is not None else None)
        if went_well and plan.deletes and not host.facts.switches_at_once:
            left = heapq.merge(self.bundle.files(), plan.left_over(), key=lambda file: live_order(file.path))
            await self._store(host, release, left)
        went_well = went_well and await sending.deletes(plan)
        self._count(sending.sent)
        if not went_well:
            failures = ((failure.path, failure.why) for failure in sending.sent.failures)
            advice = "What is live holds together; the next deploy goes on from here."
            raise PartlyDeployed(failures, advice)
        await self._store(host, release, self.bundle.files())
        await retried(partial(host.finish, release, self.bundle))
        self._end(release)

    async def _begin(self, host: Host, release: Release, live: LiveList | None) -> Iterable[str] | None:
        """Begin, and return what the host wants; or `_GONE`, if what an earlier try did is not there any more."""
        if not release.is_resumed:
            if live is not None and host.state is not None and not host.facts.switches_at_once:
                await retried(partial(host.state.store, BEFORE, live.place))
            if self.journal.release != release.name:
                self.journal.begin(release.name, release.base)
        try:
            return await retried(partial(host.begin, release, self.bundle))
        except HostError:
            if not release.is_resumed:
                raise
            self.journal.end()
            return _GONE

    async def _store(self, host: Host, release: Release, files: Iterable[LiveFile]) -> None:
        """Store the list of what is live, or will be at once."""
        place = self.folder / "list"
        await asyncio.to_thread(write_live_list, place, release.name, files)
        if host.state is not None:
            await retried(partial(host.state.store, LIVE, place))
        shutil.copyfile(place, self.state / LIVE)

    def _end(self, release: Release) -> None:
        """Note that everything is live."""
        self.journal.end()
        self.report.is_live = True
        row = {"release": release.name, "by": this_owner(), **self.report.as_json()}
        with (self.state / "deploys.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(row, ensure_ascii=False) + "\n")

    # -- telling --------------------------------------------------------------------------------------

    def _tell(self, release: Release, plan: Plan) -> None:
        report = self.report
        report.release, report.base, report.is_resumed = release.name, release.base, release.is_resumed
        report.reasons = {str(reason): count for reason, count in sorted(plan.reasons.items())}
        report.examples = {str(reason): paths for reason, paths in sorted(plan.examples.items())}

    def _count(self, sent: Sent) -> None:
        report = self.report
        report.puts, report.deletes = sent.puts, sent.deletes
        report.bytes, report.retries = sent.bytes, sent.retries

    @contextlib.contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.report.seconds[phase] = round(time.perf_counter() - started, 3)
