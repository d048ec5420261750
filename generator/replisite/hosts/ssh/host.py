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
"""How many files the batches hold that are sent at the same time."""


class SshHost:
    """Makes releases below ``path`` on a server and stores the ``keep`` latest of them, the live one among them.

    A ``path`` that does not begin with a slash is below the user's home.
    """

    def __init__(self, address: Address, path: str, keep: int = 3) -> None:
        user = f"{address.user}@" if address.user else ""
        port = f":{address.port}" if address.port else ""
        label = f"ssh://{user}{address.server}{port}/{path.removeprefix('/')}"
        self.features = HostFeatures(
            label, packing="beside", headers="server", jobs=JOBS, switches_at_once=True
        )
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
        """The lists of the releases, and the lock."""
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
        """Make a release of hard links to the files of the one before, or continue one that was cut short."""
        self._part = releases.part(release.name)
        self._state.building = release.name
        self._is_resumed = release.is_resumed
        self._twins.clear()
        self._built_packed = await asyncio.to_thread(releases.built_packed, bundle)
        meaning = {
            scripts.NO_LINK: f"{releases.CURRENT} {releases.NO_LINK}",
            scripts.NO_RELEASE: f"{self._part}: the release that was cut short is gone",
        }
        script = scripts.GO_ON if release.is_resumed else scripts.BEGIN
        output = await self._shell.run(script, release.name, patience=LONG_PATIENCE, meaning=meaning)
        self._is_fresh = "fresh" in output.split()
        if self._stream is not None:
            await self._stream.close()
        self._stream = Stream(self._shell, self._part) if "stream" in output.split() else None
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
            with contextlib.suppress(HostError):  # the twin takes no more links, or is gone: the file is sent
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
        copies = iter_packed(file, body)
        return {suffix: packed for suffix, packed in copies if file.path + suffix not in self._built_packed}

    def _links(self, path: str, twin: releases.Twin) -> Sequence[bytes]:
        suffixes = [suffix for suffix in twin.suffixes if path + suffix not in self._built_packed]
        return [link(path + suffix, twin.path + suffix) for suffix in ("", *suffixes)]

    async def delete(self, path: str) -> None:
        """Remove a file and its packed copies; `finish` removes empty folders."""
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
            present = b""
            with contextlib.suppress(HostError):  # there is none yet
                present = await self._files.read(releases.checked(name))
            if present != body:
                await self._files.store(name, body)
                changed.append(name)
        return changed

    async def abandon(self, release: Release) -> None:
        """Remove the release that was begun."""
        await self._shell.run(scripts.ABANDON, release.name, patience=LONG_PATIENCE)

    # -- making it live -------------------------------------------------------------------------------

    async def finish(self, release: Release, bundle: Bundle) -> None:
        """Point the link at the new release, and remove the oldest releases.

        Everything is on the disk before the link changes: after a power cut the live release is whole. A second call does
        no harm.
        """
        if self._is_resumed:
            await self._remove_strangers(bundle)
        meaning = {
            scripts.NO_RELEASE: f"{self._part}: the new release has been removed; deploy again",
            **LOST,
        }
        await self._shell.run(
            scripts.FINISH, release.name, self._state.ours, patience=LONG_PATIENCE, meaning=meaning
        )
        await self._switch(release.name)
        try:
            await self._prune()
        except HostError as error:
            message = f"{release.name} is live, but older releases could not be removed: {error}"
            raise HostError(message, may_pass=error.may_pass) from error

    async def _remove_strangers(self, bundle: Bundle) -> None:
        """Remove files that a deploy put without recording them before it was killed, and that are not built any more."""
        with tempfile.TemporaryFile() as listing:
            try:
                async for path in self._shell.lines(scripts.PATHS, _name(self._part)):
                    listing.write(encoded(path.removeprefix("./")) + b"\n")
            except HostError as error:
                if error.may_pass:
                    raise
                return  # the release has its name already
            listing.seek(0)
            built = releases.InOrder(bundle.files())
            paths = (decoded(line.removesuffix(b"\n")) for line in listing)
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
        names = (await self._shell.run(scripts.NAMES)).splitlines()
        gone = releases.superfluous(names, await self._state.live(), before, self._keep)
        if gone:
            await self._shell.run(scripts.REMOVE, *gone, patience=LONG_PATIENCE)

    # -- reading, and rolling back --------------------------------------------------------------------

    async def listing(self) -> AsyncIterator[Listed]:
        """Stream the files of the live release, without packed copies."""
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

    async def back_up(self, path: str) -> None:
        """Do nothing: whole releases are stored."""

    async def restore(self, path: str, release: str) -> None:
        """Raise HostError: a rollback makes a whole release live."""
        raise HostError(f"{path}: the host rolls back to {release} as a whole")

    async def releases(self) -> Sequence[str]:
        """Return the names of the stored releases, without the live one."""
        live = await self._state.live()
        names = (await self._shell.run(scripts.NAMES)).splitlines()
        return [name for name in releases.latest_first(names) if name != live]

    async def roll_back(self, release: str) -> None:
        """Point the link at an earlier release."""
        if release not in {*await self.releases(), await self._state.live()}:
            raise HostError(f"{self._shell.label}/{releases.whole(release)}: there is no such release")
        await self._switch(release)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
