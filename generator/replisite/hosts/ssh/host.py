"""The host: releases in a folder on another machine."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from replisite.hosts.common import releases
from replisite.hosts.common.compression import SUFFIXES, iter_packed
from replisite.hosts.host import Body, Bundle, HostError, HostFeatures, Listed, Release
from replisite.hosts.ssh import scripts
from replisite.hosts.ssh.archive import link, member
from replisite.hosts.ssh.connection import Address, Connection
from replisite.hosts.ssh.sftp import Files
from replisite.hosts.ssh.shell import LONG_PATIENCE, Shell, decoded, encoded
from replisite.hosts.ssh.state import LOST, SshState
from replisite.hosts.ssh.stream import Change, Stream
from replisite.model.live_files import LiveFile

__all__ = ["SshHost"]

JOBS: Final = 192
"""So many files make the batches that are on their way at the same time."""


class SshHost:
    """Makes releases below ``path`` on a server and keeps ``keep`` of them, the live one among them.

    A ``path`` that does not begin with a slash is below the user's home.
    """

    def __init__(self, address: Address, path: str, keep: int = 3) -> None:
        who = f"{address.user}@" if address.user else ""
        port = f":{address.port}" if address.port else ""
        told = f"ssh://{who}{address.server}{port}/{path.removeprefix('/')}"
        self.facts = HostFeatures(told, packing="beside", headers="server", jobs=JOBS, switches_at_once=True)
        self._connection = Connection(address)
        self._shell = Shell(self._connection, path)
        self._files = Files(self._shell)
        self._state = SshState(self._shell, self._files)
        self._keep = keep
        self._part = ""
        self._stream: Stream | None = None
        self._is_fresh = self._is_resumed = False
        self._built_packed: frozenset[str] = frozenset()
        self._twins = releases.Twins()

    @property
    def state(self) -> SshState:
        """The list of what is live, and whose turn it is."""
        return self._state

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._stream.close()
        with contextlib.suppress(HostError):
            await self._connection.close()

    # -- making a release -----------------------------------------------------------------------------

    async def begin(self, release: Release, bundle: Bundle) -> Collection[str] | None:
        """Make a release of hard links to the files of the one before, or go on with one that was cut short."""
        self._part = releases.part(release.name)
        self._state.building = release.name
        self._is_resumed = release.is_resumed
        self._twins.clear()
        self._built_packed = await asyncio.to_thread(releases.built_packed, bundle)
        meaning = {
            scripts.NO_LINK: f"{releases.CURRENT} {releases.NO_LINK}",
            scripts.NO_RELEASE: f"{self._part}: what an earlier try left there is gone",
        }
        script = scripts.GO_ON if release.is_resumed else scripts.BEGIN
        told = await self._shell.run(script, release.name, patience=LONG_PATIENCE, meaning=meaning)
        self._is_fresh = "fresh" in told.split()
        if self._stream is not None:
            await self._stream.close()
        self._stream = Stream(self._shell, self._part) if "stream" in told.split() else None
        return None

    async def put(self, file: LiveFile, body: Body) -> None:
        """Put a file, and packed copies of a text beside it."""
        path = releases.checked(file.path)
        copies = tuple(releases.copies(path, self._built_packed))
        removes = () if self._is_fresh else (path, *copies)
        if isinstance(body, Path) or self._stream is None:
            await self._put_single(file, body, copies)
            return
        twin = self._twins.of(file)
        if twin is not None:
            with contextlib.suppress(HostError):  # it takes no more links, or is gone: then it is sent
                await self._stream.send(Change(path, removes, tuple(self._links(path, twin))))
                return
        packed = await asyncio.to_thread(self._packed, file, body) if file.served.is_text else {}
        members = (member(path, body), *(member(path + suffix, copy) for suffix, copy in packed.items()))
        await self._stream.send(Change(path, removes, members))
        self._twins.remember(file, packed)

    async def _put_single(self, file: LiveFile, body: Body, copies: Sequence[str]) -> None:
        await self._files.clear_way(self._part, file.path)
        for copy in copies:
            await self._files.remove(f"{self._part}/{copy}")
        await self._files.store(f"{self._part}/{file.path}", body)
        if isinstance(body, bytes):
            packed = await asyncio.to_thread(self._packed, file, body)
            for suffix, packed_body in packed.items():
                await self._files.store(f"{self._part}/{file.path}{suffix}", packed_body)

    def _packed(self, file: LiveFile, body: bytes) -> dict[str, bytes]:
        made = iter_packed(file, body)
        return {suffix: packed for suffix, packed in made if file.path + suffix not in self._built_packed}

    def _links(self, path: str, twin: releases.Twin) -> Sequence[bytes]:
        wanted = [suffix for suffix in twin.suffixes if path + suffix not in self._built_packed]
        return [link(path + suffix, twin.path + suffix) for suffix in ("", *wanted)]

    async def delete(self, path: str) -> None:
        """Remove a file and its packed copies; folders that are empty then go at the end."""
        removes = (releases.checked(path), *releases.copies(path, self._built_packed))
        if self._stream is not None:
            await self._stream.send(Change(path, removes))
            return
        for gone in removes:
            await self._files.remove(f"{self._part}/{gone}")

    async def configure(self, files: Mapping[str, bytes]) -> Sequence[str]:
        """Write a server's configuration where it differs."""
        changed = []
        for name, body in files.items():
            there = b""
            with contextlib.suppress(HostError):  # there is none yet
                there = await self._files.read(releases.checked(name))
            if there != body:
                await self._files.store(name, body)
                changed.append(name)
        return changed

    async def abandon(self, release: Release) -> None:
        """Remove what was begun."""
        await self._shell.run(scripts.ABANDON, release.name, patience=LONG_PATIENCE)

    # -- making it live -------------------------------------------------------------------------------

    async def finish(self, release: Release, bundle: Bundle) -> None:
        """Let the link lead to the new release, and remove those that are older than wanted.

        Everything is on the disk before the link changes: after a power cut the live release is whole. Doing it twice
        does no harm.
        """
        if self._is_resumed:
            await self._remove_strangers(bundle)
        meaning = {
            scripts.NO_RELEASE: f"{self._part}: somebody has removed what was to be live; deploy again",
            **LOST,
        }
        await self._shell.run(
            scripts.FINISH, release.name, self._state.ours, patience=LONG_PATIENCE, meaning=meaning
        )
        await self._switch(release.name)
        try:
            await self._prune()
        except HostError as error:
            told = f"{release.name} is live, but older releases could not be removed: {error}"
            raise HostError(told, may_pass=error.may_pass) from error

    async def _remove_strangers(self, bundle: Bundle) -> None:
        """Remove what a try that was killed has put without being able to note it, and nobody has built any more."""
        with tempfile.TemporaryFile() as there:
            try:
                async for path in self._shell.lines(scripts.PATHS, _name(self._part)):
                    there.write(encoded(path.removeprefix("./")) + b"\n")
            except HostError as error:
                if error.may_pass:
                    raise
                return  # it has its name already
            there.seek(0)
            built = releases.InOrder(bundle.files())
            paths = (decoded(line.removesuffix(b"\n")) for line in there)
            strangers = await asyncio.to_thread(lambda: [path for path in paths if not built.has(path)])
        for path in strangers:
            await self._files.remove(f"{self._part}/{path}")

    async def _switch(self, name: str) -> None:
        before = await self._state.live()
        if before and before != name:
            await self._files.link_to(releases.PREVIOUS, releases.whole(before))
        await self._files.link_to(releases.CURRENT, releases.whole(name))

    async def _prune(self) -> None:
        before = (await self._files.link_of(releases.PREVIOUS)).rpartition("/")[2]
        there = (await self._shell.run(scripts.NAMES)).splitlines()
        gone = releases.superfluous(there, await self._state.live(), before, self._keep)
        if gone:
            await self._shell.run(scripts.REMOVE, *gone, patience=LONG_PATIENCE)

    # -- looking, and going back ----------------------------------------------------------------------

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the files of the live release; packed copies are no files of their own."""
        live = await self._state.live()
        if not live:
            return
        copies: dict[str, int] = {}
        others: set[str] = set()
        async for line in self._shell.lines(scripts.LISTING, live):
            size, _, path = line.partition(" ")
            path = path.removeprefix("./")
            if path.endswith(SUFFIXES):
                copies[path] = int(size)
                continue
            others.add(path)
            yield Listed(path, int(size))
        for path, bytes_ in copies.items():
            if path.rpartition(".")[0] not in others:
                yield Listed(path, bytes_)

    async def read(self, path: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file of the live release. Headers are the server's."""
        return await self._files.read(f"{releases.CURRENT}/{releases.checked(path)}"), {}

    async def keep(self, path: str) -> None:
        """Releases are kept whole."""

    async def restore(self, file: LiveFile, release: str) -> None:
        """Releases are gone back to as a whole."""
        raise HostError(f"{file.path}: go back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the names of the releases that are there, beside the live one."""
        live = await self._state.live()
        names = (await self._shell.run(scripts.NAMES)).splitlines()
        return [name for name in releases.latest_first(names) if name != live]

    async def go_back(self, release: str) -> None:
        """Let the link lead to an earlier release."""
        if release not in {*await self.releases(), await self._state.live()}:
            raise HostError(f"{self._shell.told}/{releases.whole(release)}: there is no such release")
        await self._switch(release)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
