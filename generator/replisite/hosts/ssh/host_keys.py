"""The server's key, which is always checked against the known keys; the check cannot be turned off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import asyncssh

from replisite.hosts.host import HostError

__all__ = ["HostKeys", "known_hosts_files"]

_Known = tuple[
    Sequence[asyncssh.SSHKey],
    Sequence[asyncssh.SSHKey],
    Sequence[asyncssh.SSHKey],
    Sequence[object],
    Sequence[object],
    Sequence[object],
    Sequence[object],
]


def known_hosts_files(named: str, configured: object) -> list[Path]:
    """Return the files of known keys: the target's, or those of ssh's configuration, or ssh's own.

    A configuration that turns the check off (``UserKnownHostsFile none``) has no effect.
    """
    if named:
        return [Path(named).expanduser()]
    if isinstance(configured, (list, tuple)) and configured:
        return [Path(str(file)).expanduser() for file in configured]
    return [Path("~/.ssh/known_hosts").expanduser(), Path("/etc/ssh/ssh_known_hosts")]


class HostKeys:
    """The known keys, as asyncssh asks for them; stores its question, to explain why a server was refused."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        there = [str(file) for file in files if file.is_file()]
        try:
            self._all = asyncssh.read_known_hosts(there)
        except (ValueError, OSError) as error:
            raise HostError(f"{', '.join(there)}: {error}; fix the file of known hosts") from error
        self._known: Sequence[asyncssh.SSHKey] = ()
        self._revoked: Sequence[asyncssh.SSHKey] = ()
        self._name = ""
        self.shown: asyncssh.SSHKey | None = None

    def __call__(self, host: str, address: str, port: int | None) -> _Known:
        """Return the known keys of a host."""
        known: _Known = asyncssh.match_known_hosts(self._all, host, address, port)
        self._known, self._revoked = known[0], known[2]
        self._name = host if port is None else f"[{host}]:{port}"
        return known

    def refused(self, server: str, port: int) -> HostError:
        """Return why a server's key was refused, and what to do."""
        file = self._files[0]
        shown = _label(self.shown) if self.shown is not None else "one of another kind"
        learn = f"ssh-keyscan -p {port} {server} >> {file}"
        if self.shown is not None and self.shown in self._revoked:
            return HostError(f"{server}: its host key {shown} was revoked in {file}; do not connect")
        if self._known:
            known = ", ".join(_label(key) for key in _distinct(self._known))
            return HostError(
                f"{server}: its host key has changed: it shows {shown}, but {known} is known; an attacker may answer in "
                f"its place. If its administrator confirms the new key, remove the old one with ssh-keygen -R '{self._name}' -f "
                f"{file}, then add the new one with {learn}"
            )
        return HostError(
            f"{server}: its host key is not known: {shown}. If its administrator confirms this fingerprint, add the key with {learn}"
        )


def _label(key: asyncssh.SSHKey) -> str:
    return f"{key.get_fingerprint()} ({key.get_algorithm()})"


def _distinct(keys: Iterable[asyncssh.SSHKey]) -> list[asyncssh.SSHKey]:
    return list({key.public_data: key for key in keys}.values())
