"""What ssh's errors mean for a deploy."""

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

__all__ = ["ConnectionErrors", "fingerprint", "no_connection", "no_key", "program_error"]

_LOST = (
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    OSError,
    TimeoutError,
    asyncssh.SFTPConnectionLost,
)


class ConnectionErrors:
    """A context manager that raises a broken connection as a HostError; a retry makes a new connection."""

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


def program_error(subject: str, text: str) -> HostError:
    """Return the error that a program's message means; ``subject`` is the file or folder that it is about."""
    lines = [line for line in text.splitlines() if line.strip()]
    message = lines[0].strip() if lines else "the program failed without a message"
    number = disk_errors.number_in(text)
    if not number:
        return HostError(f"{subject}: {message}")
    meaning, may_pass = disk_errors.meaning_of(number, message)
    message = next((line.strip() for line in lines if os.strerror(number) in line), message)
    return HostError(f"{subject}: {meaning} ({message})", may_pass=may_pass)


def no_connection(server: str, port: int, error: Exception) -> HostError:
    """Return why there is no connection to a server."""
    text = str(error)
    number = getattr(error, "errno", None)
    if isinstance(error, socket.gaierror):
        what = "no machine of this name is known; correct server in site.toml, or name it in ~/.ssh/config"
        return HostError(f"{server}: {what}", may_pass=number == socket.EAI_AGAIN)
    if isinstance(error, TimeoutError):
        what = f"port {port} does not answer; check the name of the machine, and its firewall"
        return HostError(f"{server}: {what}", may_pass=True)
    if number == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in text:
        what = f"no server listens at port {port}; check that sshd runs there, and that the port is right"
        return HostError(f"{server}: {what}", may_pass=True)
    if isinstance(error, (asyncssh.ProtocolError, asyncssh.ProtocolNotSupported, asyncssh.KeyExchangeFailed)):
        return HostError(f"{server}: the server at port {port} has no common version of ssh: {text}")
    if isinstance(error, asyncssh.IllegalUserName):
        return HostError(f"{server}: {text}; correct user in site.toml")
    if isinstance(error, ValueError):  # a key or a configuration that cannot be read
        return HostError(f"{server}: {text}; fix ~/.ssh, or identity and known_hosts in site.toml")
    if isinstance(error, FileNotFoundError):
        return HostError(f"{server}: {error.filename}: there is no such key; correct identity in site.toml")
    return HostError(f"{server}: no connection to port {port}: {text or type(error).__name__}", may_pass=True)


def no_key(user: str, server: str, tried: Iterable[str]) -> HostError:
    """Return the error of a server that accepts none of our keys."""
    keys = ", ".join(tried)
    if keys:
        what = f"none of these keys was accepted: {keys}"
        then = "put the public half of one into ~/.ssh/authorized_keys there (ssh-copy-id), or name another with identity"
    else:
        what = "there is no key in ssh-agent or in ~/.ssh"
        then = "make one with ssh-keygen, or name one with identity in site.toml"
    return HostError(
        f"{user}@{server}: {what}; {then}. A key with a passphrase must be in ssh-agent (ssh-add); replisite never asks for a password"
    )


def fingerprint(public: bytes) -> str:
    """Return the fingerprint of a public key, as ssh-keygen -l writes it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(public).digest()).rstrip(b"=").decode()
