"""Our files in an object store: the lists of what is live, and whose turn it is.

<prefix>/.replisite/9f86d081884c7d659a2feaa0c55ad015/live     the list
                                                    /before   the one before
                                                    /turn     who deploys, while somebody does (`object_turn`)
                                                    /kept/…   what was live before (`object_kept`)
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from obstore.exceptions import BaseError

from replisite.hosts.host import Lock
from replisite.hosts.object_store.errors import FOREIGN
from replisite.hosts.object_store.lock import SETTLE_SECONDS, ObjectLock
from replisite.hosts.object_store.private_folder import PRIVATE, Folder

__all__ = ["ObjectState"]

PART: Final = 8 << 20
"""How many bytes of a list are sent, or written down, at a time."""

PARTS_AT_ONCE: Final = 4


class ObjectState:
    """State files in ``folder``. ``is_sure`` and ``settle_seconds`` are those of `ObjectTurn`."""

    def __init__(
        self, folder: Folder, *, is_sure: bool = True, settle_seconds: float = SETTLE_SECONDS
    ) -> None:
        self.folder = folder
        self._turn = ObjectLock(folder, is_sure=is_sure, settle_seconds=settle_seconds)

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy a list out, piece by piece."""
        if not await self.folder.found():
            return False
        key = await self.folder.at(name)
        try:
            answer = await self.folder.store.get_async(key)
        except FileNotFoundError:
            return False
        except FOREIGN as error:
            raise self.folder.border.told(error, key) from error
        out = await asyncio.to_thread(place.open, "wb")
        try:
            async for piece in answer.stream(PART):
                await asyncio.to_thread(out.write, piece)
        except BaseError as error:
            raise self.folder.border.told(error, key) from error
        finally:
            await asyncio.to_thread(out.close)
        return True

    async def store(self, name: str, place: Path) -> None:
        """Copy a list in; it is there when all its parts are."""
        key = await self.folder.at(name)
        try:
            await self.folder.store.put_async(
                key, place, attributes=dict(PRIVATE), chunk_size=PART, max_concurrency=PARTS_AT_ONCE
            )
        except FOREIGN as error:
            raise self.folder.border.told(error, key) from error

    async def forget(self, name: str) -> None:
        """Remove a list, if it is there."""
        if await self.folder.found():
            await self.folder.remove(await self.folder.at(name))

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the turn, or say whose it is."""
        return await self._turn.take(owner, release, force=force)

    async def keep_turn(self) -> None:
        """Say that we are still at it."""
        await self._turn.keep()

    async def end_turn(self) -> None:
        """Let others have their turn."""
        await self._turn.end()
