"""A folder on this machine that a web server serves: releases side by side, one of them live (`releases`).

The link ``current`` changes in one step (rename(2)), so whoever asks meets the old release or the new one.
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
"""What is said where a file is to become a folder; the last by whoever comes while another thread makes it one."""


class FolderHost:
    """Makes releases below ``root`` and keeps ``keep`` of them, the live one among them."""

    def __init__(self, root: Path, keep: int = 3) -> None:
        self.facts = HostFeatures(
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
        """The list of what is live, and whose turn it is."""
        return self._state

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._state.end_turn()

    # -- making a release -----------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Make a release of hard links to the files of the one before, or go on with one that was cut short."""
        self._new = self._root / releases.part(release.name)
        self._is_resumed = release.is_resumed
        self._state.building = release.name
        self._folders.clear()
        self._twins.clear()
        with DiskErrors(self._root):
            self._built_packed = await asyncio.to_thread(releases.built_packed, bundle)
            await asyncio.to_thread(self._go_on if release.is_resumed else self._begin, release)
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

    def _go_on(self, release: Release) -> None:
        """Find what an earlier try has made; one that was whole, but never live, is taken up again."""
        whole = self._root / releases.whole(release.name)
        if not self._new.is_dir():
            if not whole.is_dir() or live_release(self._root) == release.name:
                raise HostError(f"{self._new}: what an earlier try left there is gone")
            whole.rename(self._new)

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file, and packed copies of a text beside it."""
        place = self._new / releases.checked(file.path)
        with DiskErrors(place):
            await asyncio.to_thread(self._put, place, file, body)

    def _put(self, place: Path, file: LiveFile, body: Body) -> None:
        try:
            self._write(place, file, body)
        except _IN_THE_WAY:
            with self._clearing:  # files of one folder may come at the same time
                disk_files.clear_way(self._new, place)
                self._folders.clear()
                self._write(place, file, body)

    def _write(self, place: Path, file: LiveFile, body: Body) -> None:
        if place.parent not in self._folders:
            disk_files.make_folders(place.parent)
            self._folders.add(place.parent)
        self._remove_copies(file.path)
        twin = self._twins.of(file)
        if twin is not None and self._linked(twin, file.path):
            return
        disk_files.write(place, body)
        suffixes = []
        if isinstance(body, bytes):
            for suffix, packed in iter_packed(file, body):
                if file.path + suffix not in self._built_packed:
                    disk_files.write(place.with_name(place.name + suffix), packed)
                    suffixes.append(suffix)
        self._twins.remember(file, suffixes)

    def _linked(self, twin: releases.Twin, path: str) -> bool:
        """Make a file the same as its twin, with the packed copies; say whether that can be."""
        if not disk_files.link(self._new / twin.path, self._new / path):
            return False
        for suffix in twin.suffixes:
            if path + suffix not in self._built_packed:
                disk_files.link(self._new / (twin.path + suffix), self._new / (path + suffix))
        return True

    async def delete(self, path: str) -> None:
        """Remove a file, its packed copies, and the folders that are empty then."""
        place = self._new / releases.checked(path)
        with DiskErrors(place):
            await asyncio.to_thread(self._delete, path)

    def _delete(self, path: str) -> None:
        place = self._new / path
        try:
            self._remove_copies(path)
            place.unlink(missing_ok=True)
        except (NotADirectoryError, IsADirectoryError):
            return  # something else has taken its place
        for folder in place.parents:
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
            place = self._root / releases.checked(name)
            if not place.is_file() or place.read_bytes() != body:
                disk_files.write(place, body)
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
        """Let the link lead to the new release, and remove those that are older than wanted.

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
            raise HostError(f"{self._new}: somebody has removed what was to be live; deploy again")
        disk_files.sync(self._root / releases.RELEASES)
        self._switch(release.name)
        self._prune()

    def _remove_strangers(self, bundle: Bundle) -> None:
        """Remove what a try that was killed has put without being able to note it, and nobody has built any more."""
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

    # -- looking, and going back ----------------------------------------------------------------------

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the files of the live release; packed copies are no files of their own."""
        root = self._root / releases.whole(live_release(self._root))
        with DiskErrors(root):
            for path in disk_files.files_in(root) if live_release(self._root) else ():
                if path.endswith(SUFFIXES) and (root / path).with_suffix("").exists():
                    continue
                yield Listed(path, (root / path).lstat().st_size)

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file of the live release. Headers are the server's."""
        place = self._root / releases.CURRENT / releases.checked(path)
        with DiskErrors(place):
            return await asyncio.to_thread(place.read_bytes), {}

    async def keep(self, path: str) -> None:
        """Releases are kept whole."""

    async def restore(self, file: LiveFile, release: str) -> None:
        """Releases are gone back to as a whole."""
        raise HostError(f"{file.path}: go back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the names of the releases that are there, beside the live one."""
        return [name for name in self._names() if name != live_release(self._root)]

    async def go_back(self, release: str) -> None:
        """Let the link lead to an earlier release."""
        if release not in self._names():
            raise HostError(f"{self._root / releases.whole(release)}: there is no such release")
        with DiskErrors(self._root):
            self._switch(release)

    def _names(self) -> list[str]:
        """Return the names of all whole releases, the latest first."""
        return releases.latest_first(disk_files.names_in(self._root / releases.RELEASES))
