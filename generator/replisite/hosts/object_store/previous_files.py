"""What was live before, in an object store: copies that the store makes itself, beside our other files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obstore.exceptions import AlreadyExistsError

from replisite.hosts.host import HostError
from replisite.hosts.object_store.errors import FOREIGN, UNKNOWN_CONDITION
from replisite.hosts.object_store.private_folder import Folder

__all__ = ["Keepings"]

REMOVED_AT_ONCE: Final = 1_000
"""Amazon S3 removes so many objects in one request (docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html)."""


class Keepings:
    """The files of releases that one can go back to, below ``kept/<release>/``; headers are copied with them."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._store, self._border = folder.store, folder.border
        self._base = ""
        self._may_be_kept = False

    async def begin(self, base: str, *, is_resumed: bool) -> None:
        """Keep what belongs to a release from here on, and throw away what belongs to older ones.

        Nothing is thrown away when a release goes on.
        """
        self._base = base
        names = await self.names()
        self._may_be_kept = base in names
        if not is_resumed:
            for name in names:
                if name != base:
                    await self._remove_all(await self._folder.at(f"kept/{name}"))

    async def keep(self, key: str, path: str) -> None:
        """Copy what is live at a key; what is kept already stays, and what is not live is not kept."""
        if not self._base:
            return
        kept = await self._folder.at(f"kept/{self._base}/{path}")
        try:
            if self._may_be_kept and await self._copied_unless_there(key, kept):
                return
            await self._store.copy_async(key, kept)
        except FileNotFoundError:
            return
        except FOREIGN as error:
            raise self._border.told(error, key) from error

    async def _copied_unless_there(self, key: str, kept: str) -> bool:
        """Copy where nothing is kept; say whether something is there now. S3 cannot be asked so: there one looks first."""
        try:
            await self._store.copy_async(key, kept, overwrite=False)
        except AlreadyExistsError:
            return True
        except UNKNOWN_CONDITION:
            try:
                await self._store.head_async(kept)
            except FileNotFoundError:
                return False
        return True

    async def restore(self, key: str, path: str, release: str) -> None:
        """Copy back what was kept."""
        kept = await self._folder.at(f"kept/{release}/{path}")
        try:
            await self._store.copy_async(kept, key)
        except FileNotFoundError as error:
            raise HostError(f"{self._border.place}/{key}: nothing of it was kept") from error
        except FOREIGN as error:
            raise self._border.told(error, key) from error

    async def names(self) -> Sequence[str]:
        """Return the releases of which something is kept, the latest first."""
        if not await self._folder.found():
            return []
        folder = await self._folder.at("kept")
        try:
            listed = await self._store.list_with_delimiter_async(folder)
        except FOREIGN as error:
            raise self._border.told(error, folder) from error
        return sorted(
            (name.rstrip("/").rpartition("/")[2] for name in listed["common_prefixes"]), reverse=True
        )

    async def _remove_all(self, folder: str) -> None:
        try:
            async for batch in self._store.list(folder, chunk_size=REMOVED_AT_ONCE):
                await self._store.delete_async([found["path"] for found in batch])
        except FileNotFoundError:
            return  # somebody else removes them too; whoever comes next removes the rest
        except FOREIGN as error:
            raise self._border.told(error, folder) from error
