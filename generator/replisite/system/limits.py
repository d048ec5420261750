"""Explain an error of the operating system in a sentence that names the limit and what to do."""

from __future__ import annotations

import errno
import os
import resource
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from replisite.errors import SystemLimitError

__all__ = ["disk_meaning", "limit_error", "meaning", "name_disk"]

_MEANING: Final[dict[int, str]] = {
    errno.ENOSPC: "the disk is full; free some space and try again",
    errno.EDQUOT: "the disk quota is used up; free some space and try again",
    errno.EACCES: "permission denied; fix the permissions of the file and of the folder that it is in",
    errno.EPERM: "not permitted for this user; fix the owner of the file and of the folder that it is in",
    errno.EROFS: "the disk is read-only; mount it writable, or use another disk",
    errno.ENOENT: "no such file or folder; if something removed it during the run, try again",
    errno.EEXIST: "File exists; move away the file or folder of that name",
    errno.ENOTDIR: "a file is where a folder is needed; move it away",
    errno.EISDIR: "a folder is where a file is needed; move it away",
    errno.ENOTEMPTY: "the folder is not empty; move its files away",
    errno.ENAMETOOLONG: "the name is too long for this disk; shorten it",
    errno.ELOOP: "symbolic links lead in a circle; remove one of them",
    errno.EIO: "the disk reports an error; look at the system's log",
    errno.ENFILE: "the system has no file handles left; close other programs and try again",
    errno.ETXTBSY: "another program is using the file; end it and try again",
    errno.EBUSY: "another program is using it; end that program and try again",
    errno.ESTALE: "the network disk has lost the file; mount the disk again",
}

_FEW_BYTES: Final = 64 * 1024
"""A disk with less space than this counts as full."""

_OF_DISKS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})

_PASSED_ON: Final = frozenset({errno.EPIPE, errno.EINTR})
"""No limits: the reader of the output has gone, or a signal came."""


def limit_error(error: BaseException) -> SystemLimitError | None:
    """Return an error of the system in words, or None for any other error.

    ``OSError``, ``MemoryError`` and a thread that cannot be started are errors of the system.
    """
    if isinstance(error, MemoryError):
        return SystemLimitError(_no_memory())
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        return SystemLimitError(_no_processes())
    if str(error) == "cannot join thread before it is started" and error.__context__ is not None:
        return limit_error(
            error.__context__
        )  # a pool that could not start its threads cannot end them either
    if not isinstance(error, OSError) or error.errno in _PASSED_ON:
        return None
    path = error.filename2 or error.filename
    where = f"{os.fsdecode(path)}: " if isinstance(path, str | bytes) and path else ""
    if error.errno == errno.ENOSPC and not where:
        where = _full_disk()
    return SystemLimitError(f"{where}{meaning(error.errno or 0, error.strerror or str(error))}")


def name_disk(error: BaseException, path: Path) -> None:
    """Add a path to an error of a disk that names no file, as an error of writing into an open file does."""
    if isinstance(error, OSError) and error.filename is None and error.errno in _OF_DISKS:
        error.filename = str(path)


def meaning(number: int, otherwise: str) -> str:
    """Return what an error number means on this machine and what to do; ``otherwise`` for an unknown number."""
    return _COUNTED[number]() if number in _COUNTED else disk_meaning(number, otherwise)


def disk_meaning(number: int, otherwise: str) -> str:
    """Return what an error number of a disk means on any machine and what to do; ``otherwise`` for an unknown number."""
    return _MEANING.get(number, otherwise)


def _limit(which: int, unit: int = 1) -> str:
    soft, _ = resource.getrlimit(which)
    return "unlimited" if soft == resource.RLIM_INFINITY else f"{soft // unit:,}"


def _no_files() -> str:
    limit = _limit(resource.RLIMIT_NOFILE)
    return f"this process may open no more than {limit} files at a time (ulimit -n); raise the limit: ulimit -n 1024"


def _file_too_large() -> str:
    limit = _limit(resource.RLIMIT_FSIZE, 1024)
    size = f" ({limit} kB by ulimit -f)" if limit != "unlimited" else ""
    return (
        f"a file would be larger than this process or disk allows{size}; raise the limit: ulimit -f unlimited"
    )


def _no_processes() -> str:
    limit, memory = _limit(resource.RLIMIT_NPROC), _limit(resource.RLIMIT_AS, 1024)
    also = f", ulimit -v: {memory} kB" if memory != "unlimited" else ""
    return (
        f"the system starts no more processes for this user (ulimit -u: {limit}{also}); end some of them, raise the limit, "
        "or work with fewer: --jobs 1"
    )


def _no_memory() -> str:
    limit = _limit(resource.RLIMIT_AS, 1024)
    size = f" (ulimit -v: {limit} kB)" if limit != "unlimited" else ""
    return f"not enough memory{size}; close other programs, raise the limit, or work with fewer processes: --jobs 1"


_COUNTED: Final[dict[int, Callable[[], str]]] = {
    errno.EMFILE: _no_files,
    errno.EFBIG: _file_too_large,
    errno.EAGAIN: _no_processes,
    errno.ENOMEM: _no_memory,
}
"""Limits of this process; their messages state the limit's value."""


def _full_disk() -> str:
    """Return the first of the folders in use whose disk is full, as the start of a sentence; or nothing."""
    for folder in (Path.cwd() / ".replisite", Path.cwd(), Path(tempfile.gettempdir())):
        try:
            disk = os.statvfs(folder)
        except OSError:
            continue
        if disk.f_bavail * disk.f_frsize < _FEW_BYTES or (disk.f_files and not disk.f_favail):
            return f"{folder}: "
    return ""
