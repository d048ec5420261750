"""A finished output as live files: those of its manifest, with headers, and their bytes packed as the host needs them."""

from __future__ import annotations

import gzip
import hashlib
import heapq
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from replisite.errors import DeployError, OutputError, UsageError
from replisite.hosts import Body
from replisite.model.live_files import CachePolicy, LiveFile, is_live_path, served, serving
from replisite.model.manifest import Entry, entry_of, path_order
from replisite.model.text import quoted
from replisite.output import MANIFEST, read_manifest

__all__ = ["FinishedOutput"]

LARGE: Final = 1 << 20
"""A file of so many bytes or more is sent from the disk, as it is."""

REMEMBERED: Final = 32 << 20
"""How many bytes of packed files stay in memory: pages that are the same on every site are packed once."""

_OURS = f"{MANIFEST.partition('/')[0]}/"
_PACKED_LEVEL = 6


class _Packings:
    """Packs text, and reuses the latest results."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def packed(self, digest: str, body: bytes) -> bytes:
        with self._lock:
            if digest in self._known:
                self._known.move_to_end(digest)
                return self._known[digest]
        made = gzip.compress(body, _PACKED_LEVEL, mtime=0)
        with self._lock:
            if digest not in self._known:
                self._known[digest] = made
                self._size += len(made)
                while self._size > REMEMBERED:
                    self._size -= len(self._known.popitem(last=False)[1])
        return made


@dataclass(frozen=True, slots=True)
class FinishedOutput:
    """The output of `replisite build`, as it is to be live.

    ``packed`` is the encoding of text that is served packed, or empty; ``added`` are files for this host alone
    (``_headers``), by path. Raises UsageError for a folder that is no finished output.
    """

    folder: Path
    policy: CachePolicy
    packed: str = ""
    added: Mapping[str, bytes] = field(default_factory=dict)
    _packings: _Packings = field(default_factory=_Packings, repr=False)

    def __post_init__(self) -> None:
        if not (self.folder / MANIFEST).is_file():
            raise UsageError(f'{self.folder} is no finished output; run "replisite build" first')

    def files(self) -> Iterator[LiveFile]:
        """Stream every file, in the order of paths. Raises OutputError for a damaged manifest."""
        of = serving(self.policy, self.packed)
        built = (LiveFile(entry.path, entry.digest, entry.size, of(entry.path)) for entry in self._built())
        if not self.added:
            return built
        added = (
            LiveFile(entry.path, entry.digest, entry.size, served(entry.path, self.policy))
            for entry in self._added()
        )
        return heapq.merge(built, added, key=lambda file: path_order(file.path))

    def entries(self) -> Iterator[Entry]:
        """Stream the same files, without their headers."""
        if not self.added:
            return self._built()
        return heapq.merge(self._built(), self._added(), key=lambda entry: path_order(entry.path))

    def _built(self) -> Iterator[Entry]:
        for entry in read_manifest(self.folder):
            if entry.path.startswith(_OURS) or entry.path in self.added:
                continue
            if not is_live_path(entry.path):
                raise DeployError(
                    f"{quoted(entry.path)} cannot be deployed under this name; rename the file and build again"
                )
            yield entry

    def _added(self) -> Iterator[Entry]:
        """Stream the files for this host alone; there may be a page for each site that has moved."""
        return (entry_of(path, self.added[path]) for path in sorted(self.added, key=path_order))

    def body(self, file: LiveFile) -> Body:
        """Return what is stored for a file. Raises OutputError if the file has changed since the build."""
        if file.path in self.added:
            return self.added[file.path]
        path = self.folder / file.path
        try:
            if file.size >= LARGE and not file.served.encoding:
                with path.open("rb") as source:
                    _check(file, hashlib.file_digest(source, "sha256").hexdigest())
                return path
            body = path.read_bytes()
        except OSError as error:
            raise OutputError(
                f"{file.path} cannot be read ({error.strerror or error}); build again, then deploy"
            ) from error
        _check(file, hashlib.sha256(body).hexdigest())
        return self._packings.packed(file.digest, body) if file.served.encoding == "gzip" else body


def _check(file: LiveFile, digest: str) -> None:
    if digest != file.digest:
        raise OutputError(f"{file.path} has changed since the build; build again, then deploy")
