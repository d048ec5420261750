"""Folders and files that only their owner can read, whatever the umask is; and the umask for output of a web server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

__all__ = ["private_file", "private_folder", "use_web_umask"]

FOLDER: Final = 0o700
FILE: Final = 0o600


def private_folder(path: Path) -> Path:
    """Make a folder of mode 0700, and the missing folders above it; tighten an existing folder and its files.

    Files in its subfolders stay as they are, since other users cannot reach them. Raises OSError.
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
    """Make an empty file of mode 0600, or tighten an existing one; return its path. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, FILE))
    _tighten(path, FILE)
    return path


def use_web_umask() -> None:
    """Let a web server read the files that this process writes, and only the owner and the group write them.

    With umask 077 the server could not read the output, and with umask 000 every user could change it.
    """
    mask = os.umask(0o022)
    os.umask((mask & ~0o055) | 0o002)


def _tighten(path: Path, mode: int) -> None:
    """Remove the permissions of others; a file of another user stays as it is."""
    try:
        state = path.stat()
        if state.st_uid == os.geteuid() and state.st_mode & 0o777 & ~mode:
            path.chmod(state.st_mode & mode)
    except FileNotFoundError:
        return  # another process has just removed it
