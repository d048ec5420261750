"""Amazon S3 and what speaks its language keep the contract: over a server that knows conditions and one that does not."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from replisite.hosts import HostError, Release
from replisite.hosts.object_store.host import ObjectStoreHost
from replisite.hosts.object_store.open import open_store
from replisite.hosts.object_store.state import ObjectState
from replisite.model.live_files import CachePolicy, LiveFile, served
from replisite.model.target import Target
from tests.deploy.built import FIRST, Built
from tests.hosts.contract import HostContract, Place
from tests.hosts.stores import AWS, StorePlace, a_bucket, moto_at, rclone_at

pytestmark = pytest.mark.xdist_group("s3")  # a server for all

_NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys where Amazon's tools look for them."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that looks at no conditions."""
    folder = tmp_path_factory.mktemp("buckets")
    (folder / "sites").mkdir()
    with rclone_at(folder) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """A server that looks at conditions."""
    with moto_at() as endpoint:
        a_bucket(endpoint, "sites")
        yield endpoint


def a_place(endpoint: str) -> StorePlace:
    """Return a prefix of its own."""
    prefix = f"www {next(_NUMBERS)}"
    return StorePlace("s3", {"bucket": "sites", "prefix": prefix, "endpoint": endpoint})


class S3Contract(HostContract):
    """The suite over a bucket."""

    def damage_list(self, place: Place, damage: str) -> None:
        """By its key."""
        assert isinstance(place, StorePlace)
        asyncio.run(place.damage_list(damage))


class TestRclone(S3Contract):
    """The suite over ``rclone serve s3``."""

    @pytest.fixture
    def place(self, rclone: str) -> StorePlace:
        """A new prefix."""
        return a_place(rclone)


class TestMoto(S3Contract):
    """The suite over moto's server."""

    @pytest.fixture
    def place(self, moto: str) -> StorePlace:
        """A new prefix."""
        return a_place(moto)


@pytest.fixture(params=["rclone", "moto"])
def place(request: pytest.FixtureRequest) -> StorePlace:
    """A new prefix on either server."""
    return a_place(request.getfixturevalue(request.param))


def a_file(path: str, encoding: str = "") -> LiveFile:
    return LiveFile(path, "0" * 64, 3, served(path, CachePolicy(), encoding))


def test_headers_go_with_the_file(place: StorePlace, tmp_path: Path) -> None:
    """Type with charset, cache policy by group, and packed text says so; what is no text is not packed."""
    built = Built(tmp_path)
    built.write(FIRST)
    host = place.host()
    assert host.features.packing == "gzip"
    built.deploy(host)
    names = ("content-type", "cache-control", "content-encoding")
    found = {
        path: tuple(place.visit(path)[1].get(name, "") for name in names)
        for path in ("jane/index.html", "theme/app.3f2a91bc.css", "theme/leaf.png")
    }
    assert found == {
        "jane/index.html": ("text/html; charset=utf-8", "public, max-age=0, must-revalidate", "gzip"),
        "theme/app.3f2a91bc.css": ("text/css; charset=utf-8", "public, max-age=31536000, immutable", "gzip"),
        "theme/leaf.png": ("image/png", "public, max-age=3600, must-revalidate", ""),
    }


def test_text_is_stored_as_it_is_where_that_is_wanted(place: StorePlace) -> None:
    """``gzip = false``."""
    plain = StorePlace("s3", {**place.settings, "gzip": False})
    assert plain.host().features.packing == ""


def test_our_files_are_in_a_folder_that_visitors_cannot_find(place: StorePlace, tmp_path: Path) -> None:
    """In a folder with a drawn name, out of every listing; whoever has keys finds the same."""
    built = Built(tmp_path)
    built.write(FIRST)
    built.deploy(place.host())

    async def look() -> tuple[list[str], list[str]]:
        ours = []
        for host in (place.host(), place.host()):
            assert isinstance(host.state, ObjectState)
            ours.append(await host.state.folder.at("live"))
        return ours, sorted([found.path async for found in place.host().listing()])

    ours, listed = asyncio.run(look())
    assert ours[0] == ours[1]
    assert re.fullmatch(re.escape(place.key(".replisite/")) + "[0-9a-f]{32}/live", ours[0])
    assert listed == sorted(FIRST)


def test_a_listing_tells_the_digest_of_what_was_sent_in_one_piece(place: StorePlace) -> None:
    """And of nothing else."""

    async def listed() -> list[tuple[str, int, str, bool]]:
        async with place.host() as host:
            await host.put(a_file("small.txt"), b"Tea")
            await host.put(a_file("large.bin"), bytes(9 << 20))
            return sorted([(f.path, f.size, f.tag, f.tag_is_md5) async for f in host.listing()])

    large, small = asyncio.run(listed())
    assert small == ("small.txt", 3, hashlib.md5(b"Tea").hexdigest(), True)
    assert large[:2] == ("large.bin", 9 << 20)
    assert large[3] is ("-" not in large[2])


def test_the_first_backup_stays(place: StorePlace) -> None:
    """It comes back with its headers; what belongs to older releases goes when the next begins."""
    path = "files/th\u00e9 #1.txt"

    async def told() -> list[object]:
        seen: list[object] = []
        async with place.host() as host:
            assert isinstance(host, ObjectStoreHost)
            await host.put(a_file(path, "gzip"), b"one")
            await host.begin(Release("r2", "r1"), None)  # type: ignore[arg-type]
            await host.back_up(path)
            await host.back_up("nothing.txt")
            await host.put(a_file(path), b"two")
        async with place.host() as host:  # another run goes on
            await host.begin(Release("r2", "r1", is_resumed=True), None)  # type: ignore[arg-type]
            await host.back_up(path)
            seen.append(await host.releases())
            await host.restore(path, "r1")
            body, headers = await host.read(path)
            seen.append((body, headers["content-encoding"], headers["cache-control"]))
            await host.begin(Release("r3", "r2"), None)  # type: ignore[arg-type]
            seen.append(await host.releases())
            with pytest.raises(HostError, match="there is no backup of it"):
                await host.restore(path, "r1")
        return seen

    assert asyncio.run(told()) == [["r1"], (b"one", "gzip", "public, max-age=3600, must-revalidate"), []]


def test_a_list_of_many_parts_comes_back(place: StorePlace, tmp_path: Path) -> None:
    """As it was; a visitor finds neither old nor new half of one."""
    (tmp_path / "list").write_bytes(bytes(range(256)) * (80 << 10))

    async def there_and_back() -> None:
        async with place.host() as host:
            assert host.state is not None
            assert not await host.state.fetch("live", tmp_path / "none")
            await host.state.store("live", tmp_path / "list")
            assert await host.state.fetch("live", tmp_path / "back")

    asyncio.run(there_and_back())
    assert (tmp_path / "back").read_bytes() == (tmp_path / "list").read_bytes()


def test_the_store_is_found_where_amazons_tools_find_it(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint in the environment; there many files are deleted by one request."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    elsewhere = StorePlace("s3", {"bucket": "sites", "prefix": f"www {next(_NUMBERS)}"})

    async def told() -> list[object]:
        async with elsewhere.host() as host:
            for release, base in (("r2", "r1"), ("r3", "r2")):
                await host.put(a_file("a.txt"), b"Tea")
                await host.begin(Release(release, base), None)  # type: ignore[arg-type]
                await host.back_up("a.txt")
            kept = await host.releases()
            await host.delete("a.txt")
            await host.delete("a.txt")
            return [kept, [found.path async for found in host.listing()]]

    assert asyncio.run(told()) == [["r2"], []]


def test_the_prefix_counts_among_a_names_letters() -> None:
    """And so does where it is kept: 1,024 for all together."""
    opened = open_store(Target("live", "s3", {"bucket": "tea", "prefix": "/www/sites/"}))
    assert (opened.prefix, opened.features.label, opened.features.limits.path_characters) == (
        "www/sites",
        "s3://tea/www/sites",
        1_024 - 10 - 73,
    )
