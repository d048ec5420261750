"""Find what is no file: named pipes, sockets and devices, which give no end when they are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["iter_special_files", "special_kind"]

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def special_kind(path: str | Path) -> str:
    """Return what a path leads to if it is neither a file nor a folder, such as ``a named pipe``; otherwise nothing.

    >>> special_kind("/dev/zero"), special_kind("/nowhere")
    ('a device', '')
    """
    try:
        return _KINDS.get(stat.S_IFMT(os.stat(path).st_mode), "")  # noqa: PTH116 - thousands of paths
    except OSError:
        return ""  # it is not there, or is reported when it is opened


def iter_special_files(folders: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Stream every special file below these folders with its kind; nothing is opened."""
    for folder in folders:
        for top, below, names in os.walk(folder):
            below[:] = sorted(name for name in below if not name.startswith("."))  # nobody reads .git
            for name in sorted(names):
                place = os.path.join(top, name)  # noqa: PTH118 - thousands of paths
                if kind := special_kind(place):
                    yield Path(place), kind
