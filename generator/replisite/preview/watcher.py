"""Reports which files have changed: one batch for one save or one burst of saves.

A save is several events: a temporary file, a rename, a backup. A batch is reported when no event has come for a moment,
which is short for a few files and longer when many change, as when another branch is checked out.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import sys
import threading
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from time import monotonic

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserverVFS

from replisite.preview.watch_list import DirectoryId, Watched, directory_id, plan_of

__all__ = ["Watched", "Watcher"]

_QUIET = 0.02
_QUIET_IN_A_BURST = 0.12
_FEW = 5
"""More changed paths than these are a burst."""

_LONGEST = 2.0
"""A batch is reported after so many seconds, even if more events come."""

_FLOOD = 2048
"""After so many events the system may have dropped some: then each folder is reported as changed."""

_LOOK = 1.0
"""Seconds between checks for changes without an event, as when a folder went with the folder above it."""

_POLLING = 0.5
_SPENT = {errno.ENOSPC, errno.EMFILE}
"""The errors of inotify when all watches or instances of the user are in use."""

_CHANGES: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
"""Neither reading nor closing a file: the system does not report those."""

_SILENT = logging.NullHandler()


class _EventHandler(FileSystemEventHandler):
    def __init__(self, add: Callable[[FileSystemEvent], None]) -> None:
        self._add = add

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._add(event)


class Watcher:
    """Reports changes to folders and files until it is stopped.

    ``report`` is called with absolute paths below the watched folders, always by one thread. A folder among them stands
    for all files below it. A path may have been added, changed or removed, or be unchanged.
    """

    def __init__(self, watched: Watched, report: Callable[[frozenset[Path]], None]) -> None:
        self.is_polling = False
        self._watched = watched
        self._report = report
        self._handler = _EventHandler(self._add_event)
        self._plan = plan_of(Watched())
        self._planning = threading.RLock()
        self._observer: BaseObserver | None = None
        self._watches: dict[tuple[str, bool], tuple[ObservedWatch, DirectoryId]] = {}
        self._condition = threading.Condition()
        self._names: set[str] = set()
        self._events = 0
        self._needs_plan = False
        self._first = self._latest = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Report every change from now on."""
        logging.getLogger("watchdog").addHandler(
            _SILENT
        )  # or Python would print its warnings where no logging is set up
        # A folder that is made while its parent is being walked is met twice; that is harmless.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        with self._planning:
            self._open()
            self._replan()
        self._thread.start()

    def watch(self, watched: Watched) -> None:
        """Watch these folders and files from now on, and no others."""
        with self._planning:
            self._watched = watched
            if self._observer is not None:
                self._replan_and_add()

    def stop(self) -> None:
        """Report nothing more; a call of ``report`` that is running is waited for."""
        self._stopping.set()
        with self._condition:
            self._condition.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        with self._planning:
            self._close()

    def _add_event(self, event: FileSystemEvent) -> None:
        """Add the names that an event is about to the batch."""
        plan = self._plan
        reals = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        names = {name for real in reals for name in plan.iter_names(real)}
        needs_plan = any(real in plan.ways for real in reals) or (event.is_directory and bool(names))
        if names or needs_plan:
            self._add(names, needs_plan=needs_plan)

    def _add(self, names: Collection[str], *, needs_plan: bool = False) -> None:
        with self._condition:
            self._latest = monotonic()
            if not self._has_batch():
                self._first = self._latest
            self._names.update(names)
            self._events += 1
            self._needs_plan |= needs_plan
            self._condition.notify_all()

    def _has_batch(self) -> bool:
        return bool(self._names) or self._needs_plan

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._condition:
                self._condition.wait_for(lambda: self._has_batch() or self._stopping.is_set(), _LOOK)
            if self._has_batch() or self._is_stale():
                self._settle()
                batch = self._take()
                if batch and not self._stopping.is_set():
                    self._send(frozenset(map(Path, batch)))

    def _settle(self) -> None:
        """Wait until no event comes. A folder that came back is watched at once, so that its files are reported too."""
        while not self._stopping.is_set():
            if self._is_stale():
                self._replan_and_add()
            with self._condition:
                names, is_burst = list(self._names), self._needs_plan or len(self._names) > _FEW
            is_burst = is_burst or any(map(_is_empty_file, names))  # cut off, and not yet written
            due = min(self._latest + (_QUIET_IN_A_BURST if is_burst else _QUIET), self._first + _LONGEST)
            rest = due - monotonic()
            if rest <= 0 or self._stopping.wait(rest):
                return

    def _take(self) -> set[str]:
        """Return the batch, and watch the folders that came with it."""
        with self._condition:
            batch, self._names = self._names, set()
            needs_plan, self._needs_plan = self._needs_plan, False
            events, self._events = self._events, 0
        if needs_plan or self._is_stale() or any(map(self._is_link, batch)):
            batch |= self._replan()
        if events >= _FLOOD:
            batch.update(*self._plan.trees.values())
        return batch

    def _send(self, batch: frozenset[Path]) -> None:
        try:
            self._report(batch)
        except Exception:  # noqa: BLE001 -- it is printed, and the next save is reported all the same
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _is_link(self, name: str) -> bool:
        return name in self._plan.links or Path(name).is_symlink()

    def _replan_and_add(self) -> None:
        names = self._replan()
        if names:
            self._add(names)

    def _replan(self) -> set[str]:
        """Watch the folders that exist now, and return the names of those that came, went or were replaced."""
        with self._planning:
            if self._observer is None:
                return set()
            before, self._plan = self._plan, plan_of(self._watched)
            try:
                self._schedule(self._observer)
            except OSError:  # inotify has no free watches
                self._close()
                self._schedule(self._poll())
                return set(before.directories)  # nothing was watched for a moment
            return before.differing(self._plan)

    def _schedule(self, observer: BaseObserver) -> None:
        required = {(root, True) for root in self._plan.roots} | {
            (folder, False) for folder in self._plan.parents
        }
        running = {emitter.watch for emitter in observer.emitters if emitter.should_keep_running()}
        for key, (watch, identity) in list(self._watches.items()):
            if key not in required or watch not in running or directory_id(key[0]) != identity:
                del self._watches[key]
                observer.unschedule(watch)
        for folder, recursive in sorted(required - self._watches.keys()):
            identity = directory_id(folder)
            try:
                watch = observer.schedule(self._handler, folder, recursive=recursive, event_filter=_CHANGES)
            except OSError as error:
                if error.errno in _SPENT and not self.is_polling:
                    raise
                continue  # removed again; the next check finds that
            self._watches[folder, recursive] = watch, identity
        if not self.is_polling and (os.sep, False) not in self._watches:
            # Where watches run out below a root, no error is raised: so request one more.
            observer.unschedule(observer.schedule(FileSystemEventHandler(), os.sep, event_filter=_CHANGES))

    def _is_stale(self) -> bool:
        with self._planning:
            if self._observer is None:
                return False
            is_whole = len(self._watches) == len(self._plan.roots) + len(self._plan.parents)
            is_running = all(emitter.should_keep_running() for emitter in self._observer.emitters)
            return not (is_whole and is_running) or self._plan.is_stale

    def _open(self) -> None:
        try:
            self._observer = Observer()
        except OSError as error:
            if error.errno not in _SPENT:
                raise
            self._poll()
        else:
            self._observer.start()

    def _poll(self) -> BaseObserver:
        """Compare the folders every half second. The plan follows the links."""
        self.is_polling = True
        self._observer = PollingObserverVFS(os.lstat, os.scandir, polling_interval=_POLLING)
        self._observer.start()
        return self._observer

    def _close(self) -> None:
        observer, self._observer = self._observer, None
        self._watches.clear()
        if observer is not None:
            observer.stop()
            observer.join()


def _is_empty_file(name: str) -> bool:
    try:
        status = Path(name).stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and not status.st_size
