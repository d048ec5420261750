"""A host in memory: for tests, and the protocol at its plainest."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from replisite.hosts.host import Body, Bundle, HostError, HostFeatures, Listed, Lock, NoBackupError, Release
from replisite.model.live_files import LiveFile

__all__ = ["MemoryHost", "MemoryState"]


class MemoryState:
    """State files in memory, and the lock. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.files: dict[str, bytes] = {}
        self._locks: list[tuple[str, str, float]] = []
        self._clock = clock
        self._ours: tuple[str, str] | None = None

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy a file out."""
        if name not in self.files:
            return False
        await asyncio.to_thread(path.write_bytes, self.files[name])
        return True

    async def store(self, name: str, path: Path) -> None:
        """Copy a file in."""
        self.files[name] = await asyncio.to_thread(path.read_bytes)

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the lock, or return the one that another deploy holds."""
        if self._locks and not force:
            other, theirs, since = self._locks[0]
            return Lock(other, theirs, self._clock() - since)
        self._ours = owner, release
        self._locks[:] = [(owner, release, self._clock())]
        return None

    async def renew_lock(self) -> None:
        """Renew the lock."""
        if not self._is_ours():
            raise HostError("another deploy has taken the lock over")
        self._locks[:] = [(*self._locks[0][:2], self._clock())]

    async def release_lock(self) -> None:
        """Release the lock."""
        if self._is_ours():
            self._locks.clear()
        self._ours = None

    def share(self, other: MemoryState) -> None:
        """Be beside the same sites as another."""
        self.files, self._locks = other.files, other._locks

    def _is_ours(self) -> bool:
        return bool(self._locks) and self._locks[0][:2] == self._ours


class MemoryHost:
    """Holds live files in ``live``, as (body, headers) by path, and changes them one by one."""

    def __init__(self, features: HostFeatures | None = None) -> None:
        self.features = features or HostFeatures("memory", packing="", headers="metadata", jobs=4)
        self.state: MemoryState | None = MemoryState()
        self.live: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.backups: dict[str, dict[str, tuple[bytes, dict[str, str]]]] = {}
        self._base = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hold everything for the next deploy."""

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:  # noqa: ARG002 - the protocol's
        """Begin; files that differ must be put."""
        self._base = release.base
        if not release.is_resumed:
            self.backups.clear()
        return None

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file."""
        stored = body if isinstance(body, bytes) else await asyncio.to_thread(body.read_bytes)
        headers = {"content-type": file.served.content_type, "cache-control": file.served.cache_control}
        if file.served.encoding:
            headers["content-encoding"] = file.served.encoding
        self.live[file.path] = stored, headers

    async def delete(self, path: str) -> None:
        """Remove a file."""
        self.live.pop(path, None)

    async def finish(self, release: Release, bundle: Bundle) -> None:
        """Do nothing: every file is live already."""

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Do nothing: no server reads the files."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:
        """Do nothing: live files stay."""

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the live files."""
        for path, (body, _) in sorted(self.live.items()):
            yield Listed(path, len(body), hashlib.md5(body, usedforsecurity=False).hexdigest(), True)

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a live file."""
        if path not in self.live:
            raise HostError(f"{path}: there is no such file")
        return self.live[path]

    async def back_up(self, path: str) -> None:
        """Store a copy of the live file."""
        if self._base and path in self.live:
            self.backups.setdefault(self._base, {}).setdefault(path, self.live[path])

    async def restore(self, path: str, release: str) -> None:
        """Put the copy back."""
        if path not in self.backups.get(release, {}):
            raise NoBackupError(f"{path}: there is no backup of it")
        self.live[path] = self.backups[release][path]

    async def releases(self) -> Sequence[str]:
        """Return the releases with backups."""
        return sorted(self.backups, reverse=True)

    async def roll_back(self, release: str) -> None:
        """Files are restored one by one."""
        raise HostError(f"{release}: this host restores files one by one")
