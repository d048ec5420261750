"""Read content files on another core, from the last to the first, while this process does other work.

A file that has not come yet is read by this process, so it never waits; the two meet in the middle.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from replisite.system.processes import end_with_parent

__all__ = ["ReadAhead", "is_worthwhile"]

FEWEST = 16
"""The least number of files: fewer are read sooner than a process starts."""

T = TypeVar("T")


def is_worthwhile(files: int) -> bool:
    """Say whether there are enough files, and another core, and this process may have children: daemons may not."""
    has_room = len(os.sched_getaffinity(0)) > 1 and not multiprocessing.current_process().daemon
    return files >= FEWEST and has_room


class ReadAhead(Generic[T]):
    """A child process that reads; a context manager, which ends it.

    ``read`` is called there with each path and returns plain data; it returns None for a file that
    must be read here, because it has faults or warnings. Start it before there are threads.
    """

    def __init__(self, paths: Sequence[str], read: Callable[[str], T | None]) -> None:
        context = multiprocessing.get_context("fork")
        self._come: dict[str, T] = {}
        self._ours, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_read_all, args=(paths, read, theirs), name="replisite reader")
        self._process.start()
        theirs.close()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def take(self, path: str) -> T | None:
        """Return the result of a file, once; None if it has not come."""
        return self._come.pop(path, None)

    def close(self) -> None:
        """End the child at any time."""
        self._process.kill()
        self._process.join()
        self._listening.join()
        self._ours.close()

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                path, read = self._ours.recv()
                self._come[path] = read


def _read_all(paths: Sequence[str], read: Callable[[str], T | None], pipe: Connection) -> None:
    end_with_parent()
    for path in reversed(paths):
        try:
            result = read(path)
        except Exception:  # noqa: BLE001, S112 - raised again where the file is read
            continue
        if result is not None:
            pipe.send((path, result))
