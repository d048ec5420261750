"""Tell which files were changed, one batch for one save or one burst of saves.

A save is several events: a temporary file, a rename, a backup. A batch is told when it has been quiet for a
moment, which is short for a few files and longer when many change, as when another branch is checked out.
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

from replisite.preview.watch_list import Place, Watched, place_of, plan_of

__all__ = ["Watched", "Watcher"]

_QUIET = 0.02
_QUIET_IN_A_BURST = 0.12
_FEW = 5
"""More changed paths than these are a burst."""

_LONGEST = 2.0
"""A batch is told after so many seconds, however much goes on."""

_FLOOD = 2048
"""After so many events the system may have dropped some: then each folder is told to have changed."""

_LOOK = 1.0
"""Seconds between looks for what no event tells, as a folder that went with the folder above it."""

_POLLING = 0.5
_SPENT = {errno.ENOSPC, errno.EMFILE}
"""What inotify answers when this person's watches or instances are all in use."""

_CHANGES: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
"""Neither reading nor closing: the system is not even asked for those."""

_SILENT = logging.NullHandler()


class _Ear(FileSystemEventHandler):
    def __init__(self, hear: Callable[[FileSystemEvent], None]) -> None:
        self._hear = hear

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._hear(event)


class Watcher:
    """Hears of changes to folders and files, until it is stopped.

    ``heard`` is called with absolute paths as they are seen below the watched folders, always by one thread.
    A folder among them may have changed in all that is below it. Paths may have come, gone or be as they were.
    """

    def __init__(self, watched: Watched, heard: Callable[[frozenset[Path]], None]) -> None:
        self.is_polling = False
        self._watched = watched
        self._heard = heard
        self._ear = _Ear(self._hear)
        self._plan = plan_of(Watched())
        self._planning = threading.RLock()
        self._observer: BaseObserver | None = None
        self._watches: dict[tuple[str, bool], tuple[ObservedWatch, Place]] = {}
        self._news = threading.Condition()
        self._names: set[str] = set()
        self._events = 0
        self._is_doubtful = False
        self._first = self._latest = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        """Hear of every change from now on."""
        logging.getLogger("watchdog").addHandler(_SILENT)  # or it would print where nobody else logs
        # A folder that is made while its parent is being walked is met twice, which is as it should be.
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
                self._replan_and_tell()

    def stop(self) -> None:
        """Hear of nothing any more; the call of ``heard`` that is under way is waited for."""
        self._stopping.set()
        with self._news:
            self._news.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        with self._planning:
            self._close()

    def _hear(self, event: FileSystemEvent) -> None:
        """Keep the names that one event is about."""
        plan = self._plan
        reals = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        names = {name for real in reals for name in plan.iter_names(real)}
        is_doubtful = any(real in plan.ways for real in reals) or (event.is_directory and bool(names))
        if names or is_doubtful:
            self._add(names, is_doubtful=is_doubtful)

    def _add(self, names: Collection[str], *, is_doubtful: bool = False) -> None:
        with self._news:
            self._latest = monotonic()
            if not self._has_news():
                self._first = self._latest
            self._names.update(names)
            self._events += 1
            self._is_doubtful |= is_doubtful
            self._news.notify_all()

    def _has_news(self) -> bool:
        return bool(self._names) or self._is_doubtful

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._news:
                self._news.wait_for(lambda: self._has_news() or self._stopping.is_set(), _LOOK)
            if self._has_news() or self._is_stale():
                self._settle()
                batch = self._take()
                if batch and not self._stopping.is_set():
                    self._tell(frozenset(map(Path, batch)))

    def _settle(self) -> None:
        """Wait until it is quiet. A folder that came back is watched at once, so that its files are heard, too."""
        while not self._stopping.is_set():
            if self._is_stale():
                self._replan_and_tell()
            with self._news:
                names, is_burst = list(self._names), self._is_doubtful or len(self._names) > _FEW
            is_burst = is_burst or any(map(_is_empty_file, names))  # cut off, and not yet written
            due = min(self._latest + (_QUIET_IN_A_BURST if is_burst else _QUIET), self._first + _LONGEST)
            rest = due - monotonic()
            if rest <= 0 or self._stopping.wait(rest):
                return

    def _take(self) -> set[str]:
        """Return what changed, and watch what came with it."""
        with self._news:
            batch, self._names = self._names, set()
            is_doubtful, self._is_doubtful = self._is_doubtful, False
            events, self._events = self._events, 0
        if is_doubtful or self._is_stale() or any(map(self._is_link, batch)):
            batch |= self._replan()
        if events >= _FLOOD:
            batch.update(*self._plan.trees.values())
        return batch

    def _tell(self, batch: frozenset[Path]) -> None:
        try:
            self._heard(batch)
        except Exception:  # noqa: BLE001 -- it is told, and the next save is heard all the same
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _is_link(self, name: str) -> bool:
        return name in self._plan.links or Path(name).is_symlink()

    def _replan_and_tell(self) -> None:
        names = self._replan()
        if names:
            self._add(names)

    def _replan(self) -> set[str]:
        """Watch what is there now, and return the names of folders that came, went or were exchanged."""
        with self._planning:
            if self._observer is None:
                return set()
            before, self._plan = self._plan, plan_of(self._watched)
            try:
                self._schedule(self._observer)
            except OSError:  # inotify is spent
                self._close()
                self._schedule(self._poll())
                return set(before.places)  # nobody listened for a moment
            return before.differing(self._plan)

    def _schedule(self, observer: BaseObserver) -> None:
        wanted = {(root, True) for root in self._plan.roots} | {
            (folder, False) for folder in self._plan.parents
        }
        lively = {emitter.watch for emitter in observer.emitters if emitter.should_keep_running()}
        for key, (watch, place) in list(self._watches.items()):
            if key not in wanted or watch not in lively or place_of(key[0]) != place:
                del self._watches[key]
                observer.unschedule(watch)
        for folder, recursive in sorted(wanted - self._watches.keys()):
            place = place_of(folder)
            try:
                watch = observer.schedule(self._ear, folder, recursive=recursive, event_filter=_CHANGES)
            except OSError as error:
                if error.errno in _SPENT and not self.is_polling:
                    raise
                continue  # gone again; the next look finds it
            self._watches[folder, recursive] = watch, place
        if not self.is_polling and (os.sep, False) not in self._watches:
            # Where watches run out below a root, nothing is said: so ask for one more.
            observer.unschedule(observer.schedule(FileSystemEventHandler(), os.sep, event_filter=_CHANGES))

    def _is_stale(self) -> bool:
        with self._planning:
            if self._observer is None:
                return False
            is_whole = len(self._watches) == len(self._plan.roots) + len(self._plan.parents)
            is_lively = all(emitter.should_keep_running() for emitter in self._observer.emitters)
            return not (is_whole and is_lively) or self._plan.is_stale

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
        """Compare the folders every half second. Links are left to the plan."""
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
        found = Path(name).stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and not found.st_size
