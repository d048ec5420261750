"""The lists and the lock of hosts that take whole snapshots and store no files of ours, in a folder of this machine.

    lists/20260131T120000Z-1a2b3c.live     the list of that release
    .turn                                  the lock of this machine

The host says which release is live. If another machine made it, there is no list here, and every file counts as new;
a snapshot host takes only the files that it has not seen, so this costs a comparison and no upload.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from replisite.hosts.folder.host import FolderState
from replisite.system.files import write_whole

__all__ = ["LocalState"]

LISTS: Final = 20
"""How many lists stay: those of the releases to which a rollback can lead."""


class LocalState(FolderState):
    """Lists by release, in a folder; ``live`` returns the release that the host says is live, ``""`` if it is not ours.

    The lock holds on this machine (`FolderState`). Two machines at once do no harm: each makes a snapshot of its own, and
    the one that finishes last is live.
    """

    def __init__(self, folder: Path, live: Callable[[], Awaitable[str]]) -> None:
        super().__init__(folder)
        self._lists = folder / "lists"
        self._live = live

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy the list of the live release, if it was made here."""
        if name != "live" or not self._lists.is_dir():
            return False
        listed = self._lists / f"{await self._live()}.live"
        if not listed.is_file():
            return False
        await asyncio.to_thread(shutil.copyfile, listed, path)
        return True

    async def store(self, name: str, path: Path) -> None:
        """Store the list of the release that is being made; it counts when the release is live."""
        if name == "live":
            await asyncio.to_thread(self._store, path)

    def _store(self, path: Path) -> None:
        self._lists.mkdir(parents=True, exist_ok=True)
        listed = self._lists / f"{self.building}.live"
        write_whole(listed, path)
        for old in sorted(self._lists.glob("*.live"))[:-LISTS]:
            old.unlink()

    async def renew_lock(self) -> None:
        """Renew the lock's time on this machine."""
        if self._lock is not None:
            self._lock.touch()
