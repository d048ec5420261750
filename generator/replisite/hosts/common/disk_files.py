"""Folders of files on this machine: written whole, linked, walked; and readable by a web server.

A web server runs as another user, so files get the mode 0644 and folders 0755, whatever the umask of the deploy.
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

from replisite.hosts.common.disk_errors import meaning_of
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
    """A context manager that raises an error of the file system as a HostError; ``path`` is named if the error names none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            meaning, may_pass = meaning_of(error.errno or 0, error.strerror or str(error))
            raise HostError(f"{error.filename or self._path}: {meaning}", may_pass=may_pass) from error


def write(path: Path, body: bytes | Path) -> None:
    """Write a file, whole or not at all; other hard links to the old file stay as they are."""
    write_whole(path, body, _FILE)


def link_to(path: Path, target: str) -> None:
    """Change the target of a symbolic link in one step (rename(2))."""
    with replacement(path) as new:
        new.symlink_to(target)


def link(source: Path, path: Path) -> bool:
    """Make a path a hard link to ``source``; say whether the disk allows it."""
    try:
        with replacement(path) as new:
            os.link(source, new)
    except OSError as error:
        if error.errno in _NO_LINK:
            return False
        raise
    return True


def link_tree(source: Path, target: Path) -> None:
    """Make a folder of hard links to the files of another; of copies where there can be no links.

    Symbolic links are not ours and are left out: no path of a release leads out of it.
    """
    make_folders(target)
    for entry in os.scandir(source):
        path = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            link_tree(Path(entry.path), path)
        elif entry.is_file(follow_symlinks=False):
            try:
                os.link(entry.path, path)
            except OSError as error:
                if error.errno not in _NO_LINK:
                    raise
                shutil.copy2(entry.path, path)


def make_folders(folder: Path) -> None:
    """Make a folder, and the missing ones above it."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    with contextlib.suppress(FileExistsError):  # another thread was faster
        folder.mkdir()
        folder.chmod(folder.stat().st_mode & 0o7777 | _FOLDER)


def clear_way(root: Path, path: Path) -> None:
    """Remove a folder at the path of a new file, and a file at the path of a new folder below ``root``.

    A site may turn ``tea`` into ``tea/index.html``. Files of one build are never in each other's way.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    for folder in path.parents:
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
    """Return the names of the entries of a folder; none if there is no folder."""
    return [entry.name for entry in os.scandir(folder)] if folder.is_dir() else []


def sync(folder: Path) -> None:
    """Wait until the disk of a folder has everything (syncfs(2)); all disks where the system has no such call."""
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
