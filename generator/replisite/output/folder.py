"""The output folder as a whole: one build replaces it at once, or leaves it as it was.

A build writes into a new folder beside the output and exchanges the two when everything is there
(renameat2(2) with RENAME_EXCHANGE where the system has it), so whoever looks sees the old output or the new
one. Nothing that replisite did not write is ever removed.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import gzip
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
from replisite.output.directory import DirectorySink, told
from replisite.output.manifest_parts import ManifestPart, iter_part, join_parts
from replisite.output.redirect_list import REDIRECTS, read_redirects, write_redirects
from replisite.system.private_files import private_folder

__all__ = ["MANIFEST", "Output", "read_manifest"]

MANIFEST = ".replisite/manifest.gz"
"""Where an output says what it holds, from its root."""

_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_SHOWN = 5
_LAST_WORDS = 100
"""How often a folder is tried that somebody still writes into, a fiftieth of a second apart."""


class Output:
    """One output folder being built anew.

    Use as a context manager: it holds the lock, and leaving it without ``commit`` throws the new files away.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.realpath(folder))
        self.room = self.folder.parent / f".{self.folder.name}.replisite"
        self.new = self.room / "new"
        self._old = self.room / "old"
        self._lock: int | None = None

    def __enter__(self) -> Self:
        try:
            self.room.parent.mkdir(parents=True, exist_ok=True)
            private_folder(self.room)
            self._lock = os.open(self.room / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OutputError(
                    f"{self.folder}: another build is writing it; wait for it to end"
                ) from error
            self._recover()
            self._refuse_foreign()
            self._clear(self.new)
            self.new.mkdir(0o755)
        except OSError as error:
            self._unlock()
            raise OutputError(told(error, str(self.folder))) from error
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

    def sink(self) -> DirectorySink:
        """Return a sink that writes into the new output."""
        return DirectorySink(self.new)

    def commit(
        self, parts: Iterable[ManifestPart], single: Iterable[Entry] = (), redirects: Iterable[Redirect] = ()
    ) -> None:
        """Write the manifest and put the new output in the place of the old one.

        ``parts`` and ``single`` entries come in any order, ``redirects`` in that of their sources. Raises OutputError; the
        old output is then as it was.
        """
        try:
            self._write_lists(parts, single, redirects)
            if self.folder.exists():
                _exchange(self.new, self.folder, self._old)
            else:
                self.new.rename(self.folder)
        except OSError as error:
            raise OutputError(told(error, str(self.folder))) from error

    def commit_some(
        self,
        parts: Sequence[ManifestPart],
        single: Iterable[Entry],
        prefixes: Iterable[str],
        redirects: Iterable[Redirect] = (),
        home: str = "/",
        stale: Callable[[Iterable[str]], Collection[str]] = lambda _: (),
    ) -> list[str]:
        """Put some sites (``prefixes``, each ending in a slash) and the corporate files in place; keep the rest.

        Each site changes at once, the output as a whole does not. Of the ``redirects`` those hold whose sites are there,
        or the company's at ``home``. ``stale`` says which of the kept files are no longer published: they are removed. Where
        there is no output yet this is a commit. Returns the paths that were removed.
        """
        if not self.folder.exists():
            self.commit(parts, single, redirects)
            return []
        sites = tuple(prefixes)
        written = [*single, *(entry for part in parts for entry in iter_part(part))]
        names = {entry.path for entry in written}
        kept = [e for e in read_manifest(self.folder) if e.path not in names and not e.path.startswith(sites)]
        gone = frozenset(stale(e.path for e in kept))
        removed = [e.path for e in kept if e.path in gone]
        kept = [e for e in kept if e.path not in gone]
        try:
            for prefix in sites:
                self._put(self.new / prefix, self.folder / prefix)
            for entry in written:
                if not entry.path.startswith(sites):
                    self._put(self.new / entry.path, self.folder / entry.path)
            joined = iter_joined(
                read_redirects(self.folder), redirects, _site_folders([*kept, *written]), home
            )
            self._write_lists([], [*kept, *written], joined)
            for place in (REDIRECTS, MANIFEST):
                self._put(self.new / place, self.folder / place)
            for path in removed:
                (self.folder / path).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(told(error, str(self.folder))) from error
        return removed

    def _put(self, new: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            self._clear(self._old)
            _exchange(new, place, self._old)
        else:
            new.replace(place)

    # -- what is there already ----------------------------------------------------------------------

    def _recover(self) -> None:
        """Undo what a build that was killed between two renames left behind."""
        if self._old.exists() and not self.folder.exists():
            self._old.rename(self.folder)
        self._clear(self._old)

    def _refuse_foreign(self) -> None:
        """Raise OutputError if the folder holds anything that replisite did not write."""
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
        place = self.new / MANIFEST
        place.parent.mkdir(exist_ok=True)
        join_parts(parts, single, place)
        write_redirects(self.new / REDIRECTS, redirects)

    def _clear(self, leftover: Path) -> None:
        """Remove a folder, in which workers that have just been killed may write a last file."""
        for number in range(_LAST_WORDS):
            if not leftover.exists():
                return
            try:
                shutil.rmtree(leftover)
            except OSError as error:
                if error.errno not in {errno.ENOTEMPTY, errno.ENOENT} or number == _LAST_WORDS - 1:
                    raise
                time.sleep(0.02)

    def _unlock(self) -> None:
        if self._lock is None:
            return
        for place in self.room.glob("run.*"):
            place.unlink()
        (self.room / "lock").unlink(missing_ok=True)
        os.close(self._lock)
        self._lock = None
        if not any(self.room.iterdir()):
            self.room.rmdir()


def read_manifest(folder: Path) -> Iterator[Entry]:
    """Stream what a finished output says that it holds; nothing if it is no output.

    Raises OutputError for a damaged manifest.
    """
    place = folder / MANIFEST
    if not place.is_file():
        return
    try:
        with gzip.open(place, "rt", encoding="utf-8", newline="\n") as lines:
            if next(lines, "").rstrip("\n") != HEADER:
                raise ValueError("unknown format")  # noqa: TRY301 - told below with the others
            yield from map(parse_entry, lines)
    except (OSError, EOFError, ValueError) as error:
        way_out = "delete the folder yourself if it holds nothing else, or choose another with --output"
        raise OutputError(f"{place} is damaged ({error}); {way_out}") from error


def _site_folders(entries: Iterable[Entry]) -> set[str]:
    """Return the folders that sites may be in: those at the root, and those of hosts."""
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
        elif entry.name not in _DROPPINGS:
            yield entry.name


def _exchange(new: Path, folder: Path, old: Path) -> None:
    """Put ``new`` in the place of ``folder``, which goes to ``old``."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        at_fdcwd, rename_exchange = -100, 2  # fcntl.h, linux/fs.h
        renameat2 = getattr(libc, "renameat2", None)
        if renameat2 and not renameat2(
            at_fdcwd, os.fsencode(new), at_fdcwd, os.fsencode(folder), rename_exchange
        ):
            new.rename(old)
            return
    folder.rename(old)  # a moment without output; _recover() puts the old one back
    new.rename(folder)
