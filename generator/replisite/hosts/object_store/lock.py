"""Whose turn it is, in an object store: a file that is put only if there is none."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from replisite.hosts.host import HostError, Lock
from replisite.hosts.object_store.errors import FOREIGN, LOST, UNKNOWN_CONDITION
from replisite.hosts.object_store.private_folder import PRIVATE, Folder

__all__ = ["SETTLE_SECONDS", "ObjectLock"]

SETTLE_SECONDS: Final = 1.0
"""How long a turn lies there before it is looked at again, where the store knows no conditions."""

BEGINNINGS: Final = 8
"""How often two who deploy to the same new place let each other go first."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A turn as it lies there; ``version`` is what a conditional put asks for."""

    owner: str
    release: str
    token: str
    changed: datetime
    version: dict[str, str]


class ObjectLock:
    """The file ``turn`` in our folder.

    It is put only if there is none (``If-None-Match: *``; RFC 9110 §13.1.2), so that of two one loses; a sign of life is
    put only over our own (``If-Match``). Not every store that speaks S3 looks at these: some put anyway. There a turn
    is written, left for ``settle_seconds`` and read again, and whoever wrote last has it: that holds unless one of two
    needs longer than this between looking and writing. ``is_sure`` says that the store is known to look; otherwise it
    is tried out, which costs one request.

    Ages are by the store's clock: the difference between the times of two files, one of them just written. It counts
    whole seconds.
    """

    def __init__(self, folder: Folder, *, is_sure: bool, settle_seconds: float) -> None:
        self._folder = folder
        self._store, self._border = folder.store, folder.border
        self._has_conditions: bool | None = True if is_sure else None  # None: not tried yet
        self._settle_seconds = settle_seconds
        self._token = ""
        self._mine = ("", "")
        self._beats = 0

    async def take(self, owner: str, release: str, *, force: bool) -> Lock | None:
        """Take the turn, or say whose it is. Whoever asks twice, because no answer came, has taken it once.

        At a new place each of two draws a folder of its own; who then sees another beside its own steps back.
        """
        self._token = self._token or secrets.token_hex(16)
        self._mine = owner, release
        for _ in range(BEGINNINGS):
            is_new = await self._folder.enter()
            other = await self._take(force=force)
            if other is not None:
                self._token = ""
                return other
            if await self._folder.is_shared(is_new=is_new):
                return None
            await self._give_back()
            self._folder.leave()
            await asyncio.sleep(self._settle_seconds * random.random())  # noqa: S311 - no secret
        raise HostError("others begin to deploy here at this moment", may_pass=True)

    async def keep(self) -> None:
        """Say that we are still at it."""
        found = await self._read()
        if found is None or found.token != self._token:
            who = f"{found.owner} has taken our turn" if found else "our turn has been removed"
            raise HostError(who)
        if not await self._write(found):
            raise HostError("somebody has taken our turn")

    async def end(self) -> None:
        """Let others have their turn."""
        if self._token:
            await self._give_back()
        self._token = ""

    async def _give_back(self) -> None:
        found = await self._read()
        if found is not None and found.token == self._token:
            await self._folder.remove(await self._folder.at("turn"))

    async def _take(self, *, force: bool) -> Lock | None:
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
        key = await self._folder.at("turn")
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
            await self._store.put_async(key, body, attributes=dict(PRIVATE), mode=mode)  # type: ignore[arg-type]
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
        key = await self._folder.at("turn")
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
        key = await self._folder.at("turn")
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

    async def _turn(self, found: _Found) -> Lock:
        key = await self._folder.at(f"clock-{secrets.token_hex(8)}")
        try:
            await self._store.put_async(key, b"", attributes=dict(PRIVATE))
            now = (await self._store.head_async(key))["last_modified"]
        except FOREIGN as error:
            raise self._border.told(error, key) from error
        await self._folder.remove(key)
        return Lock(found.owner, found.release, max((now - found.changed).total_seconds(), 0.0))
