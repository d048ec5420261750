"""What an error of a disk means to somebody who deploys, whichever machine the disk is in."""

from __future__ import annotations

import errno
import os
from typing import Final

__all__ = ["is_everywhere", "number_in", "told"]

_MEANING: Final = {
    errno.ENOSPC: "the disk is full; free some room and deploy again",
    errno.EDQUOT: "the disk quota is used up; free some room and deploy again",
    errno.EACCES: "may not be written; mend the rights of the folder",
    errno.EPERM: "may not be changed; mend the rights of the folder",
    errno.EROFS: "is on a read-only disk",
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "there is a file where a folder should be; move it away",
    errno.EISDIR: "there is a folder where a file should be; move it away",
    errno.ENAMETOOLONG: "the name is too long for that disk; shorten it and build again",
    errno.EIO: "the disk does not work; look at the machine's log",
}

_MAY_PASS: Final = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.ETIMEDOUT, errno.ESTALE}

_SPOKEN: Final = tuple((os.strerror(number), number) for number in (*_MEANING, *sorted(_MAY_PASS)))
"""As programs say them where LC_ALL is C."""

_OTHERWISE: Final = (("Disc quota exceeded", errno.EDQUOT), ("File system full", errno.ENOSPC))
"""As other systems say them."""


def told(number: int, otherwise: str) -> tuple[str, bool]:
    """Return what an error number means, and whether it may pass; ``otherwise`` is said of one that is not known."""
    return _MEANING.get(number, otherwise), number in _MAY_PASS


def is_everywhere(number: int) -> bool:
    """Say whether an error that one file met will be met by every other."""
    return number in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def number_in(text: str) -> int:
    """Return the error number of which a program's complaint speaks, or 0.

    >>> number_in("tar: ./a: Cannot write: No space left on device") == errno.ENOSPC
    True
    """
    return next((number for spoken, number in (*_SPOKEN, *_OTHERWISE) if spoken in text), 0)
