"""Folders of files on this machine: written whole, linked, walked; and readable by a web server.

A web server runs as another user. Files get the rights 0644 and folders 0755, whatever the mask of who deploys.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

from replisite.hosts.common.disk_errors import told
from replisite.hosts.host import HostError
from replisite.system.files import replacement, write_whole

__all__ = [
    "DiskErrors",
    "clear_way",
    "files_in",
    "link",
    "link_to",
    "link_tree",
    "make_folders",
    "names_in",
    "sync",
    "write",
]

_NO_LINK: Final = {errno.EMLINK, errno.EPERM, errno.ENOTSUP, errno.EXDEV, errno.ENOENT}
_FILE, _FOLDER = 0o644, 0o755


class DiskErrors:
    """Tells an error of the file system as the host's."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            meaning, may_pass = told(error.errno or 0, error.strerror or str(error))
            raise HostError(f"{error.filename or self._place}: {meaning}", may_pass=may_pass) from error


def write(place: Path, body: bytes | Path) -> None:
    """Write a file, whole or not at all; what had hard links to the one before keeps that."""
    write_whole(place, body, _FILE)


def link_to(place: Path, target: str) -> None:
    """Let a symbolic link lead elsewhere, in one step (rename(2))."""
    with replacement(place) as new:
        new.symlink_to(target)


def link(source: Path, place: Path) -> bool:
    """Make a place the same file as another; say whether that can be."""
    try:
        with replacement(place) as new:
            os.link(source, new)
    except OSError as error:
        if error.errno in _NO_LINK:
            return False
        raise
    return True


def link_tree(source: Path, target: Path) -> None:
    """Make a folder of hard links to the files of another; of copies where there can be no links.

    Symbolic links are not ours and stay behind: no path of a release leads out of it.
    """
    make_folders(target)
    for entry in os.scandir(source):
        place = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            link_tree(Path(entry.path), place)
        elif entry.is_file(follow_symlinks=False):
            try:
                os.link(entry.path, place)
            except OSError as error:
                if error.errno not in _NO_LINK:
                    raise
                shutil.copy2(entry.path, place)


def make_folders(folder: Path) -> None:
    """Make a folder, and those above it that are not there."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    with contextlib.suppress(FileExistsError):  # another thread was faster
        folder.mkdir()
        folder.chmod(folder.stat().st_mode & 0o7777 | _FOLDER)


def clear_way(root: Path, place: Path) -> None:
    """Remove a folder that is where a file shall be, and a file that is where a folder below ``root`` shall be.

    A site may turn ``tea`` into ``tea/index.html``. Nothing that was built is in the way of anything else that was.
    """
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    for folder in place.parents:
        if folder == root:
            return
        if folder.is_symlink() or folder.is_file():
            folder.unlink(missing_ok=True)


def files_in(folder: Path) -> Iterator[str]:
    """Stream the paths of all files below a folder, relative to it, in the order of paths (`path_order`)."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from (f"{entry.name}/{path}" for path in files_in(Path(entry.path)))
        else:
            yield entry.name


def names_in(folder: Path) -> list[str]:
    """Return the names of what is in a folder; none if it is not there."""
    return [entry.name for entry in os.scandir(folder)] if folder.is_dir() else []


def sync(folder: Path) -> None:
    """Wait until the disk that holds a folder has everything (syncfs(2)); all disks where the system has no such call."""
    try:
        syncfs = ctypes.CDLL(None, use_errno=True).syncfs
    except AttributeError:
        os.sync()
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if syncfs(opened):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(opened)
