"""Scripts that the other machine's shell runs.

A script comes by its standard input, with its values as quoted words. The command line is always the same few words, which
every login shell understands; no name of a file is ever part of it.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator, Mapping
from typing import Final

from replisite.hosts.host import HostError
from replisite.hosts.ssh.connection import Connection
from replisite.hosts.ssh.errors import Broken, complaint

__all__ = ["Shell", "decoded", "encoded"]

COMMAND: Final = "sh -c 'eval \"$(cat)\"'"
_BEFORE: Final = "LC_ALL=C; export LC_ALL; umask 022; CDPATH=; "

PATIENCE: Final = 60.0
"""Seconds for what does not depend on how large a site is."""

LONG_PATIENCE: Final = 1_800.0
"""Seconds for what walks through a whole release, or waits for a disk."""


class Shell:
    """The shell of the machine at the other end of a connection; its scripts begin in the folder ``root``."""

    def __init__(self, connection: Connection, root: str) -> None:
        self.connection = connection
        self.root = root if root.startswith("/") else f"./{root.removeprefix('~/')}"
        self.told = f"{connection.address.server}:{root}"

    async def run(
        self, script: str, *values: str, patience: float = PATIENCE, meaning: Mapping[int, str] | None = None
    ) -> str:
        """Run a script, and return what it wrote. ``$1`` is the root, the values begin with ``$2``.

        Raises HostError if it ends with another status than 0; ``meaning`` says what some of them mean.
        """
        process = await self.connection.start(COMMAND)
        with Broken(self.connection.address.server):
            async with asyncio.timeout(patience), process:
                written, complained = await process.communicate(self._script(script, values))
        if process.exit_status == 0:
            return decoded(written)
        if process.exit_status is None or process.exit_status < 0:
            raise HostError(f"{self.told}: the connection broke", may_pass=True)
        if meaning and process.exit_status in meaning:
            raise HostError(f"{self.told}/{meaning[process.exit_status]}")
        raise complaint(self.told, decoded(complained))

    async def lines(self, script: str, *values: str) -> AsyncIterator[str]:
        """Run a script, and stream the lines that it writes."""
        process = await self.connection.start(COMMAND)
        with Broken(self.connection.address.server):
            async with process:
                process.stdin.write(self._script(script, values))
                process.stdin.write_eof()
                while line := await process.stdout.readline():
                    yield decoded(line.removesuffix(b"\n"))
                complained = await process.stderr.read()
                await process.wait_closed()
        if process.exit_status != 0:
            raise complaint(self.told, decoded(complained))

    def _script(self, script: str, values: tuple[str, ...]) -> bytes:
        words = " ".join(shlex.quote(value) for value in (self.root, *values))
        return encoded(f"{_BEFORE}set -- {words}\n{script}")


def encoded(text: str) -> bytes:
    """Return a name as the other machine's disk has it."""
    return text.encode("utf-8", "surrogateescape")


def decoded(text: bytes) -> str:
    """Return a name of the other machine's disk."""
    return text.decode("utf-8", "surrogateescape")
