"""Folders and files that only their owner may read, whatever the umask is; and output that a web server may."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

__all__ = ["private_file", "private_folder", "use_web_umask"]

FOLDER: Final = 0o700
FILE: Final = 0o600


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, of mode 0700; one that exists is tightened with its files.

    Files in its subfolders are left as they are: nobody else gets there. Raises OSError.
    """
    if not path.parent.exists():
        private_folder(path.parent)
    try:
        path.mkdir(FOLDER)
    except FileExistsError:
        if not path.is_dir():
            raise
    _tighten(path, FOLDER)
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                _tighten(Path(entry.path), FILE)
    return path


def private_file(path: Path) -> Path:
    """Make an empty file of mode 0600 unless it exists; one that exists is tightened. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE))
    _tighten(path, FILE)
    return path


def use_web_umask() -> None:
    """Let a web server read what this process writes, and nobody but the owner and the group write it.

    With umask 077 the output would be unreadable for the server, with umask 000 anybody could change it.
    """
    mask = os.umask(0o022)
    os.umask((mask & ~0o055) | 0o002)


def _tighten(path: Path, mode: int) -> None:
    """Take the permissions of others away; a file that belongs to somebody else stays as it is."""
    try:
        found = path.stat()
        if found.st_uid == os.geteuid() and found.st_mode & 0o777 & ~mode:
            path.chmod(found.st_mode & mode)
    except FileNotFoundError:
        return  # another process has just removed it
