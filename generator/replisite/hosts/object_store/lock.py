"""The lock of an object store: a file that is put only if there is none."""

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
"""Seconds before a lock is read again after it was written, where the store checks no conditions."""

FIRST_TRIES: Final = 8
"""How often a first deploy steps back when another first deploy starts at the same moment."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A lock as it is stored; ``version`` is what a conditional put compares."""

    owner: str
    release: str
    token: str
    changed: datetime
    version: dict[str, str]


class ObjectLock:
    """The file ``turn`` in our folder.

    It is put only if there is none (``If-None-Match: *``; RFC 9110 §13.1.2), so that of two deploys one loses; a renewal
    is put only over our own (``If-Match``). Not every store with the S3 API checks these conditions: some put anyway.
    There a lock is written, and read again after ``settle_seconds``, and the deploy that wrote last holds it: that works
    unless one of two takes longer than this between reading and writing. ``has_conditions`` says that the store is known
    to check conditions; otherwise a request tries it out.

    Ages are by the store's clock: the difference between the times of two files, one of them just written. They are whole
    seconds.
    """

    def __init__(self, folder: Folder, *, has_conditions: bool, settle_seconds: float) -> None:
        self._folder = folder
        self._store, self._errors = folder.store, folder.errors
        self._has_conditions: bool | None = True if has_conditions else None  # None: not tried out yet
        self._settle_seconds = settle_seconds
        self._token = ""
        self._mine = ("", "")
        self._renewals = 0

    async def take(self, owner: str, release: str, *, force: bool) -> Lock | None:
        """Take the lock, or return the one that another deploy holds. Taking it twice, after a lost answer, is taking it once.

        Two first deploys each make a folder of their own; one that then sees the other's folder steps back.
        """
        self._token = self._token or secrets.token_hex(16)
        self._mine = owner, release
        for _ in range(FIRST_TRIES):
            is_new = await self._folder.enter()
            other = await self._take(force=force)
            if other is not None:
                self._token = ""
                return other
            if await self._folder.is_shared(is_new=is_new):
                return None
            await self._remove()
            self._folder.leave()
            await asyncio.sleep(self._settle_seconds * random.random())  # noqa: S311 - no secret
        raise HostError("other first deploys to this target start at the same moment", may_pass=True)

    async def renew(self) -> None:
        """Renew the lock."""
        stored = await self._read()
        if stored is None:
            raise HostError("the lock of this deploy has been removed")
        if stored.token != self._token:
            raise HostError(f"{stored.owner} has taken the lock over")
        if not await self._write(stored):
            raise HostError("another deploy has taken the lock over")

    async def release(self) -> None:
        """Release the lock."""
        if self._token:
            await self._remove()
        self._token = ""

    async def _remove(self) -> None:
        stored = await self._read()
        if stored is not None and stored.token == self._token:
            await self._folder.remove(await self._folder.at("turn"))

    async def _take(self, *, force: bool) -> Lock | None:
        stored = await self._read()
        if stored is not None and stored.token != self._token and not force:
            return await self._held_by(stored)
        if await self._write(stored) and await self._is_ours():
            return None
        stored = await self._read()
        if stored is None or force:
            raise HostError("another deploy takes the lock at the same moment", may_pass=not force)
        return await self._held_by(stored)

    async def _write(self, over: _Stored | None) -> bool:
        """Write our lock over another, or where there is none; say whether no other deploy was first."""
        key = await self._folder.at("turn")
        self._renewals += 1
        body = self._body()
        mode = over.version if over is not None else "create"
        try:
            await self._put(key, body, "overwrite" if self._has_conditions is False else mode)
        except LOST:
            # a put whose answer was lost arrives twice, and the second meets the first
            stored = await self._read()
            return stored is not None and stored.token == self._token and over is None
        except UNKNOWN_CONDITION:
            self._has_conditions = False
            await self._put(key, body, "overwrite")
        return True

    async def _put(self, key: str, body: bytes, mode: object) -> None:
        try:
            await self._store.put_async(key, body, attributes=dict(PRIVATE), mode=mode)  # type: ignore[arg-type]
        except (*LOST, *UNKNOWN_CONDITION):
            raise
        except FOREIGN as error:
            raise self._errors.host_error(error, key) from error

    async def _is_ours(self) -> bool:
        """Say whether a lock that we have just written is ours, as well as the store can guarantee it."""
        if self._has_conditions is None:
            self._has_conditions = await self._checks_conditions()
        if not self._has_conditions:
            await asyncio.sleep(self._settle_seconds)
            stored = await self._read()
            return stored is not None and stored.token == self._token
        return True

    async def _checks_conditions(self) -> bool:
        """Try to put an existing file only if there is none: a store that checks conditions refuses."""
        key = await self._folder.at("turn")
        stored = await self._read()
        if stored is None or stored.token != self._token:
            return False  # a later deploy has it, which shows when the lock is read again
        try:
            await self._put(key, self._body(), "create")
        except LOST:
            return True
        except UNKNOWN_CONDITION:
            return False
        return False

    def _body(self) -> bytes:
        """Return our lock as it is stored; the beat gives each renewal other bytes, and so another ETag."""
        owner, release = self._mine
        fields = {"owner": owner, "release": release, "token": self._token, "beat": self._renewals}
        return json.dumps(fields).encode()

    async def _read(self) -> _Stored | None:
        key = await self._folder.at("turn")
        try:
            answer = await self._store.get_async(key)
            body = bytes(await answer.bytes_async())
        except FileNotFoundError:
            return None
        except FOREIGN as error:
            raise self._errors.host_error(error, key) from error
        meta = answer.meta
        try:
            row = json.loads(body)
        except ValueError:
            row = {}
        row = row if isinstance(row, dict) else {}
        tags = {"e_tag": meta["e_tag"], "version": meta["version"]}
        return _Stored(
            str(row.get("owner", "another user")),
            str(row.get("release", "")),
            str(row.get("token", "")),
            meta["last_modified"],
            {name: tag for name, tag in tags.items() if tag},
        )

    async def _held_by(self, stored: _Stored) -> Lock:
        key = await self._folder.at(f"clock-{secrets.token_hex(8)}")
        try:
            await self._store.put_async(key, b"", attributes=dict(PRIVATE))
            now = (await self._store.head_async(key))["last_modified"]
        except FOREIGN as error:
            raise self._errors.host_error(error, key) from error
        await self._folder.remove(key)
        return Lock(stored.owner, stored.release, max((now - stored.changed).total_seconds(), 0.0))
