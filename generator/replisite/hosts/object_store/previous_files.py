"""Backups of the files that a deploy replaces or deletes: copies that the store makes itself, in our private folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from obstore.exceptions import AlreadyExistsError

from replisite.hosts.host import NoBackupError
from replisite.hosts.object_store.errors import FOREIGN, UNKNOWN_CONDITION
from replisite.hosts.object_store.private_folder import Folder

__all__ = ["PreviousFiles"]

REMOVED_AT_ONCE: Final = 1_000
"""Amazon S3 removes so many objects in one request (docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html)."""


class PreviousFiles:
    """The files of earlier releases, below ``kept/<release>/``; headers are copied with them."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._store, self._errors = folder.store, folder.errors
        self._base = ""
        self._may_exist = False

    async def begin(self, base: str, *, is_resumed: bool) -> None:
        """Back up files of the release ``base`` from here on, and remove the backups of older ones.

        A resumed release removes nothing.
        """
        self._base = base
        names = await self.releases()
        self._may_exist = base in names
        if not is_resumed:
            for name in names:
                if name != base:
                    await self._remove_all(await self._folder.at(f"kept/{name}"))

    async def back_up(self, key: str, path: str) -> None:
        """Copy the live file at a key, if there is one; a backup that exists stays."""
        if not self._base:
            return
        backup = await self._folder.at(f"kept/{self._base}/{path}")
        try:
            if self._may_exist and await self._copied_unless_there(key, backup):
                return
            await self._store.copy_async(key, backup)
        except FileNotFoundError:
            return
        except FOREIGN as error:
            raise self._errors.host_error(error, key) from error

    async def _copied_unless_there(self, key: str, backup: str) -> bool:
        """Copy unless there is a backup; say whether there is one now. S3 has no such condition, so it is read first."""
        try:
            await self._store.copy_async(key, backup, overwrite=False)
        except AlreadyExistsError:
            return True
        except UNKNOWN_CONDITION:
            try:
                await self._store.head_async(backup)
            except FileNotFoundError:
                return False
        return True

    async def restore(self, key: str, path: str, release: str) -> None:
        """Copy a backup back."""
        backup = await self._folder.at(f"kept/{release}/{path}")
        try:
            await self._store.copy_async(backup, key)
        except FileNotFoundError as error:
            raise NoBackupError(f"{self._errors.bucket}/{key}: there is no backup of it") from error
        except FOREIGN as error:
            raise self._errors.host_error(error, key) from error

    async def releases(self) -> Sequence[str]:
        """Return the releases with backups, the latest first."""
        if not await self._folder.exists():
            return []
        folder = await self._folder.at("kept")
        try:
            listed = await self._store.list_with_delimiter_async(folder)
        except FOREIGN as error:
            raise self._errors.host_error(error, folder) from error
        return sorted(
            (name.rstrip("/").rpartition("/")[2] for name in listed["common_prefixes"]), reverse=True
        )

    async def _remove_all(self, folder: str) -> None:
        try:
            async for batch in self._store.list(folder, chunk_size=REMOVED_AT_ONCE):
                await self._store.delete_async([stored["path"] for stored in batch])
        except FileNotFoundError:
            return  # another client removes them too; the next deploy removes the rest
        except FOREIGN as error:
            raise self._errors.host_error(error, folder) from error
