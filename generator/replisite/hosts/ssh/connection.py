"""The connection: ssh's own configuration, keys and agent; made again where it was lost."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncssh

from replisite.hosts.host import HostError
from replisite.hosts.ssh.errors import ConnectionErrors, fingerprint, no_connection, no_key
from replisite.hosts.ssh.host_keys import HostKeys, known_hosts_files

__all__ = ["Address", "Connection"]

CONNECT_SECONDS: Final = 20
ALIVE_SECONDS, ALIVE_TIMES = 15, 3
"""A server that has not answered three requests in a row, 15 seconds apart, is gone."""

_CONFIGURATION = ("~/.ssh/config", "/etc/ssh/ssh_config")


_FAST: Final = "aes128-gcm@openssh.com,aes256-gcm@openssh.com"
"""Ciphers that take one call a packet, preferred to the others."""


@dataclass(frozen=True, slots=True)
class Address:
    """The server's address and our user there; empty fields are as in ssh's own configuration."""

    server: str
    user: str = ""
    port: int = 0
    identity: str = ""
    known_hosts: str = ""


class _Client(asyncssh.SSHClient):
    """Refuses every server whose key is not known, and stores the key that it showed."""

    def __init__(self, keys: HostKeys) -> None:
        self._keys = keys

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002 - asyncssh's
        self._keys.shown = key
        return False

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002 - asyncssh's
        self._keys.shown = key
        return False


class Connection:
    """One connection, opened when it is first needed and whenever it was lost."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._open: asyncssh.SSHClientConnection | None = None
        self._opening: asyncio.Task[asyncssh.SSHClientConnection] | None = None
        self._sftp: asyncssh.SFTPClient | None = None

    async def opened(self) -> asyncssh.SSHClientConnection:
        """Return the open connection. Calls at the same time wait for the same connection, or raise the same error."""
        if self._open is None or self._open.is_closed():
            if self._opening is None or self._opening.done():
                self._open = self._sftp = None
                self._opening = asyncio.create_task(_connect(self.address))
            self._open = await asyncio.shield(self._opening)
        return self._open

    async def sftp(self) -> asyncssh.SFTPClient:
        """Return the client for files."""
        connection = await self.opened()
        if self._sftp is None:
            with ConnectionErrors(self.address.server):
                self._sftp = await connection.start_sftp_client(path_errors="surrogateescape")
        return self._sftp

    async def start(self, command: str) -> asyncssh.SSHClientProcess[bytes]:
        """Start a program."""
        connection = await self.opened()
        with ConnectionErrors(self.address.server):
            return await connection.create_process(command, encoding=None, request_pty=False)

    async def close(self) -> None:
        """Close it."""
        if self._opening is not None and not self._opening.done():
            self._opening.cancel()
        if self._open is not None:
            self._open.close()
            with ConnectionErrors(self.address.server):
                await self._open.wait_closed()
        self._open = self._sftp = None


async def _connect(address: Address) -> asyncssh.SSHClientConnection:
    settings = _settings(address)
    try:
        options = asyncssh.SSHClientConnectionOptions(host=address.server, **settings)
    except (ValueError, OSError) as error:
        raise no_connection(address.server, address.port or 22, error) from error
    keys = HostKeys(known_hosts_files(address.known_hosts, options.known_hosts))
    settings["known_hosts"] = keys
    if not options.config.get("Ciphers"):
        settings["encryption_algs"] = f"^{_FAST}"
    port = int(options.port)
    try:
        return await asyncssh.connect(
            host=address.server, client_factory=lambda: _Client(keys), options=None, **settings
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise keys.refused(address.server, port) from error
    except asyncssh.KeyExchangeFailed as error:
        if "host key" in str(error).lower():
            raise keys.refused(address.server, port) from error
        raise no_connection(address.server, port, error) from error
    except asyncssh.PermissionDenied as error:
        tried = [key async for key in _tried(options)]
        raise no_key(options.username, address.server, tried) from error
    except (asyncssh.Error, OSError, ValueError) as error:
        raise no_connection(address.server, port, error) from error


def _settings(address: Address) -> dict[str, Any]:
    configuration = [Path(file).expanduser() for file in _CONFIGURATION]
    settings: dict[str, Any] = {
        "config": [str(file) for file in configuration if os.access(file, os.R_OK)],
        "connect_timeout": CONNECT_SECONDS,
        "login_timeout": CONNECT_SECONDS,
        "keepalive_interval": ALIVE_SECONDS,
        "keepalive_count_max": ALIVE_TIMES,
        "password_auth": False,
        "kbdint_auth": False,
        "preferred_auth": "publickey",
        "ignore_encrypted": True,
        "agent_forwarding": False,
        "command": None,
    }
    if address.user:
        settings["username"] = address.user
    if address.port:
        settings["port"] = address.port
    if address.identity:
        identity = Path(address.identity).expanduser()
        if not identity.is_file():
            raise HostError(
                f"{address.server}: {identity}: there is no such key; correct identity in site.toml"
            )
        settings["client_keys"] = [str(identity)]
    return settings


async def _tried(options: asyncssh.SSHClientConnectionOptions) -> AsyncIterator[str]:
    """Stream the fingerprints of the keys that the server was offered, and their origin."""
    for key in _named(options.client_keys or ()):
        yield key
    if options.agent_path:
        try:
            async with asyncssh.connect_agent(options.agent_path) as agent:
                for key in _named(await agent.get_keys()):
                    yield f"{key} in ssh-agent"
        except (OSError, ValueError, asyncssh.Error):
            return


def _named(pairs: Iterable[asyncssh.SSHKeyPair]) -> list[str]:
    return [f"{fingerprint(pair.public_data)} ({pair.get_comment() or 'no comment'})" for pair in pairs]
