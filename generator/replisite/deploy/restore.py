"""Restore what was live before the last deploy, or at an earlier release.

A host that stores whole releases switches back at once. On a host that changes file by file the backups of the files that
a deploy replaced or deleted are put back, in the order in which no link breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from replisite.deploy.lock import HeldLock, hold_lock
from replisite.deploy.plan import make_plan
from replisite.deploy.reports import RollbackOptions, RolledBack, report_transfer
from replisite.deploy.session import Session
from replisite.deploy.steps import iter_restores
from replisite.deploy.transfer import Transfer, retried
from replisite.errors import DeployError, PartlyDeployed, UsageError, nearest
from replisite.hosts import Body, Release
from replisite.model.live_files import LiveFile
from replisite.reporting import Phase, Reporter
from replisite.system.clock import deploy_name

__all__ = ["Restoration"]


@dataclass(slots=True)
class Restoration:
    """One rollback, step by step."""

    session: Session
    options: RollbackOptions
    reporter: Reporter
    report: RolledBack

    async def run_all(self) -> None:
        async with self.session.host as host:
            name = deploy_name()
            earlier = self.session.names_lock(name)
            async with hold_lock(host.state, name, earlier, force=self.options.breaks_lock) as lock:
                await (self._by_file(lock) if self.session.is_file_by_file else self._at_once())

    async def _at_once(self) -> None:
        host, report = self.session.host, self.report
        live = await self.session.live()
        report.left = live.release if live else ""
        report.releases = list(await host.releases())
        self._choose(report.releases)
        if not self.options.agrees(report):
            return
        await retried(partial(host.roll_back, report.release))
        if host.state is None:
            (self.session.state / "live").unlink(
                missing_ok=True
            )  # the next deploy asks the host for its files
        self._end()

    async def _by_file(self, lock: HeldLock) -> None:
        """Put the backups back, file by file."""
        session, report = self.session, self.report
        live, before = await session.live(), await session.before()
        is_cut_short = bool(len(session.journal))
        report.left = live.release if live else ""
        is_there = before is not None and (is_cut_short or before.release != report.left)
        report.releases = [before.release] if before is not None and is_there else []
        self._choose(report.releases)
        if not self.options.agrees(report):
            return
        assert before is not None
        plan = make_plan(iter_restores(before, session.there(live)), session.folder / "plan")
        if session.journal.base != report.left:
            session.journal.begin(deploy_name(), report.left)
        self.reporter.begin(Phase.APPLY)
        nothing = _NoBundle(session.folder)
        transfer = Transfer(
            session.host,
            nothing,
            session.journal,
            session.host.features.jobs,
            restored=before.release,
            progress=partial(report_transfer, self.reporter, plan),
        )
        lock.on_loss = transfer.done.give_up
        if not (await transfer.puts(plan) and await transfer.deletes(plan)):
            failures = ((failure.path, failure.why) for failure in transfer.done.failures)
            raise PartlyDeployed(
                failures,
                "Every link of the live pages still leads to a page; the next rollback continues from here.",
            )
        report.puts, report.deletes = transfer.done.puts, transfer.done.deletes
        await session.store(before.release, before)
        await retried(partial(session.host.finish, Release(before.release, report.left), nothing))
        self._end()

    def _choose(self, known: Sequence[str]) -> None:
        if not known:
            raise DeployError(f"{self.report.host}: there is no earlier release to roll back to")
        release = self.options.release
        if release and release not in known:
            near = nearest(release, known) or f"known are {', '.join(known)}"
            raise UsageError(f'there is no release "{release}"; {near}')
        self.report.release = release or known[0]

    def _end(self) -> None:
        self.session.journal.end()
        self.report.is_live = True
        self.session.note("rollback", self.report.as_json())


@dataclass(frozen=True, slots=True)
class _NoBundle:
    """A bundle without files: the host has the bytes of all files that a rollback puts back."""

    folder: Path

    def files(self) -> Iterator[LiveFile]:
        """Stream nothing."""
        return iter(())

    def body(self, file: LiveFile) -> Body:
        """Raise DeployError: no file of the bundle is put."""
        raise DeployError(f"{file.path}: a rollback puts no built file")
