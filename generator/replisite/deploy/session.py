"""What one run of a command on a target works with: its host, its journal, its lists, and a folder for notes."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import json
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from replisite.deploy.journal import Journal
from replisite.deploy.live_list import LEFT_OVER, LiveList, write_live_list
from replisite.deploy.lock import this_owner
from replisite.deploy.transfer import retried
from replisite.errors import DeployError
from replisite.hosts import Host, HostError
from replisite.model.live_files import LiveFile
from replisite.model.manifest import path_order
from replisite.system.files import write_whole
from replisite.system.locks import FileLock
from replisite.system.private_files import private_file, private_folder

__all__ = ["EVERYTHING", "Run", "merged", "open_run", "told_of"]

LIVE: Final = "live"
BEFORE: Final = "before"
"""The names of two lists beside the sites: what is live, and what was before where a host changes file by file."""

EVERYTHING: Final = "*"
"""Before a journal's base: the journal says all that is there."""


@dataclass(slots=True)
class Run:
    """One run. ``state`` outlives it, ``folder`` does not."""

    host: Host
    state: Path
    folder: Path
    journal: Journal

    @property
    def is_file_by_file(self) -> bool:
        """Whether the host changes files one by one, where all can see it."""
        return self.host.state is not None and not self.host.facts.switches_at_once

    async def live(self) -> LiveList | None:
        """Return the list of what is live; None where there is none. Raises DeployError for a damaged one."""
        if self.host.state is None:
            place = self.state / LIVE
            return LiveList.open(place) if place.is_file() else None
        return await self._fetched(LIVE)

    async def before(self) -> LiveList | None:
        """Return the list of what was live before; None where there is none."""
        return await self._fetched(BEFORE) if self.is_file_by_file else None

    async def _fetched(self, name: str) -> LiveList | None:
        assert self.host.state is not None
        place = self.folder / name
        is_there = await retried(partial(self.host.state.fetch, name, place))
        return LiveList.open(place) if is_there else None

    def takes_turn_as(self, name: str) -> set[str]:
        """Remember under which name the turn will be taken, and return those of earlier runs that were cut short.

        Only one run of this machine is on a target (`open_run`), so whoever had one of those names is gone.
        """
        place = self.state / "turn"
        earlier = {self.journal.release, place.read_text(encoding="utf-8") if place.is_file() else ""}
        private_file(place).write_text(name, encoding="utf-8")
        return earlier - {""}

    @property
    def is_all_in_journal(self) -> bool:
        """Whether the journal says all that is there, whatever the list says: somebody has looked."""
        return self.journal.base.startswith(EVERYTHING)

    def there(self, live: LiveList | None) -> Iterator[LiveFile]:
        """Stream what is really live: the list, and what an earlier try has done since.

        Where somebody has looked, what is on the list and was not there is marked as left over.
        """
        if live is None:
            return self.journal.over(())
        if self.is_all_in_journal:
            return self.journal.over(LiveFile(file.path, "", 0, LEFT_OVER) for file in live)
        return self.journal.over(live)

    async def keep_before(self, live: LiveList) -> None:
        """Keep the list of what is live as that of what was, before anything is changed."""
        if self.is_file_by_file:
            assert self.host.state is not None
            await retried(partial(self.host.state.store, BEFORE, live.place))

    async def store(self, release: str, files: Iterable[LiveFile]) -> None:
        """Store the list of what is live, or will be at once."""
        place = self.folder / "list"
        await asyncio.to_thread(write_live_list, place, release, files)
        if self.host.state is not None:
            await retried(partial(self.host.state.store, LIVE, place))
        write_whole(self.state / LIVE, place)

    def note(self, what: str, report: dict[str, Any]) -> None:
        """Add a line about what is done now to the target's history, ``deploys.jsonl``."""
        row = {"what": what, "by": this_owner(), **report}
        with private_file(self.state / "deploys.jsonl").open("a", encoding="utf-8") as history:
            history.write(json.dumps(row) + "\n")  # in ASCII: it may be read on a terminal


@contextlib.contextmanager
def open_run(host: Host, state: Path, *, is_dry: bool) -> Iterator[Run]:
    """Give a run on a target whose notes are in ``state``; a dry one leaves no trace there.

    Raises DeployError if another run of this machine is on the target.
    """
    private_folder(state)
    alone = contextlib.nullcontext() if is_dry else _alone(state / "lock", host.facts.told)
    with alone, _notes(host, state, is_dry) as run:
        yield run


@contextlib.contextmanager
def _alone(place: Path, told: str) -> Iterator[None]:
    with FileLock(place) as lock:
        if not lock.take():
            raise DeployError(f"another deploy to {told} is running on this machine; wait for it to end")
        yield


@contextlib.contextmanager
def _notes(host: Host, state: Path, is_dry: bool) -> Iterator[Run]:
    folder = state / f"run-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    kept = state / "journal.sqlite"
    try:
        if is_dry and kept.exists():
            with Journal(kept) as journal:  # what a dry run finds out is not written into the real one
                journal.copy_to(folder / kept.name)
        with Journal(folder / kept.name if is_dry else kept) as journal:
            yield Run(host, state, folder, journal)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def merged(*lists: Iterable[LiveFile]) -> Iterator[LiveFile]:
    """Merge lists in the order of paths into one."""
    return heapq.merge(*lists, key=lambda file: path_order(file.path))


def told_of(host: Host, error: HostError) -> str:
    """Return what a host's error says, and at which host, if it does not say so itself."""
    told = str(error)
    return told if told.startswith(host.facts.told) else f"{host.facts.told}: {told}"
