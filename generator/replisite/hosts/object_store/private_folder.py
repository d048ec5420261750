"""The folder of our files in an object store, which nobody finds who may not list.

    <prefix>/.replisite/9f86d081884c7d659a2feaa0c55ad015/

Its name is drawn from 128 bits; we find it by listing, which visitors of a bucket must not be allowed to do.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from obstore.store import AzureStore, GCSStore, S3Store

from replisite.hosts.object_store.errors import FOREIGN, Border

__all__ = ["OURS", "PRIVATE", "Folder", "Store"]

Store = S3Store | GCSStore | AzureStore

OURS: Final = ".replisite"
"""The folder within the prefix that holds nothing for visitors."""

PRIVATE: Final[Mapping[str, str]] = {
    "Content-Type": "application/octet-stream",
    "Cache-Control": "private, no-store",
}
"""The headers of our files."""

_DRAWN = re.compile(r"[0-9a-f]{32}\Z")


class Folder:
    """The folder below ``root``. A store has no empty folders, so it is there when a file is in it."""

    def __init__(self, store: Store, border: Border, root: str) -> None:
        self.store = store
        self.border = border
        self._root = root
        self._path = ""

    async def found(self) -> bool:
        """Say whether there is one; none is made."""
        self._path = self._path or await self._counting(await self._listed())
        return bool(self._path)

    async def at(self, name: str) -> str:
        """Return the key of a file in it; its name is drawn, if there is none yet."""
        if not await self.found():
            self._draw()
        return f"{self._path}/{name}"

    async def enter(self) -> bool:
        """Look for it anew, and draw its name if there is none; say whether that was so."""
        listed = await self._listed()
        self._path = await self._counting(listed) or self._path
        if not self._path:
            self._draw()
        return not listed

    async def is_shared(self, *, is_new: bool) -> bool:
        """Say whether somebody else who comes now finds the same one; one that is new must be the only one."""
        listed = await self._listed()
        return listed == [self._path] if is_new else await self._counting(listed) == self._path

    def leave(self) -> None:
        """Forget it; it is looked for again."""
        self._path = ""

    async def remove(self, key: str) -> None:
        """Remove a file, if it is there."""
        try:
            await self.store.delete_async(key)
        except FileNotFoundError:
            return
        except FOREIGN as error:
            raise self.border.told(error, key) from error

    def _draw(self) -> None:
        self._path = f"{self._root}/{secrets.token_hex(16)}"

    async def _listed(self) -> Sequence[str]:
        try:
            listed = await self.store.list_with_delimiter_async(self._root)
        except FOREIGN as error:
            raise self.border.told(error, self._root) from error
        folders = (folder.rstrip("/") for folder in listed["common_prefixes"])
        return sorted(folder for folder in folders if _DRAWN.search(folder))

    async def _counting(self, folders: Sequence[str]) -> str:
        """Return the folder that counts: the only one, or the first that holds a list; nothing if there is none."""
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
            raise self.border.told(error, key) from error
        return True
