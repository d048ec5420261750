"""Our files in an object store: the lists of live files, and the lock.

<prefix>/.replisite/9f86d081884c7d659a2feaa0c55ad015/live     the list
                                                    /before   the one before
                                                    /turn     the lock of a deploy that is running (`lock`)
                                                    /kept/…   backups of what was live before (`previous_files`)
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
"""How many bytes of a list are sent, or written, at a time."""

PARTS_AT_ONCE: Final = 4


class ObjectState:
    """State files in ``folder``. ``has_conditions`` and ``settle_seconds`` are those of `ObjectLock`."""

    def __init__(
        self, folder: Folder, *, has_conditions: bool = True, settle_seconds: float = SETTLE_SECONDS
    ) -> None:
        self.folder = folder
        self._lock = ObjectLock(folder, has_conditions=has_conditions, settle_seconds=settle_seconds)

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy a list out, piece by piece."""
        if not await self.folder.exists():
            return False
        key = await self.folder.at(name)
        try:
            answer = await self.folder.store.get_async(key)
        except FileNotFoundError:
            return False
        except FOREIGN as error:
            raise self.folder.errors.host_error(error, key) from error
        out = await asyncio.to_thread(path.open, "wb")
        try:
            async for piece in answer.stream(PART):
                await asyncio.to_thread(out.write, piece)
        except BaseError as error:
            raise self.folder.errors.host_error(error, key) from error
        finally:
            await asyncio.to_thread(out.close)
        return True

    async def store(self, name: str, path: Path) -> None:
        """Copy a list in; it exists once all its parts are stored."""
        key = await self.folder.at(name)
        try:
            await self.folder.store.put_async(
                key, path, attributes=dict(PRIVATE), chunk_size=PART, max_concurrency=PARTS_AT_ONCE
            )
        except FOREIGN as error:
            raise self.folder.errors.host_error(error, key) from error

    async def forget(self, name: str) -> None:
        """Remove a list, if it is there."""
        if await self.folder.exists():
            await self.folder.remove(await self.folder.at(name))

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the lock, or return the one that another deploy holds."""
        return await self._lock.take(owner, release, force=force)

    async def renew_lock(self) -> None:
        """Renew the lock."""
        await self._lock.renew()

    async def release_lock(self) -> None:
        """Release the lock."""
        await self._lock.release()
