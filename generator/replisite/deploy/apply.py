"""Make a target equal to a finished output: plan, ask, apply, verify.

A deploy can be cut short at any moment. Visitors then get the old release or the new one, or old and new pages whose
links all lead to a page; the next deploy continues from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from replisite.deploy.bundle import FinishedOutput
from replisite.deploy.live_list import LiveList
from replisite.deploy.lock import HeldLock, hold_lock
from replisite.deploy.plan import Plan, make_plan
from replisite.deploy.reports import Deployed, DeployOptions, report_transfer
from replisite.deploy.scan import scan
from replisite.deploy.scope import Scope
from replisite.deploy.session import Session, merged
from replisite.deploy.steps import iter_steps
from replisite.deploy.transfer import Transfer, Transferred, retried
from replisite.deploy.verify import sample_of, verify
from replisite.errors import DeployError, PartlyDeployed
from replisite.hosts import HostError, Release
from replisite.model.site import Site
from replisite.model.target import Target
from replisite.reporting import Phase, Reporter
from replisite.system.clock import deploy_name

__all__ = ["Deployment"]


class _CannotResume(Exception):
    """The host has lost a release that was cut short."""


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
    session: Session
    report: Deployed

    async def run_all(self) -> None:
        name = deploy_name()
        async with self.session.host as host:
            if self.options.is_dry:
                await self._deploy(name, HeldLock())
                return
            earlier = self.session.names_lock(name)
            async with hold_lock(host.state, name, earlier, force=self.options.breaks_lock) as lock:
                await self._deploy(name, lock)
                if self.report.is_live or not self.report.reasons:
                    self.report.configured = list(await retried(partial(host.configure, self.beside)))
            if self.report.is_live and self.options.verifies:
                with self._timed(Phase.VERIFY):
                    await self._verify()

    async def _deploy(self, name: str, lock: HeldLock) -> None:
        with self._timed(Phase.PLAN):
            live = await self._live(lock)
            release = await self._release(name, live.release if live else "", lock)
            plan = await asyncio.to_thread(self._plan, live)
        self._report_plan(release, plan)
        self._check_deletes(plan)
        is_listed = live is not None  # without a list the next deploy could not compare, whatever is live
        if self.options.is_dry or (plan.is_empty and not release.is_resumed and is_listed):
            return
        if not plan.is_empty and not self.options.agrees(plan):
            return
        with contextlib.suppress(_CannotResume), self._timed(Phase.APPLY):
            requested = await self._begin(release, live)
            await self._apply(release, plan, requested, live, lock)
            return
        await self._deploy(name, lock)

    # -- planning -------------------------------------------------------------------------------------

    async def _live(self, lock: HeldLock) -> LiveList | None:
        """Return the list of what is live; None where there is none, or it is damaged and the host is scanned."""
        is_scanned = self.options.refreshes or lock.is_taken_over
        try:
            live = await self.session.live()
            if is_scanned and live is not None:
                await asyncio.to_thread(live.check)
            if live is None and not is_scanned and not self.session.journal.release:
                await self._refuse_foreign()
        except DeployError:
            if not is_scanned:
                raise
            self.report.warn("The list of live files was damaged; this deploy makes it again.")
            return None
        return live

    async def _refuse_foreign(self) -> None:
        """Raise DeployError if the host holds files and no list of ours."""
        features = self.session.host.features
        if features.takes_snapshots or features.refuses_foreign:
            return
        if path := await retried(self._any_path):
            raise DeployError(
                f"{features.label} holds files (such as {path}), but no list of replisite; choose another folder or bucket, "
                "or, if a deploy may replace and delete these files, pass --refresh"
            )

    async def _any_path(self) -> str:
        """Return the path of any file on the host; empty if there is none."""
        async for file in self.session.host.listing():
            return file.path
        return ""

    async def _release(self, name: str, base: str, lock: HeldLock) -> Release:
        """Return the release to make: the one that was cut short, if it can be resumed."""
        journal = self.session.journal
        if self.options.refreshes or lock.is_taken_over:
            if lock.is_taken_over:
                self.report.warn(
                    "Another deploy held the lock, so every file on the host was compared with the build."
                )
            journal.begin(name, base, is_complete=True)
            self.reporter.begin(Phase.SCAN)
            await scan(self.session.host, self.bundle, journal, self.reporter.advance)
            return Release(name, base)
        if journal.release and journal.base == base:
            return Release(journal.release, base, is_resumed=True)
        journal.end()
        return Release(name, base)

    def _plan(self, live: LiveList | None) -> Plan:
        there = self.scope.files(self.session.there(live))
        steps = iter_steps(self.scope.files(self.bundle.files()), there)
        return make_plan(self.scope.steps(steps), self.session.folder / "plan")

    def _check_deletes(self, plan: Plan) -> None:
        most = self.target.max_deletes
        most = max(100, plan.live // 10) if most is None else most
        if plan.deletes > most and not self.options.allows_deletes:
            shown = ", ".join(plan.examples.get("gone", ()))
            raise DeployError(
                f"{plan.deletes:,} of {plan.live:,} live files would be deleted, such as {shown}. A deploy deletes at most "
                f"{most:,} files unless you pass --allow-deletes."
            )

    # -- applying -------------------------------------------------------------------------------------

    async def _begin(self, release: Release, live: LiveList | None) -> Collection[str] | None:
        """Begin, and return the paths that the host requests; raises _CannotResume if the host has lost the release."""
        session = self.session
        if not release.is_resumed:
            if live is not None:
                await session.keep_before(live)
            if session.journal.release != release.name:
                session.journal.begin(release.name, release.base)
        try:
            return await retried(partial(session.host.begin, release, self.bundle))
        except HostError as error:
            if not release.is_resumed or error.may_pass:
                raise
            session.journal.end()
            raise _CannotResume from error

    async def _apply(
        self,
        release: Release,
        plan: Plan,
        requested: Collection[str] | None,
        live: LiveList | None,
        lock: HeldLock,
    ) -> None:
        session, host = self.session, self.session.host
        jobs = self.options.jobs or host.features.jobs
        progress = partial(report_transfer, self.reporter, plan)
        transfer = Transfer(host, self.bundle, session.journal, jobs, progress=progress)
        lock.on_loss = transfer.done.give_up
        succeeded = await transfer.puts(plan, frozenset(requested) if requested is not None else None)
        if succeeded and plan.deletes and not self.scope.prefixes and session.is_file_by_file:
            await session.store(release.name, merged(self.bundle.files(), plan.left_over()))
        succeeded = succeeded and await transfer.deletes(plan)
        self._count(transfer.done)
        if not succeeded:
            failures = ((failure.path, failure.why) for failure in transfer.done.failures)
            raise PartlyDeployed(
                failures,
                "Every link of the live pages still leads to a page; the next deploy continues from here.",
            )
        await session.store(release.name, session.there(live) if self.scope.prefixes else self.bundle.files())
        await retried(partial(host.finish, release, self.bundle))
        session.journal.end()
        self.report.is_live = True
        session.note("deploy", self.report.as_json())

    # -- verifying -------------------------------------------------------------------------------------

    async def _verify(self) -> None:
        sample = sample_of(self.scope.files(self.bundle.files()), self.report.files)
        self.reporter.advance(0, len(sample))
        url = self.target.url or self.site.url
        check = await verify(sample, url, self.session.host.features, is_own=not self.target.url)
        self.report.verified, self.report.differences = check.count, list(check.differences)
        if check.unreached:
            self.report.warn(
                f"The live sites could not be checked ({check.unreached}); check url in [site], or in the target"
            )

    # -- reporting ------------------------------------------------------------------------------------

    def _report_plan(self, release: Release, plan: Plan) -> None:
        report = self.report
        report.release, report.base, report.is_resumed = release.name, release.base, release.is_resumed
        report.reasons = {str(reason): count for reason, count in sorted(plan.reasons.items())}
        report.examples = {str(reason): paths for reason, paths in sorted(plan.examples.items())}

    def _count(self, done: Transferred) -> None:
        report = self.report
        report.puts, report.deletes = done.puts, done.deletes
        report.bytes, report.retries = done.bytes, done.retries

    @contextlib.contextmanager
    def _timed(self, phase: Phase) -> Iterator[None]:
        self.reporter.begin(phase)
        started = time.perf_counter()
        yield
        self.report.seconds[phase.value] = round(time.perf_counter() - started, 3)
