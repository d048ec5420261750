"""The lock of a folder on this machine, and the lists of its releases."""

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
    """Return the name of the live release; empty if there is none."""
    try:
        return (root / releases.CURRENT).readlink().name
    except OSError:
        return ""


class FolderState:
    """The state of one folder. Each list lies beside its release; the lock is the system's (flock(2)), and ends with its process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: FileLock | None = None
        self.building = ""

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy the list of the live release."""
        live = live_release(self._root)
        listed = self._root / releases.listed(live)
        if name != "live" or not live or not listed.is_file():
            return False
        with DiskErrors(listed):
            await asyncio.to_thread(disk_files.write, path, listed)
        return True

    async def store(self, name: str, path: Path) -> None:
        """Store the list of the release that is being made, which goes live with it."""
        if name != "live":
            return
        listed = self._root / releases.listed(self.building)
        with DiskErrors(listed):
            await asyncio.to_thread(disk_files.write, listed, path)

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the lock. It cannot be taken over, since its owner is alive."""
        path = self._root / releases.LOCK_FILE
        with DiskErrors(path):
            disk_files.make_folders(self._root)
            lock = FileLock(path, 0o644)
        try:
            with DiskErrors(path):
                if lock.take():
                    lock.write(json.dumps({"owner": owner, "release": release}).encode())
                    self._lock = lock
                    return None
                fields = _json(lock.read())
                holder = Lock(fields.get("owner", "another user"), fields.get("release", ""), lock.age)
        finally:
            if self._lock is not lock:
                lock.release()
        if force:
            raise HostError(f"{holder.owner} is deploying to this target, and its lock cannot be taken over")
        return holder

    async def renew_lock(self) -> None:
        """Renew the lock's time; it stays ours as long as this process lives."""
        if self._lock is not None:
            self._lock.touch()

    async def release_lock(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _json(text: bytes) -> dict[str, str]:
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in fields.items()} if isinstance(fields, dict) else {}
