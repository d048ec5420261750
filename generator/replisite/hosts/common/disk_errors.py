"""What an error of a disk means for a deploy, on this machine or on another."""

from __future__ import annotations

import errno
import os
from typing import Final

__all__ = ["is_everywhere", "meaning_of", "number_in"]

_MEANING: Final = {
    errno.ENOSPC: "the disk is full; free some room and deploy again",
    errno.EDQUOT: "the disk quota is used up; free some room and deploy again",
    errno.EACCES: "may not be written; fix the permissions of the folder",
    errno.EPERM: "may not be changed; fix the permissions of the folder",
    errno.EROFS: "is on a read-only disk",
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "there is a file where a folder should be; move it away",
    errno.EISDIR: "there is a folder where a file should be; move it away",
    errno.ENAMETOOLONG: "the name is too long for that disk; shorten it and build again",
    errno.EIO: "the disk fails; read the machine's log",
}

_MAY_PASS: Final = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETIMEDOUT, errno.ESTALE}

_MESSAGES: Final = tuple((os.strerror(number), number) for number in (*_MEANING, *sorted(_MAY_PASS)))
"""As programs write them with LC_ALL=C."""

_OTHER_MESSAGES: Final = (("Disc quota exceeded", errno.EDQUOT), ("File system full", errno.ENOSPC))
"""As other systems write them."""


def meaning_of(number: int, otherwise: str) -> tuple[str, bool]:
    """Return what an error number means, and whether a retry can succeed; ``otherwise`` for a number that is not known."""
    return _MEANING.get(number, otherwise), number in _MAY_PASS


def is_everywhere(number: int) -> bool:
    """Say whether the error of one file will be that of every other."""
    return number in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def number_in(text: str) -> int:
    """Return the error number that a program's message names, or 0.

    >>> number_in("tar: ./a: Cannot write: No space left on device") == errno.ENOSPC
    True
    """
    return next((number for message, number in (*_MESSAGES, *_OTHER_MESSAGES) if message in text), 0)
