"""A folder keeps the contract, and switches at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from replisite.errors import PartlyDeployed
from replisite.hosts import Host, HostError
from replisite.hosts.folder.host import FolderHost
from tests.deploy.built import FIRST, Built
from tests.hosts.releases_contract import Folder, ReleasesContract, live_files
from tests.real_servers import a_small_disk


class Www:
    """A folder that is looked into where it is."""

    visit = None

    def __init__(self, root: Path, keep: int = 3) -> None:
        self.root, self.keep = root, keep

    def host(self) -> Host:
        """Return a host."""
        return FolderHost(self.root, self.keep)


class TestFolder(ReleasesContract):
    """The suite over a folder."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Www:
        """A folder that is not there yet."""
        return Www(tmp_path / "srv/www")

    def described(self, place: Folder, built: Built) -> str:
        return (
            "from pathlib import Path\n"
            "from replisite.hosts.folder.host import FolderHost\n"
            "from tests.deploy.built import Built\n"
            f"built, host = Built(Path({str(built.site.root)!r})), FolderHost(Path({str(place.root)!r}))\n"
        )

    def test_the_lock_of_a_running_deploy_cannot_be_taken_over(self, place: Folder) -> None:
        """A lock of the system's ends with its process, so whoever has it is at it."""

        async def both() -> None:
            async with place.host() as first, place.host() as second:
                assert first.state is not None
                assert second.state is not None
                assert await first.state.take_lock("ann@office", "r1") is None
                with pytest.raises(
                    HostError,
                    match=r"^ann@office is deploying to this target, and its lock cannot be taken over$",
                ):
                    await second.state.take_lock("bob@shed", "r2", force=True)

        asyncio.run(both())

    def test_a_full_disk(self, built: Built, tmp_path: Path) -> None:
        """Is told, what is live stays, and when there is room the deploy goes on."""
        with a_small_disk(tmp_path / "disk", "4m") as disk:
            place = Www(disk / "www")
            built.write(FIRST)
            built.deploy(place.host())
            (disk / "other").write_bytes(bytes(2 << 20))
            built.write({**FIRST, "film.mp4": bytes(3 << 20)})
            with pytest.raises(PartlyDeployed, match=r"film\.mp4: the disk is full; free some space") as told:
                built.deploy(place.host())
            assert str(disk) in str(told.value)
            assert live_files(place.root) == FIRST
            (disk / "other").unlink()
            assert built.deploy(place.host()).is_resumed
            assert len(live_files(place.root)) == len(FIRST) + 1
