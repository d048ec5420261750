"""One command's session on a target: its host, its journal, its lists, and a folder for temporary files."""

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
from replisite.deploy.live_list import LiveList, write_live_list
from replisite.deploy.lock import this_owner
from replisite.deploy.states import Missing, PathState
from replisite.deploy.transfer import retried
from replisite.errors import DeployError
from replisite.hosts import Host, HostError
from replisite.model.manifest import path_order
from replisite.system.files import write_whole
from replisite.system.locks import FileLock
from replisite.system.private_files import private_file, private_folder

__all__ = ["Session", "merged", "open_session", "with_host_name"]

LIVE: Final = "live"
BEFORE: Final = "before"
"""The names of the lists beside the sites: of what is live, and of what was live before where a host changes file by file."""


@dataclass(slots=True)
class Session:
    """One session. ``state`` is a folder that outlives it, ``folder`` one that does not."""

    host: Host
    state: Path
    folder: Path
    journal: Journal

    @property
    def is_file_by_file(self) -> bool:
        """Whether the host changes files one by one, while visitors see them."""
        return self.host.state is not None and not self.host.features.switches_at_once

    async def live(self) -> LiveList | None:
        """Return the list of what is live; None where there is none. Raises DeployError for a damaged one."""
        if self.host.state is None:
            path = self.state / LIVE
            return LiveList.open(path) if path.is_file() else None
        return await self._fetched(LIVE)

    async def before(self) -> LiveList | None:
        """Return the list of what was live before; None where there is none."""
        return await self._fetched(BEFORE) if self.is_file_by_file else None

    async def _fetched(self, name: str) -> LiveList | None:
        assert self.host.state is not None
        path = self.folder / name
        is_there = await retried(partial(self.host.state.fetch, name, path))
        return LiveList.open(path) if is_there else None

    def names_lock(self, name: str) -> set[str]:
        """Record the name under which the lock will be taken; return those of earlier sessions that were cut short.

        Only one session of this machine is on a target (`open_session`), so no owner of those names is alive.
        """
        path = self.state / "turn"
        earlier = {self.journal.release, path.read_text(encoding="utf-8") if path.is_file() else ""}
        private_file(path).write_text(name, encoding="utf-8")
        return earlier - {""}

    def there(self, live: LiveList | None) -> Iterator[PathState]:
        """Stream the state of each path on the host: that of the list, and what earlier sessions changed since.

        If the journal is complete, paths that only the list names are missing.
        """
        if live is None:
            return self.journal.over(())
        if self.journal.is_complete:
            return self.journal.over(Missing(state.path) for state in live)
        return self.journal.over(live)

    async def keep_before(self, live: LiveList) -> None:
        """Store the list of what is live as that of what was live before, before anything is changed."""
        if self.is_file_by_file:
            assert self.host.state is not None
            await retried(partial(self.host.state.store, BEFORE, live.path))

    async def store(self, release: str, states: Iterable[PathState]) -> None:
        """Store the list of what is live, or will be at once."""
        path = self.folder / "list"
        await asyncio.to_thread(write_live_list, path, release, states)
        if self.host.state is not None:
            await retried(partial(self.host.state.store, LIVE, path))
        write_whole(self.state / LIVE, path)

    def note(self, what: str, report: dict[str, Any]) -> None:
        """Add a line about this session's change to the target's history, ``deploys.jsonl``."""
        row = {"what": what, "by": this_owner(), **report}
        with private_file(self.state / "deploys.jsonl").open("a", encoding="utf-8") as history:
            history.write(json.dumps(row) + "\n")  # in ASCII: it may be read on a terminal


@contextlib.contextmanager
def open_session(host: Host, state: Path, *, is_dry: bool) -> Iterator[Session]:
    """Give a session on a target whose files are in the folder ``state``; a dry one leaves no trace there.

    Raises DeployError if another session of this machine is on the target.
    """
    private_folder(state)
    alone = contextlib.nullcontext() if is_dry else _alone(state / "lock", host.features.label)
    with alone, _opened(host, state, is_dry) as session:
        yield session


@contextlib.contextmanager
def _alone(path: Path, host: str) -> Iterator[None]:
    with FileLock(path) as lock:
        if not lock.take():
            raise DeployError(f"another deploy to {host} is running on this machine; wait for it to end")
        yield


@contextlib.contextmanager
def _opened(host: Host, state: Path, is_dry: bool) -> Iterator[Session]:
    folder = state / f"run-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    lasting = state / "journal.sqlite"
    try:
        if is_dry and lasting.exists():
            with Journal(
                lasting
            ) as journal:  # what a dry run finds out is not written into the lasting journal
                journal.copy_to(folder / lasting.name)
        with Journal(folder / lasting.name if is_dry else lasting) as journal:
            yield Session(host, state, folder, journal)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def merged(*lists: Iterable[PathState]) -> Iterator[PathState]:
    """Merge lists in the order of paths into one."""
    return heapq.merge(*lists, key=lambda state: path_order(state.path))


def with_host_name(host: Host, error: HostError) -> str:
    """Return a host's error with the host's name before it, if the error does not begin with it."""
    message = str(error)
    return message if message.startswith(host.features.label) else f"{host.features.label}: {message}"
