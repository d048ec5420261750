"""The folder of our files in an object store, which only a client that may list can find.

    <prefix>/.replisite/9f86d081884c7d659a2feaa0c55ad015/

Its name has 128 random bits; replisite finds it by listing, which visitors of a bucket must not be allowed to do.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from obstore.store import AzureStore, GCSStore, S3Store

from replisite.hosts.object_store.errors import FOREIGN, ErrorTranslator

__all__ = ["OURS", "PRIVATE", "Folder", "Store"]

Store = S3Store | GCSStore | AzureStore

OURS: Final = ".replisite"
"""The folder below the prefix that is not for visitors."""

PRIVATE: Final[Mapping[str, str]] = {
    "Content-Type": "application/octet-stream",
    "Cache-Control": "private, no-store",
}
"""The headers of our files."""

_RANDOM_NAME = re.compile(r"[0-9a-f]{32}\Z")


class Folder:
    """The folder below ``root``. A store has no empty folders, so it exists once it holds a file."""

    def __init__(self, store: Store, errors: ErrorTranslator, root: str) -> None:
        self.store = store
        self.errors = errors
        self._root = root
        self._path = ""

    async def exists(self) -> bool:
        """Say whether the folder exists; it is not made."""
        self._path = self._path or await self._counting(await self._listed())
        return bool(self._path)

    async def at(self, name: str) -> str:
        """Return the key of a file in it; a folder that does not exist yet gets its name."""
        if not await self.exists():
            self._choose_name()
        return f"{self._path}/{name}"

    async def enter(self) -> bool:
        """Look for the folder again, and give it a name if there is none; say whether that was so."""
        listed = await self._listed()
        self._path = await self._counting(listed) or self._path
        if not self._path:
            self._choose_name()
        return not listed

    async def is_shared(self, *, is_new: bool) -> bool:
        """Say whether another deploy that starts now finds the same folder; a new one must be the only one."""
        listed = await self._listed()
        return listed == [self._path] if is_new else await self._counting(listed) == self._path

    def leave(self) -> None:
        """Forget the folder; the next call looks for it again."""
        self._path = ""

    async def remove(self, key: str) -> None:
        """Remove a file, if it exists."""
        try:
            await self.store.delete_async(key)
        except FileNotFoundError:
            return
        except FOREIGN as error:
            raise self.errors.host_error(error, key) from error

    def _choose_name(self) -> None:
        self._path = f"{self._root}/{secrets.token_hex(16)}"

    async def _listed(self) -> Sequence[str]:
        try:
            listed = await self.store.list_with_delimiter_async(self._root)
        except FOREIGN as error:
            raise self.errors.host_error(error, self._root) from error
        folders = (folder.rstrip("/") for folder in listed["common_prefixes"])
        return sorted(folder for folder in folders if _RANDOM_NAME.search(folder))

    async def _counting(self, folders: Sequence[str]) -> str:
        """Return the folder that counts: the only one, or the first that holds a list; empty if there is none."""
        if len(folders) > 1:
            for folder in folders:
                if await self._is_there(f"{folder}/live"):
                    return folder
        return folders[0] if folders else ""

    async def _is_there(self, key: str) -> bool:
        try:
            await self.store.head_async(key)
        except FileNotFoundError:
            return False
        except FOREIGN as error:
            raise self.errors.host_error(error, key) from error
        return True
