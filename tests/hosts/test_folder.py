"""A folder keeps the contract, and switches at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from replisite.hosts import Host
from replisite.hosts.folder import FolderHost
from tests.hosts.contract import HostContract, Place


class Www:
    """A folder that nobody serves."""

    visit = None

    def __init__(self, root: Path) -> None:
        self.root = root

    def host(self) -> Host:
        """Return a host."""
        return FolderHost(self.root)


class TestFolder(HostContract):
    """The suite over a folder."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Www:
        """A folder that is not there yet."""
        return Www(tmp_path / "srv/www")

    def tamper(self, place: Place) -> None:
        """In the live release."""
        assert isinstance(place, Www)
        current = place.root / "current"
        (current / "jane/index.html").unlink()
        (current / "jane/index.html").write_text("changed by hand")
        (current / "by-hand.html").write_text("changed by hand")
        (current / "theme/leaf.png").unlink()

    def damage_list(self, place: Place, damage: str) -> None:
        """That of the live release."""
        assert isinstance(place, Www)
        (listed,) = (place.root / "releases").glob("*.live")
        if damage == "gone":
            listed.unlink()
        else:
            listed.write_bytes(b"damaged")
