"""The host of a folder on this machine that a web server serves: releases side by side, one of them live (`releases`).

The link ``current`` changes in one step (rename(2)), so a visitor gets the old release or the new one.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from replisite.hosts.common import disk_files, releases
from replisite.hosts.common.compression import SUFFIXES, iter_packed
from replisite.hosts.common.disk_files import DiskErrors
from replisite.hosts.folder.state import FolderState, live_release
from replisite.hosts.host import Body, Bundle, HostError, HostFeatures, Listed, Release
from replisite.model.live_files import LiveFile

__all__ = ["FolderHost", "FolderState"]

_IN_THE_WAY = (FileExistsError, NotADirectoryError, IsADirectoryError, FileNotFoundError)
"""Errors where a file is to become a folder; the last one while another thread makes it one."""


class FolderHost:
    """Makes releases below ``root`` and stores the ``keep`` latest of them, the live one among them."""

    def __init__(self, root: Path, keep: int = 3) -> None:
        self.features = HostFeatures(
            str(root), packing="beside", headers="server", jobs=4, switches_at_once=True
        )
        self._state = FolderState(root)
        self._root = root
        self._keep = keep
        self._new = Path()
        self._is_resumed = False
        self._built_packed: frozenset[str] = frozenset()
        self._folders: set[Path] = set()
        self._twins = releases.Twins()
        self._clearing = threading.Lock()

    @property
    def state(self) -> FolderState:
        """The lists of the releases, and the lock."""
        return self._state

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._state.release_lock()

    # -- making a release -----------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Make a release of hard links to the files of the one before, or continue one that was cut short."""
        self._new = self._root / releases.part(release.name)
        self._is_resumed = release.is_resumed
        self._state.building = release.name
        self._folders.clear()
        self._twins.clear()
        with DiskErrors(self._root):
            self._built_packed = await asyncio.to_thread(releases.built_packed, bundle)
            await asyncio.to_thread(self._continue if release.is_resumed else self._begin, release)
        return None

    def _begin(self, release: Release) -> None:
        current = self._root / releases.CURRENT
        if current.exists() and not current.is_symlink():
            raise HostError(f"{current} {releases.NO_LINK}")
        disk_files.make_folders(self._root / releases.RELEASES)
        for pattern in (".*.part", ".*.begun"):
            for left in (self._root / releases.RELEASES).glob(pattern):
                shutil.rmtree(left)
        begun = self._root / releases.begun(release.name)
        live = live_release(self._root)  # of which there may be no list
        if live and (self._root / releases.whole(live)).is_dir():
            disk_files.link_tree(self._root / releases.whole(live), begun)
        else:
            disk_files.make_folders(begun)
        begun.rename(self._new)

    def _continue(self, release: Release) -> None:
        """Continue a release that was cut short, also one that was whole but never live."""
        whole = self._root / releases.whole(release.name)
        if not self._new.is_dir():
            if not whole.is_dir() or live_release(self._root) == release.name:
                raise HostError(f"{self._new}: the release that was cut short is gone")
            whole.rename(self._new)

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file, and packed copies of a text beside it."""
        path = self._new / releases.checked(file.path)
        with DiskErrors(path):
            await asyncio.to_thread(self._put, path, file, body)

    def _put(self, path: Path, file: LiveFile, body: Body) -> None:
        try:
            self._write(path, file, body)
        except _IN_THE_WAY:
            with self._clearing:  # another thread may put a file into the same folder
                disk_files.clear_way(self._new, path)
                self._folders.clear()
                self._write(path, file, body)

    def _write(self, path: Path, file: LiveFile, body: Body) -> None:
        if path.parent not in self._folders:
            disk_files.make_folders(path.parent)
            self._folders.add(path.parent)
        self._remove_copies(file.path)
        twin = self._twins.of(file)
        if twin is not None and self._linked(twin, file.path):
            return
        disk_files.write(path, body)
        suffixes = []
        if isinstance(body, bytes):
            for suffix, packed in iter_packed(file, body):
                if file.path + suffix not in self._built_packed:
                    disk_files.write(path.with_name(path.name + suffix), packed)
                    suffixes.append(suffix)
        self._twins.remember(file, suffixes)

    def _linked(self, twin: releases.Twin, path: str) -> bool:
        """Make a file and its packed copies hard links to its twin's; say whether the disk allows it."""
        if not disk_files.link(self._new / twin.path, self._new / path):
            return False
        for suffix in twin.suffixes:
            if path + suffix not in self._built_packed:
                disk_files.link(self._new / (twin.path + suffix), self._new / (path + suffix))
        return True

    async def delete(self, path: str) -> None:
        """Remove a file, its packed copies, and the folders that are empty then."""
        with DiskErrors(self._new / releases.checked(path)):
            await asyncio.to_thread(self._delete, path)

    def _delete(self, path: str) -> None:
        file = self._new / path
        try:
            self._remove_copies(path)
            file.unlink(missing_ok=True)
        except (NotADirectoryError, IsADirectoryError):
            return  # a folder or a file has replaced it
        for folder in file.parents:
            if folder == self._new:
                break
            try:
                folder.rmdir()
            except OSError:
                break
            self._folders.discard(folder)

    def _remove_copies(self, path: str) -> None:
        for copy in releases.copies(path, self._built_packed):
            (self._new / copy).unlink(missing_ok=True)

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write a server's configuration where it differs."""
        with DiskErrors(self._root):
            return await asyncio.to_thread(self._configure, files)

    def _configure(self, files: Mapping[str, bytes]) -> list[str]:
        changed = []
        for name, body in files.items():
            path = self._root / releases.checked(name)
            if not path.is_file() or path.read_bytes() != body:
                disk_files.write(path, body)
                changed.append(name)
        return changed

    async def abandon(self, release: Release) -> None:
        """Remove what was begun."""
        for left in (releases.part(release.name), releases.begun(release.name)):
            await asyncio.to_thread(shutil.rmtree, self._root / left, ignore_errors=True)
        with DiskErrors(self._root):
            (self._root / releases.listed(release.name)).unlink(missing_ok=True)

    # -- making it live -------------------------------------------------------------------------------

    async def finish(self, release: Release, bundle: Bundle) -> None:
        """Point the link at the new release, and remove the oldest releases.

        Everything is on the disk before the link changes: after a power cut the live release is whole.
        """
        with DiskErrors(self._root):
            await asyncio.to_thread(self._finish, release, bundle)

    def _finish(self, release: Release, bundle: Bundle) -> None:
        whole = self._root / releases.whole(release.name)
        if self._new.is_dir():
            if self._is_resumed:
                self._remove_strangers(bundle)
            self._new.rename(whole)
        if not whole.is_dir():
            raise HostError(f"{self._new}: the new release has been removed; deploy again")
        disk_files.sync(self._root / releases.RELEASES)
        self._switch(release.name)
        self._prune()

    def _remove_strangers(self, bundle: Bundle) -> None:
        """Remove files that a deploy put without recording them before it was killed, and that are not built any more."""
        built = releases.InOrder(bundle.files())
        for path in [path for path in disk_files.files_in(self._new) if not built.has(path)]:
            self._delete(path)

    def _switch(self, name: str) -> None:
        before = live_release(self._root)
        if before and before != name:
            disk_files.link_to(self._root / releases.PREVIOUS, releases.whole(before))
        disk_files.link_to(self._root / releases.CURRENT, releases.whole(name))

    def _prune(self) -> None:
        previous = self._root / releases.PREVIOUS
        before = previous.readlink().name if previous.is_symlink() else ""
        folder = self._root / releases.RELEASES
        names = disk_files.names_in(folder)
        for name in releases.superfluous(names, live_release(self._root), before, self._keep):
            if name.endswith(".live"):
                (folder / name).unlink(missing_ok=True)
            else:
                shutil.rmtree(folder / name)

    # -- reading, and rolling back --------------------------------------------------------------------

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the files of the live release, without packed copies."""
        root = self._root / releases.whole(live_release(self._root))
        with DiskErrors(root):
            for path in disk_files.files_in(root) if live_release(self._root) else ():
                if path.endswith(SUFFIXES) and (root / path).with_suffix("").exists():
                    continue
                yield Listed(path, (root / path).lstat().st_size)

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file of the live release. Headers are the server's."""
        file = self._root / releases.CURRENT / releases.checked(path)
        with DiskErrors(file):
            return await asyncio.to_thread(file.read_bytes), {}

    async def back_up(self, path: str) -> None:
        """Do nothing: whole releases are stored."""

    async def restore(self, path: str, release: str) -> None:
        """Raise HostError: a rollback makes a whole release live."""
        raise HostError(f"{path}: the host rolls back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the names of the stored releases, without the live one."""
        return [name for name in self._names() if name != live_release(self._root)]

    async def roll_back(self, release: str) -> None:
        """Point the link at an earlier release."""
        if release not in self._names():
            raise HostError(f"{self._root / releases.whole(release)}: there is no such release")
        with DiskErrors(self._root):
            self._switch(release)

    def _names(self) -> list[str]:
        """Return the names of all whole releases, the latest first."""
        return releases.latest_first(disk_files.names_in(self._root / releases.RELEASES))
