"""Whose turn it is in a folder on this machine, and the lists of its releases."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from replisite.hosts.common import disk_files, releases
from replisite.hosts.common.disk_files import DiskErrors
from replisite.hosts.host import HostError, Lock
from replisite.system.locks import FileLock

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
        self._lock: FileLock | None = None
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
            lock = FileLock(place, 0o644)
        try:
            with DiskErrors(place):
                if lock.take():
                    lock.write(json.dumps({"owner": owner, "release": release}).encode())
                    self._lock = lock
                    return None
                found = _json(lock.read())
                holder = Lock(found.get("owner", "somebody"), found.get("release", ""), lock.age)
        finally:
            if self._lock is not lock:
                lock.release()
        if force:
            raise HostError(f"{holder.owner} is at it, and cannot be sent away")
        return holder

    async def keep_turn(self) -> None:
        """Say that we are still at it; the lock is ours as long as we live."""
        if self._lock is not None:
            self._lock.touch()

    async def end_turn(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _json(text: bytes) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
