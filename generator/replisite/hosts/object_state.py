"""Our files in an object store: the lists of what is live, and whose turn it is.

    <prefix>/.replisite/9f86d081884c7d659a2feaa0c55ad015/live     the list
                                                        /before   the one before
                                                        /turn     who deploys, while somebody does
                                                        /kept/…   what was live before (`object_kept`)

The folder's name is drawn from 128 bits, so that no visitor finds it; we find it by listing, which visitors of a bucket
must not be allowed to do.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from obstore.store import AzureStore, GCSStore, S3Store

from replisite.hosts.host import HostError, Turn
from replisite.hosts.object_errors import FOREIGN, LOST, UNKNOWN_CONDITION, Border

__all__ = ["OURS", "ObjectState", "Store"]

Store = S3Store | GCSStore | AzureStore

OURS: Final = ".replisite"
"""The folder within the prefix that holds nothing for visitors."""

PART: Final = 8 << 20
"""How many bytes of a list are sent, or written down, at a time."""

PARTS_AT_ONCE: Final = 4

SETTLE_SECONDS: Final = 1.0
"""How long a turn lies there before it is looked at again, where the store knows no conditions."""

BEGINNINGS: Final = 8
"""How often two who deploy to the same new place let each other go first."""

_FOLDER = re.compile(r"[0-9a-f]{32}\Z")
_PRIVATE = {"Content-Type": "application/octet-stream", "Cache-Control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class _Found:
    """A turn as it lies there; ``version`` is what a conditional put asks for."""

    owner: str
    release: str
    token: str
    changed: datetime
    version: dict[str, str]


class ObjectState:
    """State files below ``root``.

    The turn is an object that is put only if there is none (``If-None-Match: *``; RFC 9110 §13.1.2), so that of two one
    loses; a sign of life is put only over our own (``If-Match``). Not every store that speaks S3 looks at these: some
    put anyway. There a turn is written, left for ``settle_seconds`` and read again, and whoever wrote last has it:
    that holds unless one of two needs longer than this between looking and writing. ``is_sure`` says that the store is
    known to look; otherwise it is tried out, which costs one request.

    Ages are by the store's clock: the difference between the times of two objects, one of them just written. It counts
    whole seconds.
    """

    def __init__(
        self,
        store: Store,
        border: Border,
        root: str,
        *,
        is_sure: bool = True,
        settle_seconds: float = SETTLE_SECONDS,
    ) -> None:
        self._store = store
        self._border = border
        self._root = root
        self._has_conditions: bool | None = True if is_sure else None  # None: not tried yet
        self._settle_seconds = settle_seconds
        self._folder = ""
        self._token = ""
        self._mine = ("", "")
        self._beats = 0

    # -- lists --------------------------------------------------------------------------------------

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy a list out, piece by piece."""
        if not await self.found():
            return False
        key = f"{self._folder}/{name}"
        try:
            answer = await self._store.get_async(key)
            out = await asyncio.to_thread(place.open, "wb")
            try:
                async for piece in answer.stream(PART):
                    await asyncio.to_thread(out.write, piece)
            finally:
                await asyncio.to_thread(out.close)
        except FileNotFoundError:
            return False
        except FOREIGN as error:
            raise self._border.told(error, key) from error
        return True

    async def store(self, name: str, place: Path) -> None:
        """Copy a list in; it is there when all its parts are."""
        key = await self.at(name)
        try:
            await self._store.put_async(
                key, place, attributes=_PRIVATE, chunk_size=PART, max_concurrency=PARTS_AT_ONCE
            )
        except FOREIGN as error:
            raise self._border.told(error, key) from error

    async def found(self) -> bool:
        """Say whether there are state files, and where; nothing is made."""
        self._folder = self._folder or await self._chosen(await self._folders())
        return bool(self._folder)

    async def at(self, name: str) -> str:
        """Return the key of a state file; the folder's name is drawn, if there is none yet."""
        if not await self.found():
            self._folder = self._drawn()
        return f"{self._folder}/{name}"

    async def _folders(self) -> Sequence[str]:
        try:
            listed = await self._store.list_with_delimiter_async(self._root)
        except FOREIGN as error:
            raise self._border.told(error, self._root) from error
        folders = (folder.rstrip("/") for folder in listed["common_prefixes"])
        return sorted(folder for folder in folders if _FOLDER.search(folder))

    async def _chosen(self, folders: Sequence[str]) -> str:
        """Return the folder that counts: the only one, or the first that holds a list; nothing if there is none."""
        if len(folders) > 1:
            for folder in folders:
                if await self._is_there(f"{folder}/live"):
                    return folder
        return folders[0] if folders else ""

    async def _is_there(self, key: str) -> bool:
        try:
            await self._store.head_async(key)
        except FileNotFoundError:
            return False
        except FOREIGN as error:
            raise self._border.told(error, key) from error
        return True

    def _drawn(self) -> str:
        return f"{self._root}/{secrets.token_hex(16)}"

    async def forget(self, name: str) -> None:
        """Remove a list, if it is there."""
        if await self.found():
            await self._remove(await self.at(name))

    # -- whose turn it is ---------------------------------------------------------------------------

    async def take_turn(self, owner: str, release: str, *, force: bool = False) -> Turn | None:
        """Take the turn, or say whose it is. Whoever asks twice, because no answer came, has taken it once.

        At a new place each of two draws a folder of its own; who then sees another beside its own steps back.
        """
        self._token = self._token or secrets.token_hex(16)
        self._mine = owner, release
        for _ in range(BEGINNINGS):
            folders = await self._folders()
            is_new = not folders
            self._folder = await self._chosen(folders) or self._folder or self._drawn()
            other = await self._take(force=force)
            if other is not None:
                self._token = ""
                return other
            folders = await self._folders()
            if (folders == [self._folder]) if is_new else await self._chosen(folders) == self._folder:
                return None
            token = self._token
            await self.end_turn()
            self._token, self._folder = token, ""
            await asyncio.sleep(self._settle_seconds * random.random())  # noqa: S311 - no secret
        raise HostError("others begin to deploy here at this moment", may_pass=True)

    async def keep_turn(self) -> None:
        """Say that we are still at it."""
        found = await self._read()
        if found is None or found.token != self._token:
            who = f"{found.owner} has taken our turn" if found else "our turn has been removed"
            raise HostError(who)
        if not await self._write(found):
            raise HostError("somebody has taken our turn")

    async def end_turn(self) -> None:
        """Let others have their turn."""
        if not self._token:
            return
        found = await self._read()
        if found is not None and found.token == self._token:
            await self._remove(await self.at("turn"))
        self._token = ""

    async def _take(self, *, force: bool) -> Turn | None:
        found = await self._read()
        if found is not None and found.token != self._token and not force:
            return await self._turn(found)
        if await self._write(found) and await self._is_ours():
            return None
        found = await self._read()
        if found is None or force:
            raise HostError("another deploy came at the same moment", may_pass=not force)
        return await self._turn(found)

    async def _write(self, over: _Found | None) -> bool:
        """Write our turn over another, or where there is none; say whether nobody was there before."""
        key = await self.at("turn")
        self._beats += 1
        told = self._told()
        mode = over.version if over is not None else "create"
        try:
            await self._put(key, told, "overwrite" if self._has_conditions is False else mode)
        except LOST:
            # a put whose answer was lost arrives twice, and the second finds the first
            found = await self._read()
            return found is not None and found.token == self._token and over is None
        except UNKNOWN_CONDITION:
            self._has_conditions = False
            await self._put(key, told, "overwrite")
        return True

    async def _put(self, key: str, body: bytes, mode: object) -> None:
        try:
            await self._store.put_async(key, body, attributes=_PRIVATE, mode=mode)  # type: ignore[arg-type]
        except (*LOST, *UNKNOWN_CONDITION):
            raise
        except FOREIGN as error:
            raise self._border.told(error, key) from error

    async def _is_ours(self) -> bool:
        """Say whether a turn that we have just written is ours, as well as the store can tell."""
        if self._has_conditions is None:
            self._has_conditions = await self._looks_at_conditions()
        if not self._has_conditions:
            await asyncio.sleep(self._settle_seconds)
            found = await self._read()
            return found is not None and found.token == self._token
        return True

    async def _looks_at_conditions(self) -> bool:
        """Try to put what is there, only if it is not."""
        key = await self.at("turn")
        found = await self._read()
        if found is None or found.token != self._token:
            return False  # whoever came after us has it, and that is seen when it is read again
        try:
            await self._put(key, self._told(), "create")
        except LOST:
            return True
        except UNKNOWN_CONDITION:
            return False
        return False

    def _told(self) -> bytes:
        """Return our turn as it is written down; the beat makes each other bytes, and so another ETag."""
        owner, release = self._mine
        told = {"owner": owner, "release": release, "token": self._token, "beat": self._beats}
        return json.dumps(told).encode()

    async def _read(self) -> _Found | None:
        key = await self.at("turn")
        try:
            answer = await self._store.get_async(key)
            told = bytes(await answer.bytes_async())
        except FileNotFoundError:
            return None
        except FOREIGN as error:
            raise self._border.told(error, key) from error
        meta = answer.meta
        try:
            row = json.loads(told)
        except ValueError:
            row = {}
        row = row if isinstance(row, dict) else {}
        tags = {"e_tag": meta["e_tag"], "version": meta["version"]}
        return _Found(
            str(row.get("owner", "somebody")),
            str(row.get("release", "")),
            str(row.get("token", "")),
            meta["last_modified"],
            {name: tag for name, tag in tags.items() if tag},
        )

    async def _turn(self, found: _Found) -> Turn:
        key = await self.at(f"clock-{secrets.token_hex(8)}")
        try:
            await self._store.put_async(key, b"", attributes=_PRIVATE)
            now = (await self._store.head_async(key))["last_modified"]
        except FOREIGN as error:
            raise self._border.told(error, key) from error
        await self._remove(key)
        return Turn(found.owner, found.release, max((now - found.changed).total_seconds(), 0.0))

    async def _remove(self, key: str) -> None:
        try:
            await self._store.delete_async(key)
        except FileNotFoundError:
            return
        except FOREIGN as error:
            raise self._border.told(error, key) from error
