"""Explain an error of a disk that a deploy writes to, on this machine or another."""

from __future__ import annotations

import errno
import os
from typing import Final

from replisite.system.limits import disk_meaning

__all__ = ["is_everywhere", "number_in", "told"]

_LASTING: Final = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.EIO,
)
"""The errors of a disk that another try meets again."""

_MAY_PASS: Final = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETIMEDOUT, errno.ESTALE}

_SPOKEN: Final = tuple((os.strerror(number), number) for number in (*_LASTING, *sorted(_MAY_PASS)))
"""As programs say them where LC_ALL is C."""

_OTHERWISE: Final = (("Disc quota exceeded", errno.EDQUOT), ("File system full", errno.ENOSPC))
"""As other systems say them."""


def told(number: int, otherwise: str) -> tuple[str, bool]:
    """Return what an error number means (``otherwise`` for an unknown one), and whether a later try may succeed."""
    return disk_meaning(number, otherwise), number in _MAY_PASS


def is_everywhere(number: int) -> bool:
    """Say whether an error that one file met will be met by every other."""
    return number in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def number_in(text: str) -> int:
    """Return the error number of which a program's complaint speaks, or 0.

    >>> number_in("tar: ./a: Cannot write: No space left on device") == errno.ENOSPC
    True
    """
    return next((number for spoken, number in (*_SPOKEN, *_OTHERWISE) if spoken in text), 0)
