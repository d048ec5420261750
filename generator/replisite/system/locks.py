"""Locks between the processes of this machine: a file locked by flock(2), which the system unlocks when its process ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["FileLock"]

_LONGEST = 4096


class FileLock:
    """An exclusive lock on a file, which is made if it is missing; a context manager, which releases it.

    Opening it takes nothing: call `take`, or `wait`. Forked copies of the process share the lock. Raises OSError where the
    file cannot be opened.
    """

    def __init__(self, path: Path, mode: int = 0o600) -> None:
        self._path = path
        self._mode = mode
        self._descriptor = self._opened()

    def _opened(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, self._mode)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def take(self) -> bool:
        """Take the lock if no other process has it, and return whether it is taken."""
        return self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def wait(self) -> None:
        """Take the lock as soon as no other process has it."""
        self._locked(fcntl.LOCK_EX)

    def _locked(self, operation: int) -> bool:
        """Lock the file that has the path now: a process that releases the lock may remove the file."""
        while True:
            try:
                fcntl.flock(self._descriptor, operation)
            except BlockingIOError:
                return False
            if self._is_current():
                return True
            self.release()
            self._descriptor = self._opened()

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Release the lock and close the file; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remove(self) -> None:
        """Remove the file and release the lock; only its holder may do that."""
        self._path.unlink(missing_ok=True)
        self.release()

    def write(self, text: bytes) -> None:
        """Replace the text of the file, which says whose lock it is."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)

    def read(self) -> bytes:
        """Return the text of the file, at most 4,096 bytes."""
        return os.pread(self._descriptor, _LONGEST, 0)

    def touch(self) -> None:
        """Set the time of the file to now: the holder still works."""
        os.utime(self._descriptor)

    @property
    def age(self) -> float:
        """The seconds since the file was written or touched, never less than 0."""
        return max(time.time() - os.fstat(self._descriptor).st_mtime, 0.0)
