"""Single files by SFTP: large files, lists, links, and files that are read; and every file where there is no tar.

OpenSSH's server answers most errors with the one word "Failure"; the shell finds out what it means.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import Final

import asyncssh

from replisite.hosts.common import disk_errors
from replisite.hosts.host import HostError
from replisite.hosts.ssh.errors import ConnectionErrors
from replisite.hosts.ssh.scripts import PROBE_DISK
from replisite.hosts.ssh.shell import Shell

__all__ = ["Files"]

_FILE: Final = asyncssh.SFTPAttrs(permissions=0o644)
_FOLDER: Final = asyncssh.SFTPAttrs(permissions=0o755)
_KNOWN: Final = {
    asyncssh.SFTPNoSuchFile: "No such file or directory",
    asyncssh.SFTPPermissionDenied: "Permission denied",
    asyncssh.SFTPNoSpaceOnFilesystem: "No space left on device",
    asyncssh.SFTPQuotaExceeded: "Disk quota exceeded",
    asyncssh.SFTPWriteProtect: "Read-only file system",
}
_BLOCK: Final = 1 << 20


class Files:
    """Files below the root of a shell."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    async def link_of(self, path: str) -> str:
        """Return the target of a symbolic link; empty if there is no link."""
        async with self._client(path) as client:
            with contextlib.suppress(asyncssh.SFTPNoSuchFile, asyncssh.SFTPFailure, asyncssh.SFTPBadMessage):
                return str(await client.readlink(self._at(path)) or "")
        return ""

    async def link_to(self, path: str, target: str) -> None:
        """Change the target of a symbolic link in one step (rename(2))."""
        new = _new(path)
        async with self._client(path) as client:
            await self._remove(client, new)
            await client.symlink(target, self._at(new))
            await client.posix_rename(self._at(new), self._at(path))

    async def fetch(self, path: str, copy: Path) -> bool:
        """Copy a file to this machine; say whether there is one."""
        async with self._client(path) as client:
            if not await client.isfile(self._at(path)):
                return False
            await client.get(self._at(path), copy)
        return True

    async def read(self, path: str) -> bytes:
        """Return a file. Raises HostError if there is none."""
        async with self._client(path) as client:
            return await self._read(client, path)

    async def store(self, path: str, body: bytes | Path) -> None:
        """Write a file, whole or not at all. Its folder must exist."""
        new = _new(path)
        async with self._client(path) as client:
            try:
                await self._remove(client, new)
                if isinstance(body, Path):
                    await client.put(body, self._at(new))
                else:
                    async with client.open(self._at(new), "wb", _FILE) as out:
                        await out.write(body)
                await client.setstat(self._at(new), _FILE)
                await client.posix_rename(self._at(new), self._at(path))
            except asyncssh.SFTPError:
                with contextlib.suppress(asyncssh.SFTPError):
                    await self._remove(client, new)
                raise

    async def remove(self, path: str) -> None:
        """Remove a file; a path without a file is no error, and a folder stays."""
        async with self._client(path) as client:
            await self._remove(client, path)

    async def clear_way(self, root: str, path: str) -> None:
        """Make the folders of a path below ``root``, and remove files at their paths."""
        async with self._client(path) as client:
            for folder in [*reversed(PurePosixPath(path).parents)][1:]:
                await self._make(client, self._at(f"{root}/{folder}"))
            full = self._at(f"{root}/{path}")
            if stat.S_ISDIR(await self._mode(client, full) or 0):
                await client.rmtree(full)

    # -- one request ------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _client(self, path: str) -> AsyncIterator[asyncssh.SFTPClient]:
        """Give the client, and translate its errors."""
        client = await self._shell.connection.sftp()
        where = f"{self._shell.label}/{path}"
        try:
            with ConnectionErrors(self._shell.connection.address.server):
                yield client
        except asyncssh.SFTPNoConnection as error:
            raise HostError(f"{where}: the connection broke", may_pass=True) from error
        except asyncssh.SFTPError as error:
            message = next((text for kind, text in _KNOWN.items() if isinstance(error, kind)), "")
            if not message:
                await self._shell.run(PROBE_DISK)  # raises the disk's error, if it has one
            meaning, may_pass = disk_errors.meaning_of(disk_errors.number_in(message), str(error.reason))
            raise HostError(f"{where}: {meaning}", may_pass=may_pass) from error

    async def _make(self, client: asyncssh.SFTPClient, folder: str) -> None:
        """Make a folder, replacing a file at its path; another put may do so at the same moment."""
        mode = await self._mode(client, folder)
        if mode is not None and stat.S_ISDIR(mode):
            return
        try:
            if mode is not None:
                with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                    await client.remove(folder)
            await client.mkdir(folder, _FOLDER)
        except asyncssh.SFTPError:
            if not await client.isdir(folder):
                raise

    async def _read(self, client: asyncssh.SFTPClient, path: str) -> bytes:
        async with client.open(self._at(path), "rb") as source:
            body = await source.read()
        assert isinstance(body, bytes)
        return body

    async def _remove(self, client: asyncssh.SFTPClient, path: str) -> None:
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            if not stat.S_ISDIR(await self._mode(client, self._at(path)) or 0):
                await client.remove(self._at(path))

    async def _mode(self, client: asyncssh.SFTPClient, path: str) -> int | None:
        """Return the mode of what is at a full path; None if there is nothing."""
        try:
            return (await client.lstat(path)).permissions
        except asyncssh.SFTPNoSuchFile:
            return None

    def _at(self, path: str) -> str:
        return f"{self._shell.root}/{path}"


def _new(path: str) -> str:
    """Return the path at which a file is written before it is renamed."""
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:40]}.new")  # noqa: PTH118 - another machine's path
