"""The socket that a preview listens on, and the addresses by which it is reached."""

from __future__ import annotations

import contextlib
import errno
import socket

from replisite.errors import UsageError
from replisite.preview.addresses import LOCAL

__all__ = ["DEFAULT_PORT", "accepted_hosts", "listening_socket", "local_host", "public_url"]

DEFAULT_PORT = 8000

PORTS_TRIED = 50
"""How many ports are tried, from the first one on."""

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", LOCAL})
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - it is compared


def listening_socket(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens. ``port`` is None for the first free one from DEFAULT_PORT on.

    Raises UsageError if the port is in use, with the next free one, or if this machine does not have the host.
    """
    first = DEFAULT_PORT if port is None else port
    for candidate in range(first, first + PORTS_TRIED):
        listening = _bound(host, candidate)
        if listening is None:
            continue
        if candidate != first and port is not None:
            listening.close()
            raise UsageError(f"port {first} is in use; the next free one is {candidate}: --port {candidate}")
        return listening
    raise UsageError(f"no port from {first} to {first + PORTS_TRIED - 1} is free; choose another with --port")


def _bound(host: str, port: int) -> socket.socket | None:
    """Return a listening socket, or None if the port is in use."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(f"--host {host}: {error.strerror or error}; use 127.0.0.1 or 0.0.0.0") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            return None
        raise UsageError(f"--host {host}: {error.strerror}; use 127.0.0.1 or 0.0.0.0") from error
    return listening


def local_host(host: str) -> str:
    """Return the host of the address that is shown to the user of this machine.

    >>> local_host("0.0.0.0"), local_host("192.0.2.7")
    ('localhost', '192.0.2.7')
    """
    return LOCAL if host in _THIS_MACHINE | _EVERY_ADDRESS else host


def public_url(host: str, port: int) -> str:
    """Return the address for other devices; ``""`` if the preview listens on this machine only.

    >>> public_url("127.0.0.1", 8000), public_url("192.0.2.7", 8000), public_url("2001:db8::7", 8000)
    ('', 'http://192.0.2.7:8000', 'http://[2001:db8::7]:8000')
    """
    if host in _THIS_MACHINE:
        return ""
    address = _outward_address() if host in _EVERY_ADDRESS else host
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def accepted_hosts(host: str) -> list[str]:
    """Return the names that a request may address, as patterns of Starlette's TrustedHostMiddleware."""
    local = [LOCAL, f"*.{LOCAL}", "127.0.0.1", "[::1]", "::1"]
    return local if host in _THIS_MACHINE else [*local, *_own_names(host)]


def _own_names(host: str) -> list[str]:
    """Return the names and numbers by which other devices may call this machine."""
    name = socket.gethostname()
    names = {host, name, f"{name}.local", _outward_address()}
    with contextlib.suppress(OSError):
        names |= {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    return sorted(names)


def _outward_address() -> str:
    """Return the address from which this machine reaches others; nothing is sent."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737)
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
