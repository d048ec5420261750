"""A folder on another machine keeps the contract; the server is Debian's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from replisite.hosts import Host
from replisite.hosts.ssh import Address, SshHost
from tests.hosts.contract import HostContract, Place
from tests.servers import Sshd, sshd

__all__ = ["sshd"]


class Machine:
    """A folder on a server, looked at where it really is."""

    visit = None

    def __init__(self, server: Sshd, root: Path, keep: int = 3) -> None:
        self.server, self.root, self.keep = server, root, keep

    def host(self) -> Host:
        """Return a host."""
        server = self.server
        address = Address(
            "127.0.0.1", server.user, server.port, str(server.identity), str(server.known_hosts)
        )
        return SshHost(address, str(self.root), self.keep)


class TestSsh(HostContract):
    """The suite over a server."""

    @pytest.fixture
    def place(self, sshd: Sshd, tmp_path: Path) -> Machine:
        """A folder that is not there yet."""
        return Machine(sshd, tmp_path / "srv/w w'w")

    def tamper(self, place: Place) -> None:
        """In the live release."""
        assert isinstance(place, Machine)
        current = place.root / "current"
        (current / "jane/index.html").unlink()
        (current / "jane/index.html").write_text("changed by hand")
        (current / "by-hand.html").write_text("changed by hand")
        (current / "theme/leaf.png").unlink()
