"""Restore what was live before the last deploy, or at an earlier release.

Where a host keeps releases whole, it goes back at once. Where it changes file by file, what a deploy replaced or deleted
was kept beside the sites, and is put back in the order in which nothing breaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from replisite.deploy.lock import Held, held
from replisite.deploy.plan import iter_steps, make_plan
from replisite.deploy.reports import RollbackOptions, RolledBack, report_transfer
from replisite.deploy.session import Run
from replisite.deploy.transfer import Sending, retried
from replisite.errors import DeployError, PartlyDeployed, UsageError, nearest
from replisite.hosts import Body, Bundle, Host, Release
from replisite.model.live_files import LiveFile
from replisite.reporting import Phase, Reporter
from replisite.system.clock import deploy_name

__all__ = ["Restoration"]


@dataclass(slots=True)
class Restoration:
    """Going back once."""

    run: Run
    options: RollbackOptions
    reporter: Reporter
    report: RolledBack

    async def run_all(self) -> None:
        async with self.run.host as host:
            name = deploy_name()
            earlier = self.run.takes_turn_as(name)
            async with held(host.state, name, earlier, force=self.options.breaks_lock) as turn:
                await (self._by_file(turn) if self.run.is_file_by_file else self._at_once())

    async def _at_once(self) -> None:
        host, report = self.run.host, self.report
        live = await self.run.live()
        report.left = live.release if live else ""
        report.releases = list(await host.releases())
        self._choose(report.releases)
        if not self.options.agrees(report):
            return
        await retried(partial(host.go_back, report.release))
        if host.state is None:
            (self.run.state / "live").unlink(missing_ok=True)  # the next deploy asks the host what it lacks
        self._end()

    async def _by_file(self, turn: Held) -> None:
        """Put back file by file what was kept."""
        run, report = self.run, self.report
        live, before = await run.live(), await run.before()
        is_cut_short = bool(len(run.journal))
        report.left = live.release if live else ""
        is_there = before is not None and (is_cut_short or before.release != report.left)
        report.releases = [before.release] if before is not None and is_there else []
        self._choose(report.releases)
        if not self.options.agrees(report):
            return
        assert before is not None
        plan = make_plan(iter_steps(before, run.there(live)), run.folder / "plan")
        if run.journal.base != report.left:
            run.journal.begin(deploy_name(), report.left)
        self.reporter.begin(Phase.APPLY)
        host = cast(Host, _Kept(run.host, before.release))
        sending = Sending(
            host,
            cast(Bundle, _Nothing()),
            run.journal,
            run.host.facts.jobs,
            partial(report_transfer, self.reporter, plan),
        )
        turn.when_lost = sending.sent.give_up
        if not (await sending.puts(plan) and await sending.deletes(plan)):
            failures = ((failure.path, failure.why) for failure in sending.sent.failures)
            raise PartlyDeployed(failures, "What is live holds together; going back again goes on from here.")
        report.puts, report.deletes = sending.sent.puts, sending.sent.deletes
        await run.store(before.release, before)
        back = Release(before.release, report.left)
        await retried(partial(run.host.finish, back, cast(Bundle, _Nothing())))
        self._end()

    def _choose(self, known: Sequence[str]) -> None:
        if not known:
            raise DeployError(f"{self.report.host}: there is nothing to go back to")
        wanted = self.options.release
        if wanted and wanted not in known:
            near = nearest(wanted, known) or f"known are {', '.join(known)}"
            raise UsageError(f'no release "{wanted}" there; {near}')
        self.report.release = wanted or known[0]

    def _end(self) -> None:
        self.run.journal.end()
        self.report.is_live = True
        self.run.note("rollback", self.report.as_json())


@dataclass(frozen=True, slots=True)
class _Kept:
    """A host that puts what was kept of a release in the place of what it is given."""

    host: Host
    release: str

    async def keep(self, path: str) -> None:
        """What is live now was not live before: nobody goes back to it."""

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put back what was kept."""
        del body
        await self.host.restore(file, self.release)

    async def delete(self, path: str) -> None:
        """Remove what was not there before."""
        await self.host.delete(path)


class _Nothing:
    """Bodies are the host's own."""

    def body(self, file: LiveFile) -> Body:
        """Return nothing."""
        del file
        return b""
