"""What networks, busy servers and other people do to a deploy to an object store."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from replisite.errors import DeployError, PartlyDeployed
from replisite.hosts import HostError
from tests.deploy.built import FIRST, SECOND, Built
from tests.hosts.faulty_proxy import Fault, faulty, first_time
from tests.hosts.stores import AWS, StorePlace, a_bucket, moto_at, rclone_at

pytestmark = pytest.mark.xdist_group("store faults")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys where Amazon's tools look for them, and no patience."""
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("replisite.deploy.transfer.FIRST_WAIT", 0.01)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """A server that looks at conditions, and one that does not."""
    folder = tmp_path_factory.mktemp("buckets")
    (folder / "sites").mkdir()
    with moto_at() as moto, rclone_at(folder) as rclone:
        a_bucket(moto, "sites")
        yield {"moto": moto, "rclone": rclone}


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A site, not built yet."""
    return Built(tmp_path / "site")


def a_place(endpoint: str, prefix: str) -> StorePlace:
    return StorePlace("s3", {"bucket": "sites", "prefix": prefix, "endpoint": endpoint})


def live(place: StorePlace) -> dict[str, bytes]:
    """Return everything that visitors find, unpacked."""

    async def listed() -> list[str]:
        return [found.path async for found in place.host().listing()]

    return {path: place.visit(path)[2] for path in asyncio.run(listed())}


@pytest.mark.parametrize(
    ("server", "fault"),
    [
        ("moto", "refused"),
        ("moto", "cut"),
        ("moto", "busy"),
        ("moto", "too many"),
        ("rclone", "slow down"),
        ("moto", "slow"),
    ],
)
def test_what_passes_is_outlived(servers: Mapping[str, str], built: Built, server: str, fault: Fault) -> None:
    """Every single request goes wrong once, and what is live in the end is what was built."""
    place = a_place(servers[server], f"outlived-{fault}")
    for files in (FIRST, SECOND):
        built.write(files)
        with faulty(servers[server], first_time(fault)) as endpoint:
            done = built.deploy(a_place(endpoint, f"outlived-{fault}").host())
        assert (done.is_live, done.retries > 0) == (True, fault != "slow")
        assert live(place) == files


def test_keys_that_expire_end_the_deploy_at_once(servers: Mapping[str, str], built: Built) -> None:
    """It tells which, and never what they are; what is live holds together, and the next deploy goes on."""
    place = a_place(servers["moto"], "expired")
    built.write(FIRST)
    built.deploy(place.host())
    built.write(SECOND)

    def expired(method: str, path: str) -> Fault | None:
        return "expired" if method == "PUT" and path.endswith("/index.html") and "kept" not in path else None

    with faulty(servers["moto"], expired) as endpoint, pytest.raises(PartlyDeployed) as told:
        built.deploy(a_place(endpoint, "expired").host())
    assert (
        "new/index.html: s3://sites/expired/new/index.html: the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
        "expired; sign in again, then deploy"
    ) in str(told.value)
    assert "leaves" not in str(told.value)
    assert {path: body for path, body in live(place).items() if path in FIRST} == FIRST
    assert built.deploy(place.host()).is_live
    assert live(place) == SECOND


def test_wrong_keys_are_refused(
    servers: Mapping[str, str], built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is done."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other leaves")
    built.write(FIRST)
    with pytest.raises(DeployError) as told:
        built.deploy(a_place(servers["rclone"], "refused").host())
    assert str(told.value) == (
        "s3://sites/refused/.replisite: the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY may "
        "not do this (SignatureDoesNotMatch); check the keys and what they may do"
    )


def test_a_server_that_is_not_there_is_told(built: Built) -> None:
    """After some tries."""
    built.write(FIRST)
    with pytest.raises(
        DeployError, match=r"^s3://sites/www/\.replisite: the connection failed \(Connection refused\)$"
    ):
        built.deploy(a_place("http://127.0.0.1:9", "www").host())


_TAKER = """
import asyncio, json, os, sys
from functools import partial
from replisite.deploy.transfer import retried
from tests.hosts.stores import StorePlace
from replisite.hosts.object_store.open import open_store
from replisite.hosts.object_store.host import ObjectStoreHost

settings, inside, name, settle = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])

async def main():
    had = 0
    for number in range(4):
        host = ObjectStoreHost(open_store(StorePlace("s3", settings).target), settle_seconds=settle)
        while await retried(partial(host.state.take_lock, name, f"r{number}")) is not None:
            await asyncio.sleep(0.02)
        os.close(os.open(inside, os.O_CREAT | os.O_EXCL))  # nobody else is here
        await asyncio.sleep(0.05)
        os.unlink(inside)
        await retried(host.state.end_turn)
        had += 1
    print(had)

asyncio.run(main())
"""


@pytest.mark.parametrize(("server", "settle"), [("moto", 0.1), ("rclone", 0.5)])
def test_two_processes_never_have_the_turn_at_once(
    servers: Mapping[str, str], tmp_path: Path, server: str, settle: float
) -> None:
    """Also when both come to a place where nobody has ever deployed."""
    settings = dict(a_place(servers[server], "turns").settings)
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "generator")])}
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", _TAKER, json.dumps(settings), str(tmp_path / "inside"), name, str(settle)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("ann@desk", "bob@shed")
    ]
    said = [taker.communicate(timeout=120) for taker in takers]
    assert said == [("4\n", "")] * 2


@pytest.mark.parametrize("server", ["moto", "rclone"])
def test_who_has_lost_the_turn_is_told(servers: Mapping[str, str], server: str) -> None:
    """The next sign of life says who took it."""
    place = a_place(servers[server], "lost")

    async def lose() -> None:
        async with place.host() as first, place.host() as second:
            assert first.state is not None
            assert second.state is not None
            assert await first.state.take_lock("ann@desk", "r1") is None
            await first.state.keep_turn()
            assert await second.state.take_lock("bob@shed", "r2", force=True) is None
            with pytest.raises(HostError, match=r"^bob@shed has taken our turn$") as told:
                await first.state.keep_turn()
            assert not told.value.may_pass
            await first.state.end_turn()
            await second.state.keep_turn()
            await second.state.end_turn()
            with pytest.raises(HostError, match=r"^our turn has been removed$"):
                await second.state.keep_turn()

    asyncio.run(lose())


def test_the_age_of_a_turn_is_by_the_stores_clock(
    servers: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However wrong ours is."""
    place = a_place(servers["moto"], "age")

    async def age() -> float:
        async with place.host() as first, place.host() as second:
            assert first.state is not None
            assert second.state is not None
            await first.state.take_lock("ann@desk", "r1")
            await asyncio.sleep(2.1)
            other = await second.state.take_lock("bob@shed", "r2")
            await first.state.end_turn()
            assert other is not None
            return other.age

    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 1 <= asyncio.run(age()) <= 10
