"""A host in memory: what tests deploy to, and the protocol at its plainest."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from replisite.hosts.host import Body, Bundle, HostError, HostFeatures, Listed, Lock, Release
from replisite.model.live_files import LiveFile

__all__ = ["MemoryHost", "MemoryState"]


class MemoryState:
    """State files, and whose turn it is. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.files: dict[str, bytes] = {}
        self._turns: list[tuple[str, str, float]] = []
        self._clock = clock
        self._ours: tuple[str, str] | None = None

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy a file out."""
        if name not in self.files:
            return False
        await asyncio.to_thread(place.write_bytes, self.files[name])
        return True

    async def store(self, name: str, place: Path) -> None:
        """Copy a file in."""
        self.files[name] = await asyncio.to_thread(place.read_bytes)

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the turn, or say whose it is."""
        if self._turns and not force:
            other, theirs, since = self._turns[0]
            return Lock(other, theirs, self._clock() - since)
        self._ours = owner, release
        self._turns[:] = [(owner, release, self._clock())]
        return None

    async def keep_turn(self) -> None:
        """Say that we are still at it."""
        if not self._is_ours():
            raise HostError("somebody has taken our turn")
        self._turns[:] = [(*self._turns[0][:2], self._clock())]

    async def end_turn(self) -> None:
        """Let others have their turn."""
        if self._is_ours():
            self._turns.clear()
        self._ours = None

    def share(self, other: MemoryState) -> None:
        """Be beside the same sites as another."""
        self.files, self._turns = other.files, other._turns

    def _is_ours(self) -> bool:
        return bool(self._turns) and self._turns[0][:2] == self._ours


class MemoryHost:
    """Keeps live files in ``live``, as (body, headers) by path, and changes them one by one."""

    def __init__(self, facts: HostFeatures | None = None) -> None:
        self.facts = facts or HostFeatures("memory", packing="", headers="metadata", jobs=4)
        self.state: MemoryState | None = MemoryState()
        self.live: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.kept: dict[str, dict[str, tuple[bytes, dict[str, str]]]] = {}
        self._base = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep everything for whoever comes next."""

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:  # noqa: ARG002 - the protocol's
        """Begin; what differs must be put."""
        self._base = release.base
        if not release.is_resumed:
            self.kept.clear()
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
        """Everything is live already."""

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """No server of ours reads any."""
        del files
        return ()

    async def abandon(self, release: Release) -> None:
        """What is live stays."""

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream what is there."""
        for path, (body, _) in sorted(self.live.items()):
            yield Listed(path, len(body), hashlib.md5(body, usedforsecurity=False).hexdigest(), True)

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a live file."""
        if path not in self.live:
            raise HostError(f"{path}: there is no such file")
        return self.live[path]

    async def keep(self, path: str) -> None:
        """Keep what is live."""
        if self._base and path in self.live:
            self.kept.setdefault(self._base, {}).setdefault(path, self.live[path])

    async def restore(self, file: LiveFile, release: str) -> None:
        """Put back what was kept."""
        if file.path not in self.kept.get(release, {}):
            raise HostError(f"{file.path}: nothing of it was kept")
        self.live[file.path] = self.kept[release][file.path]

    async def releases(self) -> Sequence[str]:
        """Return what can be gone back to."""
        return sorted(self.kept, reverse=True)

    async def go_back(self, release: str) -> None:
        """Files are restored one by one."""
        raise HostError(f"{release}: this host restores files one by one")
