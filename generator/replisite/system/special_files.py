"""Find named pipes, sockets and devices among files: reading one may never end."""

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
    """Return the kind of a path that is neither a file nor a folder, such as ``a named pipe``; otherwise ``""``.

    >>> special_kind("/dev/zero"), special_kind("/nowhere")
    ('a device', '')
    """
    try:
        return _KINDS.get(stat.S_IFMT(os.stat(path).st_mode), "")  # noqa: PTH116 - thousands of paths
    except OSError:
        return ""  # it is missing, or is reported when it is opened


def iter_special_files(folders: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Stream every special file below these folders with its kind, without opening any."""
    for folder in folders:
        for top, below, names in os.walk(folder):
            below[:] = sorted(name for name in below if not name.startswith("."))  # .git is not read
            for name in sorted(names):
                path = os.path.join(top, name)  # noqa: PTH118 - thousands of paths
                if kind := special_kind(path):
                    yield Path(path), kind
