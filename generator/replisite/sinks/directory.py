"""An output in a folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from replisite.errors import OutputError
from replisite.model.manifest import Entry, entry_of

__all__ = ["DirectorySink", "told"]


class DirectorySink:
    """Writes new files below one folder; makes each folder once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: set[str] = set()

    def write(self, path: str, body: bytes) -> Entry:
        """Write one new file; raises OutputError when it cannot be, or is there already."""
        folder, _, _ = path.rpartition("/")
        try:
            if folder not in self._made:
                (self.root / folder).mkdir(parents=True, exist_ok=True)
                self._made.add(folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            handle = os.open(f"{self.root}/{path}", flags, 0o644)
            try:
                written = os.write(handle, body)
                while written < len(body):
                    written += os.write(handle, body[written:])
            finally:
                os.close(handle)
        except OSError as error:
            raise OutputError(told(error, path)) from error
        return entry_of(path, body)

    def adopt(self, path: str, source: Path) -> Entry:
        """Write one new file with the bytes of another."""
        try:
            return self.write(path, source.read_bytes())
        except OSError as error:
            raise OutputError(told(error, str(source))) from error


def told(error: OSError, path: str) -> str:
    """Return what an error of the file system means for the person who builds."""
    meaning = {
        errno.ENOSPC: "the disk is full; free some room and build again",
        errno.EDQUOT: "the disk quota is used up; free some room and build again",
        errno.EEXIST: "is written twice: two pages have the same address",
        errno.EACCES: "may not be written; mend the rights of the folder, or choose another with --output",
        errno.EPERM: "may not be written; mend the rights of the folder, or choose another with --output",
        errno.EROFS: "is on a read-only disk; choose another folder with --output",
        errno.ENAMETOOLONG: "has a name that is too long for this disk",
        errno.ENOTDIR: "lies below a file: two pages have addresses that exclude one another",
    }
    return f"{path}: {meaning.get(error.errno or 0, error.strerror or str(error))}"
