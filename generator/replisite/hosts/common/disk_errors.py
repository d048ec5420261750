"""What an error of a disk means for a deploy, on this machine or on another."""

from __future__ import annotations

import errno
import os
from typing import Final

from replisite.system.limits import disk_meaning

__all__ = ["is_everywhere", "meaning_of", "number_in"]

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
"""The errors of a disk that a retry meets again."""

_MAY_PASS: Final = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETIMEDOUT, errno.ESTALE}

_MESSAGES: Final = tuple((os.strerror(number), number) for number in (*_LASTING, *sorted(_MAY_PASS)))
"""As programs write them with LC_ALL=C."""

_OTHER_MESSAGES: Final = (("Disc quota exceeded", errno.EDQUOT), ("File system full", errno.ENOSPC))
"""As other systems write them."""


def meaning_of(number: int, otherwise: str) -> tuple[str, bool]:
    """Return what an error number means, and whether a retry can succeed; ``otherwise`` for a number that is not known."""
    return disk_meaning(number, otherwise), number in _MAY_PASS


def is_everywhere(number: int) -> bool:
    """Say whether the error of one file will be that of every other."""
    return number in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def number_in(text: str) -> int:
    """Return the error number that a program's message names, or 0.

    >>> number_in("tar: ./a: Cannot write: No space left on device") == errno.ENOSPC
    True
    """
    return next((number for message, number in (*_MESSAGES, *_OTHER_MESSAGES) if message in text), 0)
