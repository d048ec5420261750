"""What a host must be able to do: the protocol that the deploy works with, and every host keeps.

A deploy is always the same: take the host's turn, read what is live, begin, put and delete files, finish, let others
have their turn. What the words mean to a host depends on what it is.

- An *object store* changes file by file. ``finish`` does nothing, and so the order of the files matters.
- A folder with *releases* collects everything beside what is live; ``finish`` makes it live at once.
- A host that takes whole *snapshots* keeps no list of ours; ``begin`` tells which files it has not seen yet.

Methods raise `HostError`. One that ``may_pass`` is tried again; nobody knows then whether the file has arrived, so
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
    "Release",
    "State",
]

Body = bytes | Path
"""What is sent: bytes as they are stored, or the place of a large file, which is sent as it is."""


class HostError(ReplisiteError):
    """A host did not do what it was asked.

    ``may_pass`` says that it may work later; ``wait`` is how many seconds the host asks us to wait, if it does.
    """

    def __init__(self, what: str, *, may_pass: bool = False, wait: float | None = None) -> None:
        super().__init__(what)
        self.may_pass = may_pass
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Limits:
    """What a host takes at the most; None is without limit that anybody wrote down.

    ``source`` is the page that says so and ``read_on`` the day on which it said so (ISO 8601). ``instead`` is what to
    do where a site is larger.
    """

    files: int | None = None
    file_bytes: int | None = None
    total_bytes: int | None = None
    files_in_folder: int | None = None
    path_letters: int | None = None
    redirects: int | None = None
    dynamic_redirects: int | None = None
    header_rules: int | None = None
    source: str = ""
    read_on: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class HostFeatures:
    """What the deploy must know of a host.

    ``told`` names it to people (``s3://tea-sites/www``). ``packing`` is the form in which text is stored: packed with
    ``gzip`` and served so, as it is (``""``), or ``beside``: as it is, and the host itself keeps packed copies beside.
    ``headers`` is the form in which it learns of headers and redirects: ``metadata`` of each file, ``_headers`` and
    ``_redirects`` at the root, a ``server``'s configuration, or ``none``. ``jobs`` files are sent at a time.
    ``switches_at_once``: nobody sees anything of a deploy before ``finish``. ``warning`` is told with every deploy, where the
    host's terms or habits ask for it.
    ``takes_snapshots``: it takes everything anew each time, so nothing of somebody else's is left, and a part of the sites
    cannot be deployed alone. ``refuses_foreign``: ``begin`` itself says so, and better, when somebody else's files are there.
    """

    told: str
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
    """Whose turn it is: the other deploy's owner (``ann@desk``), and how many seconds ago that one was last heard of.

    The age is by the host's own clock, so that two machines with different clocks agree.
    """

    owner: str
    release: str
    age: float


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that a host says it has: ``tag`` changes with the stored bytes (an MD5 in hex, where ``tag_is_md5``)."""

    path: str
    size: int
    tag: str = ""
    tag_is_md5: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """One deploy: ``name`` sorts by time (``20260131T120000Z-1a2b3c``).

    ``base`` is the name of the release that it is made from, empty for the first; ``is_resumed``: an earlier try of this
    very release was cut short, and what it did is there.
    """

    name: str
    base: str = ""
    is_resumed: bool = False


class Bundle(Protocol):
    """Everything that is to be live, for hosts that take snapshots."""

    @property
    def folder(self) -> Path:
        """Where the files lie as they were built."""
        ...

    def files(self) -> Iterator[LiveFile]:
        """Stream every file, in the order of paths."""
        ...

    def body(self, file: LiveFile) -> Body:
        """Return what is sent for a file. Raises ReplisiteError if the file is not as it was built."""
        ...


class State(Protocol):
    """A few files of ours beside the sites, which visitors cannot find: the manifest, and whose turn it is."""

    async def fetch(self, name: str, place: Path) -> bool:
        """Copy one to ``place``; say whether there is one.

        ``live`` is the list of what is live, and ``before`` that of the release before it, where the host changes file
        by file.
        """
        ...

    async def store(self, name: str, place: Path) -> None:
        """Keep a copy of ``place`` under a name; whoever fetches sees the old one or the new one."""
        ...

    async def take_lock(self, owner: str, release: str, *, force: bool = False) -> Lock | None:
        """Take the turn, and return None; or return whose it is, and take nothing.

        Two who ask at the same moment never both get it, as far as the host can tell them apart. ``force`` takes it
        from whoever has it.
        """
        ...

    async def keep_turn(self) -> None:
        """Say that we are still at it. Raises HostError if somebody has taken our turn."""
        ...

    async def end_turn(self) -> None:
        """Let others have their turn; does nothing if it is not ours."""
        ...


class Host(Protocol):
    """A place where sites are live; an async context manager, which closes its connections."""

    @property
    def facts(self) -> HostFeatures:
        """What the deploy must know of it."""
        ...

    @property
    def state(self) -> State | None:
        """Our files beside the sites; None where a host that takes snapshots keeps everything itself."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Begin a release; return the paths that must be put, or None for those that differ from what is live.

        What is live, and does not differ, is in the release without being put. Raises HostError if a release that was
        cut short is not there any more.
        """
        ...

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file in its place, whole or not at all."""
        ...

    async def delete(self, path: str) -> None:
        """Remove a file; one that is not there is no error."""
        ...

    async def finish(self, release: Release, bundle: Bundle) -> None:
        """Make the release live, where that is not so yet. The manifest has been stored."""
        ...

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write a server's configuration beside the sites, by file name; return the names of those that were others.

        Asked after every deploy, also one in which no file of the sites differs. Does nothing where no server of ours reads it.
        """
        ...

    async def abandon(self, release: Release) -> None:
        """Throw away what was begun, where nobody has seen it."""
        ...

    def listing(self) -> AsyncIterator[Listed]:
        """Stream what is really there, in any order; state files are left out."""
        ...

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a live file's bytes as they are stored, and its headers as far as the host keeps them.

        Header names are in small letters. Raises HostError if there is none.
        """
        ...

    async def keep(self, path: str) -> None:
        """Keep what is live at a path, so that one can go back; called before it is put anew or deleted.

        Does nothing where releases are kept whole. Keeping twice keeps the first.
        """
        ...

    async def restore(self, file: LiveFile, release: str) -> None:
        """Put back what was kept of a release's file. Raises HostError if nothing was.

        Only asked of hosts that change file by file.
        """
        ...

    async def releases(self) -> Sequence[str]:
        """Return what can be gone back to, the latest first, without the one that is live."""
        ...

    async def go_back(self, release: str) -> None:
        """Make an earlier release live again at once. Raises HostError if it is not there.

        Only asked of hosts that switch at once; of the others each file is restored.
        """
        ...
