"""Two processes of git's that live long: one makes a commit file by file, one reads objects one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import os
from asyncio.subprocess import Process

from replisite.hosts.git.repository import CHUNK, Repository
from replisite.hosts.host import Body, HostError

__all__ = ["Import", "Reading"]


class Import:
    """One commit that grows file by file (git-fast-import(1)); it is there when it is closed, and not before."""

    def __init__(self, repository: Repository, ref: str) -> None:
        self._repository = repository
        self._ref = ref
        self._process: Process | None = None
        self._one = asyncio.Lock()

    async def begin(self, message: str, dates: str, parent: str, tree: str) -> None:
        """Begin a commit with the files of a tree. ``parent`` and ``tree`` may be empty."""
        self._process = await self._repository.start("fast-import", "--quiet", "--done", given=True)
        told = message.encode()
        head = f"commit {self._ref}\ncommitter {await self._repository.committer()} {dates}\n"
        await self._say(head.encode() + b"data %d\n%b\n" % (len(told), told))
        if parent:
            await self._say(f"from {parent}\n".encode())
        if tree:
            await self._say(f'M 040000 {tree} ""\n'.encode())

    async def put(self, path: str, body: Body) -> None:
        """Put a file; one that is large is read on the way."""
        async with self._one:
            head = b"M 100644 inline %b\ndata %d\n"
            if isinstance(body, bytes):
                await self._say(head % (_quoted(path), len(body)) + body + b"\n")
                return
            with body.open("rb") as source:
                left = os.fstat(source.fileno()).st_size
                await self._say(head % (_quoted(path), left))
                while left:
                    chunk = await asyncio.to_thread(source.read, min(CHUNK, left))
                    if not chunk:
                        await self.abandon()
                        raise HostError(f"{path} became shorter while it was read; build again, then deploy")
                    left -= len(chunk)
                    await self._say(chunk)
            await self._say(b"\n")

    async def delete(self, path: str) -> None:
        """Remove a file, if it is there."""
        async with self._one:
            await self._say(b"D %b\n" % _quoted(path))

    async def close(self) -> str:
        """Close the commit and return its id."""
        assert self._process is not None
        await self._say(b"done\n")
        said, complained = await self._process.communicate()
        if self._process.returncode:
            raise self._repository.meant((complained + said).decode(errors="replace"))
        return await self._repository.line("rev-parse", self._ref)

    async def abandon(self) -> None:
        """End it, with nothing made."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()

    async def _say(self, words: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(words)
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            assert self._process.stderr is not None
            complaint = (await self._process.stderr.read()).decode(errors="replace")
            raise self._repository.meant(complaint or "git fast-import ended") from error


class Reading:
    """Reads objects one after the other through one process (git-cat-file(1))."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: Process | None = None
        self._one = asyncio.Lock()

    async def read(self, name: str) -> bytes | None:
        """Return an object's bytes, or None if there is none of this name, which holds no line's end."""
        async with self._one:
            if self._process is None:
                self._process = await self._repository.start("cat-file", "--batch", given=True)
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{name}\n".encode("utf-8", "surrogateescape"))
            await self._process.stdin.drain()
            told = (await self._process.stdout.readline()).split()
            if len(told) != 3 or not told[2].isdigit():
                return None
            body = await self._process.stdout.readexactly(int(told[2]) + 1)
            return body[:-1]

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            await self._process.communicate(b"")
            self._process = None


def _quoted(path: str) -> bytes:
    """Quote a path as git-fast-import(1) reads it: everything that is no line's end stands for itself."""
    text = path.encode("utf-8", "surrogateescape")
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
