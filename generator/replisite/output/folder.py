"""The output folder as a whole: a build replaces it at once, or leaves it as it was.

A build writes into a new folder beside the output and exchanges the two at its end (renameat2(2) with RENAME_EXCHANGE
where the system has it), so a reader sees the old output or the new one. Files that replisite did not write are never
removed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from replisite.errors import OutputError
from replisite.model.addresses import HOSTS
from replisite.model.manifest import HEADER, Entry, parse_entry
from replisite.model.redirects import Redirect, iter_joined
from replisite.output.directory import DirectorySink, disk_message
from replisite.output.manifest_parts import ManifestPart, iter_part, join_parts
from replisite.output.redirect_list import REDIRECTS, read_redirects, write_redirects
from replisite.system.locks import FileLock
from replisite.system.packed_text import iter_packed
from replisite.system.private_files import private_folder

__all__ = ["MANIFEST", "Output", "read_manifest"]

MANIFEST = ".replisite/manifest.gz"
"""The manifest's path from the output's root."""

_SYSTEM_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_SHOWN = 5
_REMOVAL_TRIES = 100
"""How often a folder is removed while a worker still writes into it, a fiftieth of a second apart."""


class Output:
    """One output folder that is being built.

    A context manager, which holds the lock; leaving it without ``commit`` discards the new files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.realpath(folder))
        self.room = self.folder.parent / f".{self.folder.name}.replisite"
        self.new = self.room / "new"
        self._old = self.room / "old"
        self._lock: FileLock | None = None

    def __enter__(self) -> Self:
        try:
            self.room.parent.mkdir(parents=True, exist_ok=True)
            private_folder(self.room)
            self._lock = self._taken_lock()
            self._recover()
            self._refuse_foreign()
            self._clear(self.new)
            self.new.mkdir(0o755)
        except OSError as error:
            self._unlock()
            raise OutputError(disk_message(error, str(self.folder))) from error
        except BaseException:
            self._unlock()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for leftover in (self.new, self._old):
                self._clear(leftover)
        finally:
            self._unlock()

    def _taken_lock(self) -> FileLock:
        """Return the lock of the output; raises OutputError while another build has it, whose files stay."""
        lock = FileLock(self.room / "lock")
        if lock.take():
            return lock
        lock.release()
        raise OutputError(f"{self.folder}: another build is writing it; wait for it to end")

    def sink(self) -> DirectorySink:
        """Return a sink that writes into the new output."""
        return DirectorySink(self.new)

    def commit(
        self, parts: Iterable[ManifestPart], single: Iterable[Entry] = (), redirects: Iterable[Redirect] = ()
    ) -> None:
        """Write the manifest and replace the old output by the new one.

        ``parts`` and ``single`` entries come in any order, ``redirects`` in that of their sources. Raises OutputError, and
        the old output is then as it was.
        """
        try:
            self._write_lists(parts, single, redirects)
            if self.folder.exists():
                _exchange(self.new, self.folder, self._old)
            else:
                self.new.rename(self.folder)
        except OSError as error:
            raise OutputError(disk_message(error, str(self.folder))) from error

    def commit_some(
        self,
        parts: Sequence[ManifestPart],
        single: Iterable[Entry],
        prefixes: Iterable[str],
        redirects: Iterable[Redirect] = (),
        home: str = "/",
        stale: Callable[[Iterable[str]], Collection[str]] = lambda _: (),
    ) -> list[str]:
        """Replace some sites (``prefixes``, each ending in a slash) and the corporate files; the others stay.

        Each site changes at once, the output as a whole does not. Of the ``redirects`` those apply whose targets are in the
        output, or the company's site at ``home``. ``stale`` returns the files of other sites that are no longer published:
        they are removed. Without an output this is a commit. Returns the paths that were removed.
        """
        if not self.folder.exists():
            self.commit(parts, single, redirects)
            return []
        sites = tuple(prefixes)
        written = [*single, *(entry for part in parts for entry in iter_part(part))]
        names = {entry.path for entry in written}
        others = [
            e for e in read_manifest(self.folder) if e.path not in names and not e.path.startswith(sites)
        ]
        gone = frozenset(stale(e.path for e in others))
        removed = [e.path for e in others if e.path in gone]
        staying = [e for e in others if e.path not in gone]
        try:
            for prefix in sites:
                self._put(self.new / prefix, self.folder / prefix)
            for entry in written:
                if not entry.path.startswith(sites):
                    self._put(self.new / entry.path, self.folder / entry.path)
            joined = iter_joined(
                read_redirects(self.folder), redirects, _site_folders([*staying, *written]), home
            )
            self._write_lists([], [*staying, *written], joined)
            for name in (REDIRECTS, MANIFEST):
                self._put(self.new / name, self.folder / name)
            for path in removed:
                (self.folder / path).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(disk_message(error, str(self.folder))) from error
        return removed

    def _put(self, new: Path, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            self._clear(self._old)
            _exchange(new, path, self._old)
        else:
            new.replace(path)

    # -- the old output -----------------------------------------------------------------------------

    def _recover(self) -> None:
        """Put the old output back after a build that was killed between two renames."""
        if self._old.exists() and not self.folder.exists():
            self._old.rename(self.folder)
        self._clear(self._old)

    def _refuse_foreign(self) -> None:
        """Raise OutputError if the folder holds files that replisite did not write."""
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise OutputError(f"{self.folder} is a file; choose another folder with --output")
        ours = {entry.path for entry in read_manifest(self.folder)} | {MANIFEST, REDIRECTS}
        foreign = [path for path in _files(self.folder) if path not in ours]
        if not foreign:
            return
        shown = ", ".join(foreign[:_SHOWN]) + (
            f" and {len(foreign) - _SHOWN} more" if len(foreign) > _SHOWN else ""
        )
        way_out = "move them away, choose another folder with --output, or put files that belong to the site into content/extra/"
        raise OutputError(f"{self.folder} holds files that replisite did not write ({shown}); {way_out}")

    # -- the new output -----------------------------------------------------------------------------

    def _write_lists(
        self, parts: Iterable[ManifestPart], single: Iterable[Entry], redirects: Iterable[Redirect]
    ) -> None:
        manifest = self.new / MANIFEST
        manifest.parent.mkdir(exist_ok=True)
        join_parts(parts, single, manifest)
        write_redirects(self.new / REDIRECTS, redirects)

    def _clear(self, leftover: Path) -> None:
        """Remove a folder, into which workers that have just been killed may still write a file."""
        for number in range(_REMOVAL_TRIES):
            if not leftover.exists():
                return
            try:
                shutil.rmtree(leftover)
            except OSError as error:
                if error.errno not in {errno.ENOTEMPTY, errno.ENOENT} or number == _REMOVAL_TRIES - 1:
                    raise
                time.sleep(0.02)

    def _unlock(self) -> None:
        if self._lock is None:
            return
        for file in self.room.glob("run.*"):
            file.unlink()
        self._lock.remove()
        self._lock = None
        if not any(self.room.iterdir()):
            self.room.rmdir()


def read_manifest(folder: Path) -> Iterator[Entry]:
    """Stream the entries of a finished output; none if the folder is no output.

    Raises OutputError for a damaged manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return
    try:
        yield from map(parse_entry, iter_packed(path, HEADER))
    except (OSError, ValueError) as error:
        way_out = "delete the folder yourself if it holds nothing else, or choose another with --output"
        raise OutputError(f"{path} is damaged ({error}); {way_out}") from error


def _site_folders(entries: Iterable[Entry]) -> set[str]:
    """Return the folders that can hold sites: those at the root, and those of hosts."""
    depths = ((entry.path, 2 if entry.path.startswith(HOSTS) else 1) for entry in entries)
    return {
        "/".join([*path.split("/", depth)[:depth], ""]) for path, depth in depths if path.count("/") >= depth
    }


def _files(folder: Path) -> Iterator[str]:
    """Stream the paths of all files below a folder, in order; links are files."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            for path in _files(Path(entry.path)):
                yield f"{entry.name}/{path}"
        elif entry.name not in _SYSTEM_FILES:
            yield entry.name


def _exchange(new: Path, folder: Path, old: Path) -> None:
    """Move ``folder`` to ``old``, and ``new`` to ``folder``."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        at_fdcwd, rename_exchange = -100, 2  # fcntl.h, linux/fs.h
        renameat2 = getattr(libc, "renameat2", None)
        if renameat2 and not renameat2(
            at_fdcwd, os.fsencode(new), at_fdcwd, os.fsencode(folder), rename_exchange
        ):
            new.rename(old)
            return
    folder.rename(old)  # there is no output for a moment; _recover() puts the old one back
    new.rename(folder)
