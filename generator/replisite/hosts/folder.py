"""A folder on this machine that a web server serves: releases side by side, one of them live.

    /srv/www/tea/current           → releases/20260131T120000Z-1a2b3c; the server's document root
    /srv/www/tea/previous          → the release before, for who still has one of its pages open
    /srv/www/tea/releases/…        each as a whole; files that did not change are hard links to those before
    /srv/www/tea/releases/….live   the list of what is in it

The link changes in one step (rename(2)), so whoever asks meets the old release or the new one.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import shutil
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from replisite.hosts.host import Body, Bundle, Facts, HostError, Listed, Release, Turn
from replisite.hosts.packed import SUFFIXES, iter_packed
from replisite.model.live import LiveFile

__all__ = ["FolderHost", "FolderState"]

CURRENT: Final = "current"
PREVIOUS: Final = "previous"
RELEASES: Final = "releases"

SAME_KEPT: Final = 10_000
"""How many files of a release are remembered, so that the next with the same bytes is a hard link."""

_NO_LINK = {errno.EMLINK, errno.EPERM, errno.ENOTSUP, errno.EXDEV}
_WILL_PASS = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETIMEDOUT, errno.ESTALE}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things are below the target's folder."""

    root: Path

    @property
    def current(self) -> Path:
        return self.root / CURRENT

    def release(self, name: str) -> Path:
        return self.root / RELEASES / name

    def partial(self, name: str) -> Path:
        return self.root / RELEASES / f".{name}.part"

    def listed(self, name: str) -> Path:
        return self.root / RELEASES / f"{name}.live"

    @property
    def live(self) -> str:
        """The name of the release that is live; empty if none is."""
        try:
            return self.current.readlink().name
        except OSError:
            return ""


class FolderState:
    """The list lies beside its release. The turn is a lock of the system's (flock(2)), which ends with its process."""

    def __init__(self, root: Path) -> None:
        self._at = _Layout(root)
        self._lock: int | None = None
        self.building = ""

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy the list of the live release."""
        listed = self._at.listed(self._at.live)
        if name != "live" or not self._at.live or not listed.is_file():
            return False
        with _told(listed):
            await asyncio.to_thread(shutil.copyfile, listed, place)
        return True

    async def store(self, name: str, place: Path) -> None:
        """Keep the list of the release that is being made; it is live when that is."""
        if name != "live":
            return
        listed = self._at.listed(self.building)
        with _told(listed):
            new = listed.with_name(f".{listed.name}.new")
            await asyncio.to_thread(shutil.copyfile, place, new)
            new.replace(listed)

    async def take_turn(self, owner: str, release: str, *, force: bool = False) -> Turn | None:
        """Take the lock. It cannot be forced: whoever has it is alive."""
        place = self._at.root / ".turn"
        with _told(place):
            self._at.root.mkdir(parents=True, exist_ok=True)
            lock = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            found = _json(os.pread(lock, 4096, 0))
            age = time.time() - os.fstat(lock).st_mtime
            os.close(lock)
            if force:
                raise HostError(
                    f"{found.get('owner', 'somebody')} is at it, and cannot be sent away"
                ) from None
            return Turn(found.get("owner", "somebody"), found.get("release", ""), max(age, 0.0))
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps({"owner": owner, "release": release}).encode(), 0)
        self._lock = lock
        return None

    async def keep_turn(self) -> None:
        """The lock is ours as long as we live."""

    async def end_turn(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class FolderHost:
    """Makes releases below ``root`` and keeps ``keep`` of them, the live one among them."""

    def __init__(self, root: Path, keep: int = 3) -> None:
        self.facts = Facts(str(root), packing="beside", headers="server", jobs=4, switches_at_once=True)
        self._state = FolderState(root)
        self._at = _Layout(root)
        self._keep = keep
        self._new = Path()
        self._folders: set[Path] = set()
        self._same: OrderedDict[str, Path] = OrderedDict()

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

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:  # noqa: ARG002 - the protocol's
        """Make a release of hard links to the files of the one before."""
        self._new = self._at.partial(release.name)
        self._state.building = release.name
        self._folders.clear()
        self._same.clear()
        if release.is_resumed:
            if not self._new.is_dir():
                raise HostError(f"{self._new}: what an earlier try left there is gone")
            return None
        with _told(self._at.root):
            await asyncio.to_thread(self._begin)
        return None

    def _begin(self) -> None:
        if self._at.current.exists() and not self._at.current.is_symlink():
            told = "replisite makes a link there; move it away, or choose another folder"
            raise HostError(f"{self._at.current} is no link; {told}")
        (self._at.root / RELEASES).mkdir(parents=True, exist_ok=True)
        for left in (self._at.root / RELEASES).glob(".*.part"):
            shutil.rmtree(left)
        if self._at.live and self._at.release(self._at.live).is_dir():
            _link_tree(self._at.release(self._at.live), self._new)
        else:
            self._new.mkdir()

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file, and packed copies of a text beside it."""
        with _told(self._at.root / file.path):
            await asyncio.to_thread(self._put, file, body)

    def _put(self, file: LiveFile, body: Body) -> None:
        place = self._place(file.path)
        same = self._same.get(file.digest)
        self._remove_packed(place)
        if same is not None and same.suffix == place.suffix and self._linked(same, place):
            return
        if isinstance(body, Path):
            new = place.with_name(f".{place.name}.new")
            shutil.copyfile(body, new)
            new.replace(place)
        else:
            _write(place, body)
            for suffix, packed in iter_packed(file, body):
                _write(place.with_name(place.name + suffix), packed)
        self._same[file.digest] = place
        if len(self._same) > SAME_KEPT:
            self._same.popitem(last=False)

    def _linked(self, same: Path, place: Path) -> bool:
        """Make a place the same file as another, with its packed copies; say whether that can be."""
        try:
            for suffix in ("", *SUFFIXES):
                source = same.with_name(same.name + suffix)
                if suffix and not source.exists():
                    continue
                new = place.with_name(f".{place.name}{suffix}.new")
                new.unlink(missing_ok=True)
                os.link(source, new)
                new.replace(place.with_name(place.name + suffix))
        except OSError as error:
            if error.errno in _NO_LINK | {errno.ENOENT}:
                return False
            raise
        return True

    async def delete(self, path: str) -> None:
        """Remove a file, its packed copies, and the folders that are empty then."""
        with _told(self._at.root / path):
            await asyncio.to_thread(self._delete, path)

    def _delete(self, path: str) -> None:
        place = self._new / path
        self._remove_packed(place)
        place.unlink(missing_ok=True)
        for folder in place.parents:
            if folder == self._new:
                break
            try:
                folder.rmdir()
            except OSError:
                break
            self._folders.discard(folder)

    def _remove_packed(self, place: Path) -> None:
        for suffix in SUFFIXES:
            place.with_name(place.name + suffix).unlink(missing_ok=True)

    def _place(self, path: str) -> Path:
        place = self._new / path
        if place.parent not in self._folders:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(place.parent)
        return place

    async def finish(self, release: Release, bundle: Bundle) -> None:
        """Let the link lead to the new release, and remove those that are older than wanted."""
        with _told(self._at.root):
            await asyncio.to_thread(self._finish, release, bundle)

    def _finish(self, release: Release, bundle: Bundle) -> None:
        for name, body in bundle.beside.items():
            if not (self._at.root / name).is_file() or (self._at.root / name).read_bytes() != body:
                _write(self._at.root / name, body)
        whole = self._at.release(release.name)
        self._new.rename(whole)
        self._switch(release.name)
        self._prune()

    def _switch(self, name: str) -> None:
        before = self._at.live
        if before and before != name:
            _link_to(self._at.root / PREVIOUS, f"{RELEASES}/{before}")
        _link_to(self._at.current, f"{RELEASES}/{name}")

    def _prune(self) -> None:
        kept = {self._at.live, *self._names()[: self._keep]}
        previous = self._at.root / PREVIOUS
        if previous.is_symlink():
            kept.add(previous.readlink().name)
        for name in self._names():
            if name not in kept:
                self._at.listed(name).unlink(missing_ok=True)
                shutil.rmtree(self._at.release(name))

    async def abandon(self, release: Release) -> None:
        """Remove what was begun."""
        await asyncio.to_thread(shutil.rmtree, self._at.partial(release.name), ignore_errors=True)
        self._at.listed(release.name).unlink(missing_ok=True)

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the files of the live release; packed copies are no files of their own."""
        root = self._at.current
        for place in _files(root.resolve()) if root.exists() else ():
            path = place.relative_to(root.resolve()).as_posix()
            if place.suffix in SUFFIXES and place.with_suffix("").exists():
                continue
            yield Listed(path, place.stat().st_size)

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file of the live release. Headers are the server's."""
        place = self._at.current / path
        with _told(place):
            return await asyncio.to_thread(place.read_bytes), {}

    async def keep(self, path: str) -> None:
        """Releases are kept whole."""

    async def restore(self, file: LiveFile, release: str) -> None:
        """Releases are gone back to as a whole."""
        raise HostError(f"{file.path}: go back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the names of the releases that are there, beside the live one."""
        return [name for name in self._names() if name != self._at.live]

    async def go_back(self, release: str) -> None:
        """Let the link lead to an earlier release."""
        if release not in self._names():
            raise HostError(f"{self._at.release(release)}: there is no such release")
        with _told(self._at.root):
            self._switch(release)

    def _names(self) -> list[str]:
        """Return the names of all whole releases, the latest first."""
        folder = self._at.root / RELEASES
        if not folder.is_dir():
            return []
        found = (entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
        return sorted((name for name in found if not name.startswith(".")), reverse=True)


class _told:  # noqa: N801 - reads as a word of the with statement
    """Tells an error of the file system as the host's."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            name = error.filename or self._place
            meaning = {
                errno.ENOSPC: "the disk is full; free some room and deploy again",
                errno.EDQUOT: "the disk quota is used up; free some room and deploy again",
                errno.EACCES: "may not be written; mend the rights of the folder",
                errno.EROFS: "is on a read-only disk",
            }
            told = meaning.get(error.errno or 0, error.strerror or str(error))
            raise HostError(f"{name}: {told}", may_pass=error.errno in _WILL_PASS) from error


def _write(place: Path, body: bytes) -> None:
    new = place.with_name(f".{place.name}.new")
    new.write_bytes(body)
    new.replace(place)


def _link_to(place: Path, target: str) -> None:
    new = place.with_name(f".{place.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(place)


def _link_tree(source: Path, target: Path) -> None:
    """Make a folder of hard links to the files of another; of copies where there can be no links."""
    target.mkdir()
    for entry in os.scandir(source):
        place = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            _link_tree(Path(entry.path), place)
            continue
        try:
            os.link(entry.path, place)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            shutil.copy2(entry.path, place)


def _files(folder: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path)


def _json(text: bytes) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
