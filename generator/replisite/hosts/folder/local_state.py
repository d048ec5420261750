"""What this machine remembers of the releases that it made, for hosts that take whole snapshots and no files of ours.

    lists/20260131T120000Z-1a2b3c.live     what is in that release
    .turn                                  whose turn it is on this machine

The host says which release is live. If another machine made it, nothing is remembered, and every file counts as new;
a snapshot host asks only for those that it has not seen, so that costs a look and no upload.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from replisite.hosts.folder.host import FolderState
from replisite.system.files import write_whole

__all__ = ["RememberedState"]

REMEMBERED: Final = 20
"""So many lists are kept: those of releases that one may go back to."""


class RememberedState(FolderState):
    """Lists by release, in a folder of this machine; ``live`` asks the host which release is live, ``""`` if none of ours.

    The turn is this machine's (`FolderState`). Two machines at once do no harm: each makes a snapshot of its own, and the
    one that is ready last is live.
    """

    def __init__(self, folder: Path, live: Callable[[], Awaitable[str]]) -> None:
        super().__init__(folder)
        self._lists = folder / "lists"
        self._live = live

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy the list of the live release, if it was made here."""
        if name != "live" or not self._lists.is_dir():
            return False
        listed = self._lists / f"{await self._live()}.live"
        if not listed.is_file():
            return False
        await asyncio.to_thread(shutil.copyfile, listed, place)
        return True

    async def store(self, name: str, place: Path) -> None:
        """Keep the list of the release that is being made; it counts when that is live."""
        if name == "live":
            await asyncio.to_thread(self._store, place)

    def _store(self, place: Path) -> None:
        self._lists.mkdir(parents=True, exist_ok=True)
        listed = self._lists / f"{self.building}.live"
        write_whole(listed, place)
        for old in sorted(self._lists.glob("*.live"))[:-REMEMBERED]:
            old.unlink()

    async def keep_turn(self) -> None:
        """Say on this machine that we are still at it."""
        if self._lock is not None:
            self._lock.touch()
