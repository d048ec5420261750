"""What ssh's errors mean to somebody who deploys."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import socket
from collections.abc import Iterable
from types import TracebackType

import asyncssh

from replisite.hosts.common import disk_errors
from replisite.hosts.host import HostError

__all__ = ["Broken", "complaint", "fingerprint", "no_connection", "no_key"]

_LOST = (
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    OSError,
    TimeoutError,
    asyncssh.SFTPConnectionLost,
)


class Broken:
    """Tells that a connection broke while something was done; a next try makes a new one."""

    def __init__(self, server: str) -> None:
        self._server = server

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, TimeoutError):
            raise HostError(f"{self._server}: no answer for too long", may_pass=True) from error
        if isinstance(error, _LOST):
            why = str(error) or type(error).__name__
            raise HostError(f"{self._server}: the connection broke ({why})", may_pass=True) from error


def complaint(place: str, text: str) -> HostError:
    """Return what a program's complaint means; ``place`` is what it was about."""
    lines = [line for line in text.splitlines() if line.strip()]
    said = lines[0].strip() if lines else "it ended without a word"
    number = disk_errors.number_in(text)
    if not number:
        return HostError(f"{place}: {said}")
    meaning, may_pass = disk_errors.told(number, said)
    said = next((line.strip() for line in lines if os.strerror(number) in line), said)
    return HostError(f"{place}: {meaning} ({said})", may_pass=may_pass)


def no_connection(server: str, port: int, error: Exception) -> HostError:
    """Return why there is no connection to a server."""
    text = str(error)
    number = getattr(error, "errno", None)
    if isinstance(error, socket.gaierror):
        told = "no machine of this name is known; mend server in site.toml, or name it in ~/.ssh/config"
        return HostError(f"{server}: {told}", may_pass=number == socket.EAI_AGAIN)
    if isinstance(error, TimeoutError):
        told = f"nobody answers at port {port}; is it the right machine, and does a firewall let us through?"
        return HostError(f"{server}: {told}", may_pass=True)
    if number == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in text:
        told = f"nobody listens at port {port}; is sshd running there, and is it the right port?"
        return HostError(f"{server}: {told}", may_pass=True)
    if isinstance(error, (asyncssh.ProtocolError, asyncssh.ProtocolNotSupported, asyncssh.KeyExchangeFailed)):
        return HostError(f"{server}: port {port} does not speak ssh as we do: {text}")
    if isinstance(error, asyncssh.IllegalUserName):
        return HostError(f"{server}: {text}; mend user in site.toml")
    if isinstance(error, ValueError):  # a key or a configuration that cannot be read
        return HostError(f"{server}: {text}; mend ~/.ssh, or what site.toml says of identity and known_hosts")
    if isinstance(error, FileNotFoundError):
        return HostError(f"{server}: {error.filename}: there is no such key; mend identity in site.toml")
    return HostError(f"{server}: no connection to port {port}: {text or type(error).__name__}", may_pass=True)


def no_key(user: str, server: str, tried: Iterable[str]) -> HostError:
    """Return that the server takes none of our keys."""
    told = ", ".join(tried)
    if told:
        what = f"none of our keys was accepted: {told}"
        then = "put the public half of one into ~/.ssh/authorized_keys there (ssh-copy-id), or name another with identity"
    else:
        what = "we have no key: none in ssh-agent, none in ~/.ssh"
        then = "make one with ssh-keygen, or name one with identity in site.toml"
    return HostError(
        f"{user}@{server}: {what}; {then}. One with a passphrase must be in ssh-agent (ssh-add); a password is never asked for"
    )


def fingerprint(public: bytes) -> str:
    """Return the fingerprint of a public key, as ssh-keygen -l tells it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).rstrip(b"=").decode()
