"""The lock of a folder on this machine, and the lists of its releases."""

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
    """Return the name of the live release; empty if there is none."""
    try:
        return (root / releases.CURRENT).readlink().name
    except OSError:
        return ""


class FolderState:
    """The state of one folder. Each list lies beside its release; the lock is the system's (flock(2)), and ends with its process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: int | None = None
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
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            with DiskErrors(path):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.ftruncate(lock, 0)
                os.pwrite(lock, json.dumps({"owner": owner, "release": release}).encode(), 0)
        except HostError as error:
            holder = _json(os.pread(lock, 4096, 0))
            age = time.time() - os.fstat(lock).st_mtime
            os.close(lock)
            if not isinstance(error.__cause__, BlockingIOError):
                raise
            other = holder.get("owner", "another user")
            if force:
                raise HostError(
                    f"{other} is deploying to this target, and its lock cannot be taken over"
                ) from None
            return Lock(other, holder.get("release", ""), max(age, 0.0))
        self._lock = lock
        return None

    async def renew_lock(self) -> None:
        """Renew the lock's time; it stays ours as long as this process lives."""
        if self._lock is not None:
            os.utime(self._lock)

    async def release_lock(self) -> None:
        """Release the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _json(text: bytes) -> dict[str, str]:
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in fields.items()} if isinstance(fields, dict) else {}
