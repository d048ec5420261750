"""A sink that writes files below one folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from replisite.errors import OutputError
from replisite.model.manifest import Entry, entry_of
from replisite.output.layout import Layout
from replisite.system.limits import meaning

__all__ = ["DirectorySink", "disk_message"]

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)


class DirectorySink:
    """Writes new files below one folder; makes each folder once.

    A site is written from its own folder downwards (openat(2), mkdirat(2)), so the kernel need not walk from the root for
    each file. Files that are the same on every site are hard links to one file, or to the next one when the file system
    allows no more links to it (65,000 on ext4).
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: set[str] = set()
        self._originals: dict[bytes, tuple[str, Entry]] = {}

    def write(self, path: str, body: bytes) -> Entry:
        """Write one new file; raises OutputError if it cannot be written, or exists already."""
        folder, _, _ = path.rpartition("/")
        try:
            if folder not in self._made:
                (self.root / folder).mkdir(parents=True, exist_ok=True)
                self._made.add(folder)
            _write_file(f"{self.root}/{path}", body, None)
        except OSError as error:
            raise OutputError(disk_message(error, path)) from error
        return entry_of(path, body)

    def write_site(self, prefix: str, layout: Layout, bodies: Sequence[bytes]) -> list[Entry]:
        """Write all files of one new site, whose folder is ``prefix``; raises OutputError."""
        entries = []
        path = prefix
        try:
            folder = self._open_new(prefix)
            try:
                for path in layout.folders:
                    os.mkdir(path, 0o755, dir_fd=folder)
                for index, (path, body) in enumerate(zip(layout.paths, bodies, strict=True)):
                    if index in layout.shared:
                        entries.append(self._link(prefix, path, body, folder))
                    else:
                        _write_file(path, body, folder)
                        entries.append(entry_of(prefix + path, body))
            finally:
                os.close(folder)
        except OSError as error:
            raise OutputError(disk_message(error, prefix + path)) from error
        return entries

    def adopt(self, path: str, source: Path) -> Entry:
        """Write one new file with the bytes of another."""
        try:
            return self.write(path, source.read_bytes())
        except OSError as error:
            raise OutputError(disk_message(error, str(source))) from error

    def _open_new(self, prefix: str) -> int:
        """Make a site's folder and open it."""
        path = f"{self.root}/{prefix}"
        above, _, _ = prefix.rstrip("/").rpartition("/")
        if above and above not in self._made:
            (self.root / above).mkdir(parents=True, exist_ok=True)
            self._made.add(above)
        Path(path).mkdir(0o755)
        return os.open(path, _FOLDER)

    def _link(self, prefix: str, path: str, body: bytes, folder: int) -> Entry:
        if body in self._originals:
            original, entry = self._originals[body]
            try:
                os.link(f"{self.root}/{original}", path, dst_dir_fd=folder)
                return Entry(prefix + path, entry.size, entry.digest)
            except OSError as error:
                if error.errno not in {errno.EMLINK, errno.EPERM, errno.ENOTSUP, errno.EXDEV}:
                    raise
        _write_file(path, body, folder)
        entry = entry_of(prefix + path, body)
        self._originals[body] = entry.path, entry
        return entry


def _write_file(path: str, body: bytes, folder: int | None) -> None:
    handle = os.open(path, _NEW_FILE, 0o644, dir_fd=folder)
    try:
        written = os.write(handle, body)
        while written < len(body):
            written += os.write(handle, body[written:])
    finally:
        os.close(handle)


def disk_message(error: OSError, path: str) -> str:
    """Return what an error of the file system means for a build, with the path."""
    messages = {
        errno.EEXIST: "is written twice: two pages have the same address",
        errno.EACCES: "may not be written; fix the permissions of the folder, or choose another with --output",
        errno.EPERM: "may not be written; fix the permissions of the folder, or choose another with --output",
        errno.EROFS: "is on a read-only disk; choose another folder with --output",
        errno.ENOTDIR: "lies below a file: one page's address is a folder of the other's",
    }
    return (
        f"{path}: {messages.get(error.errno or 0) or meaning(error.errno or 0, error.strerror or str(error))}"
    )
