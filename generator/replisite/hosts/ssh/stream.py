"""Puts and deletes, collected into batches, each acknowledged when it is on the other machine.

One shell at the other end takes batch after batch (`scripts.STREAM`): it removes, then unpacks, and acknowledges. While it
works on one batch the next is being sent, so that neither the line nor the disk waits for the other.

20,000 files of 8 kB that cannot be packed, to a server on the same machine with two busy cores: a whole deploy, with every
digest checked and every file recorded, takes 8.0 s, ``rsync -a`` 3.1 s, ``scp -r`` 21.4 s.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

import asyncssh

from replisite.hosts.common import disk_errors
from replisite.hosts.host import HostError
from replisite.hosts.ssh.archive import END
from replisite.hosts.ssh.errors import ConnectionErrors, program_error
from replisite.hosts.ssh.scripts import STREAM
from replisite.hosts.ssh.shell import Shell, decoded, encoded

__all__ = ["Change", "Stream"]

BATCH_BYTES: Final = 1 << 20
"""A batch is full when it has so many bytes; one file may have more."""

IN_TRANSIT: Final = 2
SILENCE: Final = 300.0
"""Seconds that a batch may take."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file: paths that are removed first, and members of an archive (`archive`) that are written then."""

    path: str
    removes: tuple[str, ...] = ()
    members: tuple[bytes, ...] = ()

    @property
    def folders(self) -> list[str]:
        """The folders above the file, at whose paths there may be a file."""
        return [str(folder) for folder in PurePosixPath(self.path).parents][:-1]


@dataclass(slots=True, eq=False)
class _Waiting:
    """A change, and the future of its sender. ``is_alone``: its batch failed, and it is sent in a batch of its own."""

    change: Change
    done: asyncio.Future[None]
    is_alone: bool = False

    def succeed(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class _Ended(Exception):
    """The other end has stopped; ``message`` is that of the batch that failed, if one did."""

    def __init__(self, message: str | None) -> None:
        super().__init__(message)
        self.message = message


@dataclass(slots=True)
class Stream:
    """Sends changes into one folder, below the shell's root, in the order of the calls."""

    shell: Shell
    folder: str
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _in_transit: deque[list[_Waiting]] = field(default_factory=deque)
    _more: asyncio.Event = field(default_factory=asyncio.Event)
    _working: asyncio.Task[None] | None = None
    _number: int = 0

    async def send(self, change: Change) -> None:
        """Send a change, and wait until it is acknowledged. Raises HostError."""
        waiting = _Waiting(change, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._more.set()
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        await waiting.done

    async def close(self) -> None:
        """Stop sending."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError, HostError):
                await self._working

    async def _work(self) -> None:
        """Start the other end, and start it again when a batch has failed, while any change waits."""
        while self._waiting or self._in_transit:
            try:
                await self._exchange()
            except _Ended as end:
                self._take_back(end.message)
            except Exception as error:  # noqa: BLE001 - the senders raise it
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Fail the changes in transit; if there are none, nothing can be sent, and all changes fail."""
        lost = [waiting for batch in self._in_transit for waiting in batch]
        if not lost:
            lost.extend(self._waiting)
            self._waiting.clear()
        self._in_transit.clear()
        for waiting in lost:
            waiting.fail(error)

    def _take_back(self, message: str | None) -> None:
        """Find the file of a batch that failed: each is sent alone, unless all would fail with the same error."""
        batches = list(self._in_transit)
        self._in_transit.clear()
        failed = batches.pop(0) if message is not None and batches else []
        self._waiting.extendleft(waiting for batch in reversed(batches) for waiting in reversed(batch))
        if not failed:
            return
        number = disk_errors.number_in(message or "")
        if number == errno.EISDIR and failed[0].is_alone and not failed[0].change.members:
            failed[0].succeed()  # a folder has replaced the file to delete
        elif disk_errors.is_everywhere(number) or failed[0].is_alone:
            for waiting in failed:
                waiting.fail(program_error(f"{self.shell.label}/{waiting.change.path}", message or ""))
        else:
            for waiting in failed:
                waiting.is_alone = True
            self._waiting.extendleft(reversed(failed))

    async def _exchange(self) -> None:
        process = await self.shell.connection.start(STREAM)
        with ConnectionErrors(self.shell.connection.address.server):
            async with process:
                process.stdin.write(encoded(f"{self.shell.root}/{self.folder}\n"))
                room = asyncio.Semaphore(IN_TRANSIT)
                reading = asyncio.create_task(self._acknowledge(process, room))
                sending = asyncio.create_task(self._send(process, room))
                try:
                    await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
                    if sending.done() and not isinstance(sending.exception(), (OSError, asyncssh.Error)):
                        await sending
                    await reading
                finally:
                    for task in (reading, sending):
                        task.cancel()
                    await asyncio.gather(reading, sending, return_exceptions=True)

    async def _send(self, process: asyncssh.SSHClientProcess[bytes], room: asyncio.Semaphore) -> None:
        while True:
            await room.acquire()
            while not self._waiting:
                self._more.clear()
                await self._more.wait()
            await asyncio.sleep(0)  # changes that are sent at the same moment join the batch
            batch, sent = self._batch()
            self._in_transit.append(batch)
            process.stdin.write(sent)
            await process.stdin.drain()

    def _batch(self) -> tuple[list[_Waiting], bytes]:
        batch: list[_Waiting] = []
        removes: list[str] = []
        members: list[bytes] = []
        folders: list[str] = []
        option = "-f"
        size = 0
        while self._waiting and size < BATCH_BYTES:
            is_alone = self._waiting[0].is_alone
            if batch and is_alone:
                break
            waiting = self._waiting.popleft()
            batch.append(waiting)
            removes += waiting.change.removes
            members += waiting.change.members
            size += sum(map(len, waiting.change.members))
            if is_alone:
                if waiting.change.members:
                    folders, option = waiting.change.folders, "-rf"
                break
        self._number += 1
        parts = _paths(folders), _paths(removes), b"".join([*members, END]) if members else b""
        line = f"{self._number} {option} {' '.join(str(len(part)) for part in parts)}\n"
        return batch, b"".join((line.encode(), *parts))

    async def _acknowledge(self, process: asyncssh.SSHClientProcess[bytes], room: asyncio.Semaphore) -> None:
        while True:
            line = await self._line(process)
            if not line.endswith(b"yes\n"):
                break
            for waiting in self._in_transit.popleft():
                waiting.succeed()
            room.release()
        message = decoded(await process.stderr.read())
        if line:
            raise _Ended(message)
        await process.wait_closed()
        if process.exit_status is None or process.exit_status < 0 or not message:
            raise HostError(f"{self.shell.label}: the connection broke", may_pass=True)
        raise program_error(self.shell.label, message)  # the folder itself is gone

    async def _line(self, process: asyncssh.SSHClientProcess[bytes]) -> bytes:
        """Read a line; without a batch in transit there is no time-out."""
        reading = asyncio.ensure_future(process.stdout.readline())
        try:
            while True:
                is_expected = bool(self._in_transit)
                done, _ = await asyncio.wait({reading}, timeout=SILENCE)
                if done:
                    return reading.result()
                if is_expected and self._in_transit:
                    raise TimeoutError
        finally:
            reading.cancel()


def _paths(paths: Iterable[str]) -> bytes:
    return b"".join(b"./" + encoded(path) + b"\0" for path in paths)
