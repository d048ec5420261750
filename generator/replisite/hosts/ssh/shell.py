"""The other machine's shell, which runs scripts.

A script is sent to its standard input, with its values as quoted words. The command line is always the same few words,
which every login shell understands; no file name is ever part of it.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator, Mapping
from typing import Final

from replisite.hosts.host import HostError
from replisite.hosts.ssh.connection import Connection
from replisite.hosts.ssh.errors import ConnectionErrors, program_error

__all__ = ["Shell", "decoded", "encoded"]

COMMAND: Final = "sh -c 'eval \"$(cat)\"'"
_BEFORE: Final = "LC_ALL=C; export LC_ALL; umask 022; CDPATH=; "

PATIENCE: Final = 60.0
"""Seconds for scripts whose time does not depend on the size of a site."""

LONG_PATIENCE: Final = 1_800.0
"""Seconds for scripts that walk through a whole release, or wait for a disk."""


class Shell:
    """The shell of the machine at the other end of a connection; its scripts begin in the folder ``root``."""

    def __init__(self, connection: Connection, root: str) -> None:
        self.connection = connection
        self.root = root if root.startswith("/") else f"./{root.removeprefix('~/')}"
        self.label = f"{connection.address.server}:{root}"

    async def run(
        self, script: str, *values: str, patience: float = PATIENCE, meaning: Mapping[int, str] | None = None
    ) -> str:
        """Run a script, and return its output. ``$1`` is the root, the values begin with ``$2``.

        Raises HostError if its exit status is not 0; ``meaning`` has the messages of some statuses.
        """
        process = await self.connection.start(COMMAND)
        with ConnectionErrors(self.connection.address.server):
            async with asyncio.timeout(patience), process:
                output, errors = await process.communicate(self._script(script, values))
        if process.exit_status == 0:
            return decoded(output)
        if process.exit_status is None or process.exit_status < 0:
            raise HostError(f"{self.label}: the connection broke", may_pass=True)
        if meaning and process.exit_status in meaning:
            raise HostError(f"{self.label}/{meaning[process.exit_status]}")
        raise program_error(self.label, decoded(errors))

    async def lines(self, script: str, *values: str) -> AsyncIterator[str]:
        """Run a script, and stream the lines of its output."""
        process = await self.connection.start(COMMAND)
        with ConnectionErrors(self.connection.address.server):
            async with process:
                process.stdin.write(self._script(script, values))
                process.stdin.write_eof()
                while line := await process.stdout.readline():
                    yield decoded(line.removesuffix(b"\n"))
                errors = await process.stderr.read()
                await process.wait_closed()
        if process.exit_status != 0:
            raise program_error(self.label, decoded(errors))

    def _script(self, script: str, values: tuple[str, ...]) -> bytes:
        words = " ".join(shlex.quote(value) for value in (self.root, *values))
        return encoded(f"{_BEFORE}set -- {words}\n{script}")


def encoded(text: str) -> bytes:
    """Return a path in the encoding of the other machine's disk."""
    return text.encode("utf-8", "surrogateescape")


def decoded(text: bytes) -> str:
    """Return the path of a name on the other machine's disk."""
    return text.decode("utf-8", "surrogateescape")
