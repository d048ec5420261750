"""The host in memory keeps the contract."""

from __future__ import annotations

import pytest

from replisite.hosts import Host, MemoryHost, MemoryState
from tests.hosts.contract import HostContract, Place, Visited


class Shelf:
    """One memory for every host that is made."""

    def __init__(self) -> None:
        self._host = MemoryHost()

    def host(self) -> Host:
        """Return a host that shares what is live with the others."""
        other = MemoryHost()
        other.live, other.backups = self._host.live, self._host.backups
        assert other.state is not None
        assert self._host.state is not None
        other.state.share(self._host.state)
        return other

    def visit(self, path: str) -> Visited:
        """Return what is live."""
        if path not in self._host.live:
            return 404, {}, b""
        body, headers = self._host.live[path]
        return 200, headers, body


class TestMemory(HostContract):
    """The suite over memory."""

    @pytest.fixture
    def place(self) -> Shelf:
        """An empty shelf."""
        return Shelf()

    def damage_list(self, place: Place, damage: str) -> None:
        """In memory."""
        state = place.host().state
        assert isinstance(state, MemoryState)
        if damage == "gone":
            del state.files["live"]
        else:
            state.files["live"] = b"damaged"
