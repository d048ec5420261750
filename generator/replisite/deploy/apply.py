"""Make a target equal to a finished output: plan, ask, apply, verify.

A deploy can be cut short at any moment. What is live is then the old release or the new one, or old pages and new
ones whose links all lead somewhere; the next deploy goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from replisite.deploy.bundle import FinishedOutput
from replisite.deploy.live_list import LEFT_OVER, LiveList
from replisite.deploy.lock import Held, held
from replisite.deploy.plan import Plan, Step, iter_steps, make_plan
from replisite.deploy.reports import Deployed, DeployOptions, report_transfer
from replisite.deploy.scan import look_at
from replisite.deploy.scope import Scope
from replisite.deploy.session import EVERYTHING, Run, merged
from replisite.deploy.transfer import Sending, Sent, retried
from replisite.deploy.verify import look, sample_of
from replisite.errors import DeployError, PartlyDeployed
from replisite.hosts import HostError, Release
from replisite.model.site import Site
from replisite.model.target import Target
from replisite.reporting import Phase, Reporter
from replisite.system.clock import deploy_name

__all__ = ["Deployment"]

_GONE: Final = frozenset({"\0"})
"""In the place of what a host wants: a release cannot go on."""


def _is_gone_already(step: Step) -> bool:
    return step.reason == "gone" and step.file.served == LEFT_OVER


@dataclass(slots=True)
class Deployment:
    """One deploy, step by step."""

    site: Site
    target: Target
    options: DeployOptions
    reporter: Reporter
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
                with self._timed(Phase.VERIFY):
                    await self._verify()

    async def _deploy(self, name: str, turn: Held) -> None:
        with self._timed(Phase.PLAN):
            live = await self._live(turn)
            release = await self._release(name, live.release if live else "", turn)
            plan = await asyncio.to_thread(self._plan, live)
        self._tell(release, plan)
        self._check_deletes(plan)
        is_listed = live is not None  # without a list the next deploy could not go on, whatever is live
        if self.options.is_dry or (plan.is_empty and not release.is_resumed and is_listed):
            return
        if not plan.is_empty and not self.options.agrees(plan):
            return
        with self._timed(Phase.APPLY):
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
            self.report.warn("The list of what is live was damaged; this deploy makes it again.")
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
                self.report.warn("The turn was another deploy's, so every live file was looked at.")
            journal.begin(name, f"{EVERYTHING}{base}")
            self.reporter.begin(Phase.SCAN)
            await look_at(self.run.host, self.bundle, journal, self.reporter.advance)
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
        sending = Sending(host, self.bundle, run.journal, jobs, partial(report_transfer, self.reporter, plan))
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
        self.reporter.advance(0, len(sample))
        url = self.target.url or self.site.url
        looked = await look(sample, url, self.run.host.facts, is_own=not self.target.url)
        self.report.verified, self.report.differences = looked.count, list(looked.differences)
        if looked.unreached:
            told = "nobody could look at the sites as visitors do"
            self.report.warn(f"{told} ({looked.unreached}); is url right, in [site] or in the target?")

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
    def _timed(self, phase: Phase) -> Iterator[None]:
        self.reporter.begin(phase)
        started = time.perf_counter()
        yield
        self.report.seconds[phase.value] = round(time.perf_counter() - started, 3)
