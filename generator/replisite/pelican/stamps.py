"""The stamp of a file: it changes when the file does."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["Stamp", "stamp_of"]

Stamp = tuple[int, int, int] | None
"""Modification time in nanoseconds, size in bytes, and inode; None for a file that does not exist."""


def stamp_of(path: str | Path) -> Stamp:
    """Return the stamp of a file as it is now."""
    try:
        state = os.stat(path)  # noqa: PTH116 - paths are texts here
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
