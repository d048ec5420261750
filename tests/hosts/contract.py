"""What every host must do: one suite, run on each host with its real server.

A subclass gives the fixture ``place``: something with ``host()``, which makes a new `Host` for the same place as another
machine would, and ``visit(path)``, which fetches as a visitor does and returns (status, headers in small letters, body
unpacked). ``visit`` is None where nobody serves.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from replisite.errors import DeployError, PartlyDeployed
from replisite.hosts import Body, Host, HostError
from replisite.model.live_files import CachePolicy, LiveFile, served
from tests.deploy.built import FIRST, SECOND, Built

__all__ = ["CutShort", "HostContract", "Place", "cut_after"]

Visited = tuple[int, Mapping[str, str], bytes]


class Place(Protocol):
    """A place that a host deploys to."""

    visit: Callable[[str], Visited] | None

    def host(self) -> Host:
        """Return a host for it, new and unopened."""
        ...


class CutShort(BaseException):
    """Stands for a process that was killed."""


def cut_after(host: Host, steps: int, *, is_done: bool = False) -> Host:
    """Let a host die after so many files, at the next one: before anything is done, or when it ``is_done``."""
    left = steps

    def counted(act: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def counting(*given: Any) -> None:
            nonlocal left
            if left == 0 and is_done:
                await act(*given)
            if left == 0:
                raise CutShort
            left -= 1
            await act(*given)

        return counting

    host.put = counted(host.put)  # type: ignore[method-assign]
    host.delete = counted(host.delete)  # type: ignore[method-assign]
    return host


class HostContract:
    """The suite. ``reason_of_missing`` is *new* where a place that was changed by hand has no list any more."""

    reason_of_missing = "missing"

    @pytest.fixture
    def built(self, tmp_path: Path) -> Built:
        """A site, not built yet."""
        return Built(tmp_path / "site")

    def test_everything_is_live(self, place: Place, built: Built) -> None:
        """As it was built, with its type, and nothing is sent again."""
        built.write(FIRST)
        done = built.deploy(place.host())
        assert (done.is_live, done.puts, done.deletes) == (True, len(FIRST), 0)
        self.check(place, FIRST)
        again = built.deploy(place.host())
        assert (again.is_live, again.puts, again.reasons) == (False, 0, {})

    def test_what_differs_is_sent(self, place: Place, built: Built) -> None:
        """New pages, changed ones, and what is gone is gone; for each there is a reason."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        done = built.deploy(place.host())
        assert done.reasons == {"content": 3, "gone": 2, "new": 2}
        self.check(place, SECOND, gone=FIRST.keys() - SECOND.keys())
        assert built.deploy(place.host()).reasons == {}

    def test_a_machine_that_has_never_deployed_reads_the_list(
        self, place: Place, built: Built, tmp_path: Path
    ) -> None:
        """The list lies beside the sites."""
        if place.host().state is None:
            pytest.skip("the host keeps its own list")
        built.write(FIRST)
        built.deploy(place.host())
        other = Built(tmp_path / "other")
        other.write(FIRST)
        assert other.deploy(place.host()).reasons == {}

    @pytest.mark.parametrize("steps", [0, 1, 5, 8])
    def test_a_deploy_that_was_cut_short_goes_on(self, place: Place, built: Built, steps: int) -> None:
        """The next run ends as if nothing had happened."""
        built.write(FIRST)
        with pytest.raises(CutShort):
            built.deploy(cut_after(place.host(), steps), jobs=1)
        self.check(place, {}) if place.host().features.switches_at_once else None
        assert built.deploy(place.host()).is_live
        self.check(place, FIRST)

    @pytest.mark.parametrize("steps", [0, 1, 3, 5, 6])
    def test_a_change_that_was_cut_short_goes_on(self, place: Place, built: Built, steps: int) -> None:
        """Also when what was built is another by then."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write({**SECOND, "wrong/index.html": b"This should not have gone out.\n"})
        with pytest.raises(CutShort):
            built.deploy(cut_after(place.host(), steps), jobs=1)
        built.write(SECOND)
        built.deploy(place.host())
        self.check(place, SECOND, gone={*(FIRST.keys() - SECOND.keys()), "wrong/index.html"})
        assert built.deploy(place.host()).reasons == {}

    @pytest.mark.parametrize("steps", range(7))
    def test_the_last_step_was_not_recorded(self, place: Place, built: Built, steps: int) -> None:
        """It was done, and the process was killed before it recorded it; the next build is as before."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write({**SECOND, "wrong/index.html": b"This should not have gone out.\n"})
        with pytest.raises(CutShort):
            built.deploy(cut_after(place.host(), steps, is_done=True), jobs=1)
        built.write(FIRST)
        built.deploy(place.host())
        self.check(place, FIRST, gone={*(SECOND.keys() - FIRST.keys()), "wrong/index.html"})
        assert built.deploy(place.host()).reasons == {}

    def test_one_at_a_time(self, place: Place, built: Built) -> None:
        """The second deploy gets the owner of the lock."""
        host = place.host()
        if host.state is None:
            pytest.skip("the host takes whole snapshots, one after the other")
        built.write(FIRST)

        async def both() -> None:
            async with place.host() as first, place.host() as second:
                assert first.state is not None
                assert second.state is not None
                assert await first.state.take_lock("ann@office", "r1") is None
                other = await second.state.take_lock("bob@shed", "r2")
                assert other is not None
                assert (other.owner, other.release) == ("ann@office", "r1")
                assert 0 <= other.age < 60
                await first.state.renew_lock()
                await second.state.release_lock()  # it is not theirs
                assert await second.state.take_lock("bob@shed", "r2") is not None
                with pytest.raises(DeployError, match="ann@office"):
                    await asyncio.to_thread(built.deploy, place.host())
                await first.state.release_lock()
                assert await second.state.take_lock("bob@shed", "r2") is None
                await second.state.release_lock()

        asyncio.run(both())
        assert built.deploy(place.host()).is_live

    def test_a_change_by_hand_is_found(self, place: Place, built: Built) -> None:
        """With --refresh: a file that is gone, one that changed, and one that was not built."""
        if place.host().state is None:
            pytest.skip("the host takes whole snapshots, which nobody changes")
        built.write(FIRST)
        built.deploy(place.host())
        self.tamper(place)
        done = built.deploy(place.host(), refreshes=True)
        assert done.reasons == {"content": 1, "gone": 1, self.reason_of_missing: 1}
        self.check(place, FIRST, gone={"by-hand.html"})
        assert built.deploy(place.host(), refreshes=True).reasons == {}

    @pytest.mark.parametrize("damage", ["gone", "damaged"])
    def test_a_list_that_is_no_use_is_made_again(self, place: Place, built: Built, damage: str) -> None:
        """With --refresh; before that no file is changed that may not be ours."""
        if place.host().state is None:
            pytest.skip("the host keeps its own list")
        built.write(FIRST)
        built.deploy(place.host())
        self.damage_list(place, damage)
        built.write(SECOND)
        if not place.host().features.takes_snapshots or damage == "damaged":
            with pytest.raises(DeployError, match="--refresh"):
                built.deploy(place.host())
            self.check(place, FIRST)
        done = built.deploy(place.host(), refreshes=True)
        if place.host().features.takes_snapshots:
            assert done.is_live  # it asked for the files that it had not seen
        else:
            assert (done.puts, done.deletes) == (5, 2)
        self.check(place, SECOND, gone=FIRST.keys() - SECOND.keys())

    def test_a_deploy_can_be_rolled_back(self, place: Place, built: Built) -> None:
        """To what was live before, and forward again."""
        built.write(FIRST)
        first = built.deploy(place.host())
        built.write(SECOND)
        second = built.deploy(place.host())
        back = built.rollback(place.host())
        assert (back.is_live, back.left, back.release) == (True, second.release, first.release)
        self.check(place, FIRST, gone=SECOND.keys() - FIRST.keys())
        built.deploy(place.host())
        self.check(place, SECOND, gone=FIRST.keys() - SECOND.keys())

    @pytest.mark.parametrize("is_done", [False, True])
    @pytest.mark.parametrize("steps", [1, 2, 4, 5])
    def test_a_change_that_was_cut_short_can_be_rolled_back(
        self, place: Place, built: Built, steps: int, is_done: bool
    ) -> None:
        """Where visitors have seen half of it; files whose change was intended, and not begun, stay as they are."""
        if place.host().features.switches_at_once or place.host().state is None:
            pytest.skip("nobody has seen any of it")
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        with pytest.raises(CutShort):
            built.deploy(cut_after(place.host(), steps, is_done=is_done), jobs=1)
        assert built.rollback(place.host()).is_live
        self.check(place, FIRST, gone=SECOND.keys() - FIRST.keys())

    def test_there_is_no_earlier_release(self, place: Place, built: Built) -> None:
        """Before the second deploy."""
        built.write(FIRST)
        built.deploy(place.host())
        with pytest.raises(DeployError, match="there is no earlier release to roll back to"):
            built.rollback(place.host())

    def test_a_large_file_arrives(self, place: Place, built: Built) -> None:
        """One that is not read into memory."""
        films = {"index.html": b"<video src=film.mp4>", "film.mp4": bytes(range(256)) * (36 << 10)}
        built.write(films)
        built.deploy(place.host())
        self.check(place, films)

    def test_a_file_that_has_changed_since_the_build_is_not_sent(self, place: Place, built: Built) -> None:
        """Nor is any later wave; every link of the live pages still leads to a page."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        (built.site.root / "output/new/index.html").write_bytes(b"other bytes")
        with pytest.raises(
            PartlyDeployed, match=r"new/index\.html has changed since the build; build again, then deploy"
        ):
            built.deploy(place.host())
        if place.host().features.switches_at_once:
            self.check(place, FIRST)
        else:
            self.check(
                place, {path: FIRST[path] for path in ("index.html", "old/index.html", "jane/index.html")}
            )
        built.write(SECOND)
        built.deploy(place.host())
        self.check(place, SECOND, gone=FIRST.keys() - SECOND.keys())

    # -- what is live -----------------------------------------------------------------------------------

    def check(self, place: Place, files: Mapping[str, bytes], gone: Any = ()) -> None:
        """Check that these files are live, and those are not."""
        if place.visit is None:
            asyncio.run(self._check_stored(place.host(), files, gone))
            return
        for path, body in files.items():
            status, headers, found = place.visit(path)
            assert (path, status, hashlib.sha256(found).hexdigest()) == (
                path,
                200,
                hashlib.sha256(body).hexdigest(),
            )
            if path.endswith((".html", ".css", ".xml")) and place.host().features.headers != "none":
                assert "charset=utf-8" in headers["content-type"].lower(), (path, headers)
        for path in gone:
            assert place.visit(path)[0] in {403, 404, 410}, path

    async def _check_stored(self, host: Host, files: Mapping[str, bytes], gone: Any) -> None:
        async with host:
            for path, body in files.items():
                assert (await host.read(path))[0] == body
            for path in gone:
                with pytest.raises(HostError):
                    await host.read(path)

    def damage_list(self, place: Place, damage: str) -> None:
        """Remove the list of what is live (``gone``), or put something else in its place (``damaged``)."""
        raise NotImplementedError

    def tamper(self, place: Place) -> None:
        """Change one file, remove one and add ``by-hand.html``, not by way of a deploy. Needs to be overridden where a
        host's own methods cannot do so outside a release.
        """

        async def by_hand() -> None:
            async with place.host() as host:
                body: Body = b"changed by hand"
                await host.put(LiveFile("jane/index.html", "0" * 64, 15, _HTML), body)
                await host.put(LiveFile("by-hand.html", "0" * 64, 15, _HTML), body)
                await host.delete("theme/leaf.png")

        asyncio.run(by_hand())


_HTML = served("x.html", CachePolicy())
