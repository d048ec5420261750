"""Whose turn it is in a folder on this machine, and the lists of its releases."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import time
from pathlib import Path

from replisite.hosts.common import disk_files, releases
from replisite.hosts.common.disk_files import DiskErrors
from replisite.hosts.host import HostError, Lock

__all__ = ["FolderState", "live_release"]


def live_release(root: Path) -> str:
    """Return the name of the release that is live; empty if none is."""
    try:
        return (root / releases.CURRENT).readlink().name
    except OSError:
        return ""


class FolderState:
    """The list lies beside its release. The turn is a lock of the system's (flock(2)), which ends with its process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None
        self.building = ""

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy the list of the live release."""
        live = live_release(self._root)
        listed = self._root / releases.listed(live)
        if name != "live" or not live or not listed.is_file():
            return False
        with DiskErrors(listed):
            await asyncio.to_thread(disk_files.write, place, listed)
        return True

    async def store(self, name: str, place: Path) -> None:
        """Keep the list of the release that is being made; it is live when that is."""
        if name != "live":
            return
        listed = self._root / releases.listed(self.building)
        with DiskErrors(listed):
            await asyncio.to_thread(disk_files.write, listed, place)

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the lock. It cannot be forced: whoever has it is alive."""
        place = self._root / releases.TURN
        with DiskErrors(place):
            disk_files.make_folders(self._root)
            lock = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            with DiskErrors(place):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(lock, 0)
                os.pwrite(lock, json.dumps({"owner": owner, "release": release}).encode(), 0)
        except HostError as error:
            found = _json(os.pread(lock, 4096, 0))
            age = time.time() - os.fstat(lock).st_mtime
            os.close(lock)
            if not isinstance(error.__cause__, BlockingIOError):
                raise
            other = found.get("owner", "somebody")
            if force:
                raise HostError(f"{other} is at it, and cannot be sent away") from None
            return Lock(other, found.get("release", ""), max(age, 0.0))
        self._lock = lock
        return None

    async def keep_turn(self) -> None:
        """Say that we are still at it; the lock is ours as long as we live."""
        if self._lock is not None:
            os.utime(self._lock)

    async def end_turn(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _json(text: bytes) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
