"""Deploy a finished output: plan, ask, apply, verify, record.

A deploy can be cut short at any moment. What is live is then the old release or the new one, or old pages and new
ones whose links all lead somewhere; the next deploy goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from replisite.deploy.bundle import FinishedOutput
from replisite.deploy.limits import iter_excesses, measured
from replisite.deploy.live_list import LEFT_OVER, LiveList
from replisite.deploy.lock import Held, held
from replisite.deploy.plan import Plan, Step, iter_steps, make_plan
from replisite.deploy.scan import look_at
from replisite.deploy.scope import Scope
from replisite.deploy.server_config import Forms, make_forms
from replisite.deploy.session import EVERYTHING, Run, merged, open_run, told_of
from replisite.deploy.transfer import Sending, Sent, retried
from replisite.deploy.verify import look, sample_of
from replisite.errors import DeployError, PartlyDeployed, UsageError, nearest
from replisite.hosts import Host, HostError, Release, open_host
from replisite.model.options import Options, database_path
from replisite.model.site import Site
from replisite.model.target import Target
from replisite.people import PeopleDatabase
from replisite.system.clock import deploy_name
from replisite.system.private_files import private_folder

__all__ = ["DeployOptions", "Deployed", "Hears", "deploy", "find_target", "state_of"]

_GONE: Final = frozenset({"\0"})
"""In the place of what a host wants: a release cannot go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """What the command line may say. ``only`` are aliases; ``jobs`` 0 is the host's own number."""

    output: Path | None = None
    only: tuple[str, ...] = ()
    is_dry: bool = False
    jobs: int = 0
    allows_deletes: bool = False
    refreshes: bool = False
    breaks_lock: bool = False
    verifies: bool = True


class Hears:
    """Hears how a deploy goes on; what is not overridden is not heard."""

    def looking(self, files: int) -> None:
        """So many files of the host have been looked at."""

    def agrees(self, plan: Plan) -> bool:  # noqa: ARG002 - whoever overrides it looks
        """Say yes or no to a plan."""
        return True

    def sending(self, sent: Sent, plan: Plan) -> None:
        """So much of a plan has been done."""

    def verifying(self, files: int) -> None:
        """So many files will be looked at as visitors get them."""


@dataclass(slots=True, kw_only=True)
class Deployed:
    """What a deploy did. ``reasons`` counts the steps of the plan by reason; ``bytes`` are those that were stored.

    ``is_live`` says that the release is live now; without it nothing was to be done, or nobody said yes. ``differences``
    are those between what was built and what a visitor gets. ``configured`` names the server's files that were written
    anew, which it has yet to read.
    """

    target: str
    host: str
    release: str = ""
    base: str = ""
    is_resumed: bool = False
    is_dry: bool = False
    is_live: bool = False
    files: int = 0
    puts: int = 0
    deletes: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    bytes: int = 0
    retries: int = 0
    configured: list[str] = field(default_factory=list)
    verified: int = 0
    differences: list[str] = field(default_factory=list)
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


def state_of(site: Site, target: Target) -> Path:
    """Return the folder of what is remembered of a target."""
    return site.state / "deploy" / target.name


def deploy(
    site: Site, target: Target, options: DeployOptions, hears: Hears, host: Host | None = None
) -> Deployed:
    """Make what is live on a target equal to a finished output, and return what was done.

    ``host`` stands in for the one that the target names. Raises DeployError when nothing was changed, PartlyDeployed when
    something was, and UsageError.
    """
    state = state_of(site, target)
    host = host or open_host(target, site.root, state)
    packed = "gzip" if host.facts.packing == "gzip" else ""
    output = options.output or site.root / site.output
    forms = make_forms(site, target, host.facts, output)
    bundle = FinishedOutput(output, target.cache, packed, forms.added)
    scope = _scope(site, options, host)
    report = Deployed(
        target=target.name, host=host.facts.told, is_dry=options.is_dry, warnings=list(forms.warnings)
    )
    if host.facts.warning:
        report.warnings.append(host.facts.warning)
    _check_limits(host, bundle, forms, report)
    private_folder(site.state)
    with open_run(host, state, is_dry=options.is_dry) as run:
        one = _Deploy(site, target, options, hears, bundle, forms.beside, scope, run, report)
        try:
            asyncio.run(one.run_all())
        except HostError as error:
            raise DeployError(told_of(host, error)) from error
    return report


def _scope(site: Site, options: DeployOptions, host: Host) -> Scope:
    """Return what is deployed; raises UsageError for aliases without a site."""
    if not options.only:
        return Scope()
    if host.facts.takes_snapshots:
        raise UsageError(f"{host.facts.told} takes all sites or none; leave --only out")
    with PeopleDatabase.open(database_path(site, Options())) as database:
        owners = {owner.alias: owner for owner in database.distributors(site.owner_url, only=options.only)}
        for alias in options.only:
            if alias not in owners:
                near = database.similar(alias)
                raise UsageError(f'no site of "{alias}" has been built' + (f"; {near}" if near else ""))
    return Scope(tuple(sorted(site.owner_folder(owner) for owner in owners.values())))


def _is_gone_already(step: Step) -> bool:
    return step.reason == "gone" and step.file.served == LEFT_OVER


def _check_limits(host: Host, bundle: FinishedOutput, forms: Forms, report: Deployed) -> None:
    found = measured(bundle.entries())
    report.files = found.files
    if excesses := list(iter_excesses(host.facts, found, forms.redirects, forms.dynamic)):
        raise DeployError("\n".join(excesses))


@dataclass(slots=True)
class _Deploy:
    """One deploy, step by step."""

    site: Site
    target: Target
    options: DeployOptions
    hears: Hears
    bundle: FinishedOutput
    beside: Mapping[str, bytes]
    scope: Scope
    run: Run
    report: Deployed

    async def run_all(self) -> None:
        name = deploy_name()
        async with self.run.host as host:
            if self.options.is_dry:
                await self._deploy(name, Held())
                return
            earlier = self.run.takes_turn_as(name)
            async with held(host.state, name, earlier, force=self.options.breaks_lock) as turn:
                await self._deploy(name, turn)
                if self.report.is_live or not self.report.reasons:
                    self.report.configured = list(await retried(partial(host.configure, self.beside)))
            if self.report.is_live and self.options.verifies:
                with self._timed("verify"):
                    await self._verify()

    async def _deploy(self, name: str, turn: Held) -> None:
        with self._timed("plan"):
            live = await self._live(turn)
            release = await self._release(name, live.release if live else "", turn)
            plan = await asyncio.to_thread(self._plan, live)
        self._tell(release, plan)
        self._check_deletes(plan)
        is_listed = live is not None  # without a list the next deploy could not go on, whatever is live
        if self.options.is_dry or (plan.is_empty and not release.is_resumed and is_listed):
            return
        if not plan.is_empty and not self.hears.agrees(plan):
            return
        with self._timed("apply"):
            wanted = await self._begin(release, live)
            if wanted is not _GONE:
                await self._apply(release, plan, wanted, live, turn)
                return
        await self._deploy(name, turn)

    # -- what is live, and what shall be ---------------------------------------------------------------

    async def _live(self, turn: Held) -> LiveList | None:
        """Return the list of what is live; None where there is none, or it is damaged and nobody needs it."""
        is_looked_at = self.options.refreshes or turn.is_taken_over
        try:
            live = await self.run.live()
            if is_looked_at and live is not None:
                await asyncio.to_thread(live.check)
            if live is None and not is_looked_at and not self.run.journal.release:
                await self._refuse_foreign()
        except DeployError:
            if not is_looked_at:
                raise
            self.report.warnings.append("The list of what is live was damaged; this deploy makes it again.")
            return None
        return live

    async def _refuse_foreign(self) -> None:
        """Raise DeployError if files are there of which no list says that we put them there."""
        facts = self.run.host.facts
        if facts.takes_snapshots or facts.refuses_foreign:
            return
        if found := await retried(self._any_path):
            raise DeployError(
                f"{self.run.host.facts.told} holds files (such as {found}), but no list of ours says what is live there; "
                "choose another place, or, if they may be replaced and deleted, say --refresh"
            )

    async def _any_path(self) -> str:
        """Return the path of any file that is there; nothing if there is none."""
        async for file in self.run.host.listing():
            return file.path
        return ""

    async def _release(self, name: str, base: str, turn: Held) -> Release:
        """Return the release to be made: the one that was cut short, if it can go on."""
        journal = self.run.journal
        if self.options.refreshes or turn.is_taken_over:
            if turn.is_taken_over:
                self.report.warnings.append(
                    "The turn was another deploy's, so every live file was looked at."
                )
            journal.begin(name, f"{EVERYTHING}{base}")
            await look_at(self.run.host, self.bundle, journal, self.hears.looking)
            return Release(name, base)
        if journal.release and journal.base in {base, f"{EVERYTHING}{base}"}:
            return Release(journal.release, base, is_resumed=True)
        journal.end()
        return Release(name, base)

    def _plan(self, live: LiveList | None) -> Plan:
        there = self.scope.files(self.run.there(live))
        steps = iter_steps(self.scope.files(self.bundle.files()), there)
        if self.run.is_all_in_journal:  # what is left over is what somebody looked for, and did not find
            steps = (step for step in steps if not (step and _is_gone_already(step)))
        return make_plan(self.scope.steps(steps), self.run.folder / "plan")

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

    async def _begin(self, release: Release, live: LiveList | None) -> Iterable[str] | None:
        """Begin, and return what the host wants; or `_GONE`, if what an earlier try did is not there any more."""
        run = self.run
        if not release.is_resumed:
            if live is not None:
                await run.keep_before(live)
            if run.journal.release != release.name:
                run.journal.begin(release.name, release.base)
        try:
            return await retried(partial(run.host.begin, release, self.bundle))
        except HostError as error:
            if not release.is_resumed or error.may_pass:
                raise
            run.journal.end()
            return _GONE

    async def _apply(
        self, release: Release, plan: Plan, wanted: Iterable[str] | None, live: LiveList | None, turn: Held
    ) -> None:
        run, host = self.run, self.run.host
        jobs = self.options.jobs or host.facts.jobs
        sending = Sending(host, self.bundle, run.journal, jobs, partial(self.hears.sending, plan=plan))
        turn.when_lost = sending.sent.give_up
        went_well = await sending.puts(plan, frozenset(wanted) if wanted is not None else None)
        if went_well and plan.deletes and not self.scope.prefixes and run.is_file_by_file:
            await run.store(release.name, merged(self.bundle.files(), plan.left_over()))
        went_well = went_well and await sending.deletes(plan)
        self._count(sending.sent)
        if not went_well:
            failures = ((failure.path, failure.why) for failure in sending.sent.failures)
            raise PartlyDeployed(failures, "What is live holds together; the next deploy goes on from here.")
        listed = run.there(live) if self.scope.prefixes else self.bundle.files()
        await run.store(release.name, listed)
        await retried(partial(host.finish, release, self.bundle))
        run.journal.end()
        self.report.is_live = True
        run.note("deploy", self.report.as_json())

    # -- looking ---------------------------------------------------------------------------------------

    async def _verify(self) -> None:
        sample = sample_of(self.scope.files(self.bundle.files()), self.report.files)
        self.hears.verifying(len(sample))
        url = self.target.url or self.site.url
        looked = await look(sample, url, self.run.host.facts, is_own=not self.target.url)
        self.report.verified, self.report.differences = looked.count, list(looked.differences)
        if looked.unreached:
            told = "nobody could look at the sites as visitors do"
            self.report.warnings.append(
                f"{told} ({looked.unreached}); is url right, in [site] or in the target?"
            )

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
