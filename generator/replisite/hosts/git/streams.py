"""Two long-lived git processes: one makes a commit file by file, one reads objects one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import os
from asyncio.subprocess import Process

from replisite.hosts.git.repository import CHUNK, Repository
from replisite.hosts.host import Body, HostError

__all__ = ["Import", "Reading"]


class Import:
    """One commit that grows file by file (git-fast-import(1)); it exists once it is closed, and not before."""

    def __init__(self, repository: Repository, ref: str) -> None:
        self._repository = repository
        self._ref = ref
        self._process: Process | None = None
        self._lock = asyncio.Lock()

    async def begin(self, message: str, dates: str, parent: str, tree: str) -> None:
        """Begin a commit with the files of a tree. ``parent`` and ``tree`` may be empty."""
        self._process = await self._repository.start("fast-import", "--quiet", "--done", given=True)
        text = message.encode()
        head = f"commit {self._ref}\ncommitter {await self._repository.committer()} {dates}\n"
        await self._write(head.encode() + b"data %d\n%b\n" % (len(text), text))
        if parent:
            await self._write(f"from {parent}\n".encode())
        if tree:
            await self._write(f'M 040000 {tree} ""\n'.encode())

    async def put(self, path: str, body: Body) -> None:
        """Put a file; a large one is read while it is sent."""
        async with self._lock:
            head = b"M 100644 inline %b\ndata %d\n"
            if isinstance(body, bytes):
                await self._write(head % (_quoted(path), len(body)) + body + b"\n")
                return
            with body.open("rb") as source:
                left = os.fstat(source.fileno()).st_size
                await self._write(head % (_quoted(path), left))
                while left:
                    chunk = await asyncio.to_thread(source.read, min(CHUNK, left))
                    if not chunk:
                        await self.abandon()
                        raise HostError(f"{path} became shorter while it was read; build again, then deploy")
                    left -= len(chunk)
                    await self._write(chunk)
            await self._write(b"\n")

    async def delete(self, path: str) -> None:
        """Remove a file, if it is in the commit."""
        async with self._lock:
            await self._write(b"D %b\n" % _quoted(path))

    async def close(self) -> str:
        """Close the commit and return its id."""
        assert self._process is not None
        await self._write(b"done\n")
        output, errors = await self._process.communicate()
        if self._process.returncode:
            raise self._repository.host_error((errors + output).decode(errors="replace"))
        return await self._repository.line("rev-parse", self._ref)

    async def abandon(self) -> None:
        """End the process without a commit."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()

    async def _write(self, commands: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(commands)
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            assert self._process.stderr is not None
            message = (await self._process.stderr.read()).decode(errors="replace")
            raise self._repository.host_error(message or "git fast-import ended") from error


class Reading:
    """Reads objects one after the other through one process (git-cat-file(1))."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: Process | None = None
        self._lock = asyncio.Lock()

    async def read(self, name: str) -> bytes | None:
        """Return an object's bytes, or None if there is no object of this name, which holds no line break."""
        async with self._lock:
            if self._process is None:
                self._process = await self._repository.start("cat-file", "--batch", given=True)
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{name}\n".encode("utf-8", "surrogateescape"))
            await self._process.stdin.drain()
            header = (await self._process.stdout.readline()).split()
            if len(header) != 3 or not header[2].isdigit():
                return None
            body = await self._process.stdout.readexactly(int(header[2]) + 1)
            return body[:-1]

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            await self._process.communicate(b"")
            self._process = None


def _quoted(path: str) -> bytes:
    """Quote a path as git-fast-import(1) reads it: all characters but line breaks stand for themselves."""
    text = path.encode("utf-8", "surrogateescape")
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
