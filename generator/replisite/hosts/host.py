"""The protocol of a host: what the deploy calls, and every host implements.

A deploy is always the same: take the host's lock, read the list of what is live, begin, put and delete files, finish,
release the lock. What these do depends on the kind of host.

- An *object store* changes file by file. ``finish`` does nothing, and so the order of the files matters.
- A folder with *releases* collects the new release beside the live one; ``finish`` makes it live at once.
- A host that takes whole *snapshots* stores no list of ours; ``begin`` returns the files that it has not seen yet.

Methods raise `HostError`. After one that ``may_pass`` the call is retried. The file may have arrived all the same, so
putting and deleting twice must do no harm.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from replisite.errors import ReplisiteError
from replisite.model.live_files import LiveFile

__all__ = [
    "Body",
    "Bundle",
    "Host",
    "HostError",
    "HostFeatures",
    "Limits",
    "Listed",
    "Lock",
    "NoBackupError",
    "Release",
    "State",
]

Body = bytes | Path
"""The bytes of a file as they are stored, or the path of a large file, which is sent as it is."""


class HostError(ReplisiteError):
    """A request to a host failed.

    ``may_pass`` says that a retry can succeed; ``wait`` is how many seconds the host asks to wait before it, if it does.
    """

    def __init__(self, message: str, *, may_pass: bool = False, wait: float | None = None) -> None:
        super().__init__(message)
        self.may_pass = may_pass
        self.wait = wait


class NoBackupError(HostError):
    """A file cannot be restored, because the host has no backup of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a host takes; None where no limit is documented.

    ``source`` is the page with the limits and ``read_on`` the day on which it was read (ISO 8601). ``instead`` says what
    to do with a larger site.
    """

    files: int | None = None
    file_bytes: int | None = None
    total_bytes: int | None = None
    files_in_folder: int | None = None
    path_characters: int | None = None
    redirects: int | None = None
    dynamic_redirects: int | None = None
    header_rules: int | None = None
    source: str = ""
    read_on: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class HostFeatures:
    """What the deploy must know of a host.

    ``label`` names the host in messages (``s3://tea-sites/www``). ``packing`` is the form in which text is stored: packed
    with ``gzip`` and served so, as it is (``""``), or ``beside``: as it is, with packed copies beside it that the host
    makes. ``headers`` is how the host learns of headers and redirects: as ``metadata`` of each file, from ``_headers``
    and ``_redirects`` at the root, from a ``server``'s configuration, or not at all (``none``). ``jobs`` files are sent at
    a time. ``switches_at_once``: visitors see no change before ``finish``. ``takes_snapshots``: each release replaces
    everything, so no files of others are left, and some sites alone cannot be deployed. ``refuses_foreign``: ``begin``
    itself refuses a branch with files of others. ``warning`` is shown with every deploy, where the host's terms need it.
    """

    label: str
    packing: Literal["", "gzip", "beside"]
    headers: Literal["metadata", "_headers", "server", "none"]
    limits: Limits = field(default_factory=Limits)
    jobs: int = 16
    switches_at_once: bool = False
    takes_snapshots: bool = False
    refuses_foreign: bool = False
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that another deploy holds: its owner (``ann@office``), and how many seconds ago it was last renewed.

    The age is by the host's own clock, so that machines with different clocks agree.
    """

    owner: str
    release: str
    age: float


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that a host lists: ``tag`` changes with the stored bytes (it is their MD5 in hex where ``tag_is_md5``)."""

    path: str
    size: int
    tag: str = ""
    tag_is_md5: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """One deploy: ``name`` sorts by time (``20260131T120000Z-1a2b3c``).

    ``base`` is the name of the release that it is made from, empty for the first; ``is_resumed``: a deploy of this very
    release was cut short, and its changes are there.
    """

    name: str
    base: str = ""
    is_resumed: bool = False


class Bundle(Protocol):
    """Everything that is to be live, for hosts that take snapshots."""

    @property
    def folder(self) -> Path:
        """The folder with the files as they were built."""
        ...

    def files(self) -> Iterator[LiveFile]:
        """Stream every file, in the order of paths."""
        ...

    def body(self, file: LiveFile) -> Body:
        """Return what is sent for a file. Raises ReplisiteError if the file has changed since the build."""
        ...


class State(Protocol):
    """A few files of ours beside the sites, which visitors cannot find: the lists of live files, and the lock."""

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy a list to ``path``; say whether there is one.

        ``live`` is the list of what is live, and ``before`` that of the release before it, where the host changes file
        by file.
        """
        ...

    async def store(self, name: str, path: Path) -> None:
        """Store a copy of ``path`` under a name; a reader gets the old one or the new one."""
        ...

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the lock, and return None; or return the lock of another deploy, and take nothing.

        Of two deploys that ask at the same moment at most one gets the lock, as far as the host can tell them apart.
        ``force`` takes the lock over.
        """
        ...

    async def renew_lock(self) -> None:
        """Renew the lock. Raises HostError if another deploy has taken it over."""
        ...

    async def release_lock(self) -> None:
        """Release the lock; does nothing if it is not ours."""
        ...


class Host(Protocol):
    """A host of live sites; an async context manager, which closes its connections."""

    @property
    def features(self) -> HostFeatures:
        """What the deploy must know of it."""
        ...

    @property
    def state(self) -> State | None:
        """Our files beside the sites; None where a host that takes snapshots stores everything itself."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Begin a release; return the paths that must be put, or None for those that differ from what is live.

        Live files that do not differ are in the release without being put. Raises HostError if a release that was cut
        short is not there any more.
        """
        ...

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file at its path, whole or not at all."""
        ...

    async def delete(self, path: str) -> None:
        """Remove a file; a path without a file is no error."""
        ...

    async def finish(self, release: Release, bundle: Bundle) -> None:
        """Make the release live, if it is not yet. The list has been stored."""
        ...

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write a server's configuration beside the sites, by file name; return the names of the files that changed.

        Called after every deploy, also when no file of the sites differs. Does nothing where no server reads the files.
        """
        ...

    async def abandon(self, release: Release) -> None:
        """Remove a release that was begun, where no visitor has seen it."""
        ...

    def listing(self) -> AsyncIterator[Listed]:
        """Stream the files on the host, in any order, without our own."""
        ...

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a live file's bytes as they are stored, and its headers as far as the host stores them.

        Header names are in lower case. Raises HostError if there is no file.
        """
        ...

    async def back_up(self, path: str) -> None:
        """Store a copy of the live file for a rollback; called before the file is replaced or deleted.

        Does nothing where whole releases are stored. Of two backups the first stays.
        """
        ...

    async def restore(self, path: str, release: str) -> None:
        """Put back the backup of a release's file. Raises NoBackupError if there is none.

        Called only for hosts that change file by file.
        """
        ...

    async def releases(self) -> Sequence[str]:
        """Return the releases that can be made live again, the latest first, without the live one."""
        ...

    async def roll_back(self, release: str) -> None:
        """Make an earlier release live again at once. Raises HostError if it is not there.

        Called only for hosts that switch at once; the others restore each file.
        """
        ...
