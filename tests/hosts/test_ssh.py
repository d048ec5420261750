"""A folder on another machine keeps the contract; the server is Debian's own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from replisite.errors import DeployError, PartlyDeployed
from replisite.hosts import HostError, Release
from replisite.hosts.open import open_host
from replisite.hosts.ssh import Address, SshHost
from replisite.model.target import Target
from replisite.reporting import SilentReporter
from tests.deploy.built import FIRST, SECOND, Built, a_page
from tests.hosts.releases_contract import HOSTILE, Folder, ReleasesContract, a_file, live_files
from tests.real_servers import Sshd, a_path_without, a_small_disk, free_port, made_key, sshd, until

__all__ = ["sshd"]

MANY = {f"s{number:03}/index.html": a_page(f"Site {number}") for number in range(400)}


class Machine:
    """A folder on a server, looked into where it really is."""

    visit = None

    def __init__(self, server: Sshd, root: Path, keep: int = 3) -> None:
        self.server, self.root, self.keep = server, root, keep

    @property
    def address(self) -> Address:
        """Who we are there."""
        server = self.server
        return Address("127.0.0.1", server.user, server.port, str(server.identity), str(server.known_hosts))

    def host(self) -> SshHost:
        """Return a host."""
        return SshHost(self.address, str(self.root), self.keep)


@pytest.fixture
def place(sshd: Sshd, tmp_path: Path) -> Machine:
    """A folder that is not there yet."""
    return Machine(sshd, tmp_path / 'srv/T "o" w')


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A site, not built yet."""
    return Built(tmp_path / "site")


class TestSsh(ReleasesContract):
    """The suite over a server."""

    options = MappingProxyType({"breaks_lock": True})

    @pytest.fixture
    def place(self, sshd: Sshd, tmp_path: Path) -> Machine:
        """A folder that is not there yet."""
        return Machine(sshd, tmp_path / 'srv/T "o" w')

    def described(self, place: Folder, built: Built) -> str:
        assert isinstance(place, Machine)
        return (
            "from pathlib import Path\n"
            "from replisite.hosts.ssh import Address, SshHost\n"
            "from tests.deploy.built import Built\n"
            f"built, host = Built(Path({str(built.site.root)!r})), SshHost({place.address!r}, {str(place.root)!r})\n"
        )


def test_a_machine_without_tar(sshd: Sshd, built: Built, tmp_path: Path) -> None:
    """Everything goes by SFTP, and what is live is the same."""
    sshd.stop()
    sshd.environment["PATH"] = a_path_without(tmp_path / "bin", "tar")
    sshd.start()
    place = Machine(sshd, tmp_path / "www")
    files = {**FIRST, **HOSTILE, "tea": b"leaf", "cup/x/y": b"b"}
    built.write(files)
    built.deploy(place.host())
    assert live_files(place.root) == files
    pages = {path.name for path in (place.root / "current/jane").iterdir()}
    assert pages == {"index.html", "index.html.gz", "index.html.br"}
    files = {**SECOND, **HOSTILE, "tea/green": b"leaf", "cup": b"cup"}
    built.write(files)
    built.deploy(place.host(), Cuts(3, what=sshd.cut))
    assert live_files(place.root) == files
    assert not (place.root / "current/old").exists()


# -- who is let in ------------------------------------------------------------------------------------


def refusal(host: SshHost) -> str:
    """Return why a host cannot be spoken to, at once and finally."""

    async def ask() -> str:
        async with host:
            with pytest.raises(HostError) as told:
                await host.releases()
            assert not told.value.may_pass
            return str(told.value)

    return asyncio.run(ask())


def fingerprint(sshd: Sshd) -> str:
    """Return what ssh-keygen says of the server's key."""
    command = ["ssh-keygen", "-lf", str(sshd.host_key.with_suffix(".pub"))]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]


def test_a_server_that_is_not_known(place: Machine) -> None:
    """Its fingerprint is shown, and how to get to know it; nothing is sent."""
    place.server.known_hosts.write_text("")
    assert refusal(place.host()) == (
        f"127.0.0.1: its host key is not known: {fingerprint(place.server)} (ssh-ed25519). If its administrator confirms this "
        f"fingerprint, add the key with ssh-keyscan -p {place.server.port} 127.0.0.1 >> {place.server.known_hosts}"
    )


def test_a_server_whose_key_has_changed(place: Machine, tmp_path: Path) -> None:
    """Both fingerprints are shown, and how to forget the old one."""
    server = place.server
    old = fingerprint(server)
    server.stop()
    server.host_key = made_key(tmp_path / "another")
    server.start()
    assert refusal(place.host()) == (
        f"127.0.0.1: its host key has changed: it shows {fingerprint(server)} (ssh-ed25519), but {old} (ssh-ed25519) is "
        "known; an attacker may answer in its place. If its administrator confirms the new key, remove the old one with ssh-keygen -R "
        f"'[127.0.0.1]:{server.port}' -f {server.known_hosts}, then add the new one with ssh-keyscan -p {server.port} "
        f"127.0.0.1 >> {server.known_hosts}"
    )


def test_a_configuration_cannot_turn_the_check_off(
    place: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it says of StrictHostKeyChecking and UserKnownHostsFile."""
    (tmp_path / "home/.ssh").mkdir(parents=True)
    for file in ("none", "/dev/null"):
        (tmp_path / "home/.ssh/config").write_text(
            f"Host *\n  StrictHostKeyChecking no\n  UserKnownHostsFile {file}\n"
        )
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        address = Address("127.0.0.1", place.server.user, place.server.port, str(place.server.identity))
        assert "its host key is not known: SHA256:" in refusal(SshHost(address, str(place.root)))


def test_a_key_that_is_not_accepted(place: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named by its fingerprint, and nothing of its private half is."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    other = made_key(tmp_path / "other", "old laptop")
    place.server.identity = other
    told = refusal(place.host())
    user = place.server.user
    assert told.startswith(f"{user}@127.0.0.1: none of these keys was accepted: SHA256:")
    assert "(old laptop); put the public half of one into ~/.ssh/authorized_keys there (ssh-copy-id)" in told
    assert other.read_text().splitlines()[1] not in told
    other.unlink()
    assert refusal(place.host()) == f"127.0.0.1: {other}: there is no such key; correct identity in site.toml"


def test_as_ssh_is_configured(
    place: Machine, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name, a user, a port, a key and known hosts of ~/.ssh; a path below the home there."""
    ssh = tmp_path / "home/.ssh"
    ssh.mkdir(parents=True)
    server = place.server
    (ssh / "known_hosts").write_bytes(server.known_hosts.read_bytes())
    (ssh / "id_ed25519").write_bytes(server.identity.read_bytes())
    (ssh / "id_ed25519").chmod(0o600)
    (ssh / "config").write_text(
        f"Host tea-www\n  HostName 127.0.0.1\n  User {server.user}\n  Port {server.port}\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    target = Target("live", "ssh", {"server": "tea-www", "path": str(place.root)})
    host = open_host(target, built.site.root, built.site.root)
    assert host.features.label == f"ssh://tea-www{place.root}"
    built.write(FIRST)
    assert built.deploy(host).is_live
    assert live_files(place.root) == FIRST


def test_no_server_listens(built: Built) -> None:
    """It may be that somebody will; the deploy says so."""
    address = Address("127.0.0.1", "ann", free_port())
    built.write(FIRST)
    with pytest.raises(
        DeployError, match=rf"no server listens at port {address.port}; check that sshd runs there"
    ):
        built.deploy(SshHost(address, "www"))


# -- what may go wrong --------------------------------------------------------------------------------


class Cuts(SilentReporter):
    """Does something once so many files are there."""

    def __init__(self, *after: int, what: object) -> None:
        self.after, self.what = list(after), what

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:  # noqa: ARG002 - as it is called
        if self.after and done >= self.after[0]:
            self.after.pop(0)
            self.what()  # type: ignore[operator]


def test_a_connection_that_breaks(place: Machine, built: Built) -> None:
    """Is made anew, and everything arrives."""
    built.write(MANY)
    done = built.deploy(place.host(), Cuts(30, 200, what=place.server.cut), jobs=16)
    assert done.is_live
    assert done.retries >= 2
    assert live_files(place.root) == MANY


def test_a_server_that_is_away_for_a_moment(place: Machine, built: Built) -> None:
    """Is waited for."""

    def away() -> None:
        place.server.stop()
        threading.Timer(1.0, place.server.start).start()

    built.write(MANY)
    assert built.deploy(place.host(), Cuts(100, what=away), jobs=16).is_live
    assert live_files(place.root) == MANY


def test_a_full_disk(place: Machine, built: Built, tmp_path: Path) -> None:
    """Is told once for all files, what is live stays, and when there is room the deploy goes on."""
    with a_small_disk(tmp_path / "disk", "4m") as disk:
        place.root = disk / "www"
        built.write(FIRST)
        built.deploy(place.host())
        (disk / "other").write_bytes(bytes(2_500_000))
        pictures = {f"pictures/{number:03}.bin": os.urandom(20_000) for number in range(100)}
        for large in ({}, {"film.mp4": bytes(9 << 20)}):
            built.write({**FIRST, **pictures, **large})
            with pytest.raises(
                PartlyDeployed, match=r"the disk is full; free some space and try again"
            ) as told:
                built.deploy(place.host())
            assert f"127.0.0.1:{place.root}" in str(told.value)
            assert live_files(place.root) == FIRST
        (disk / "other").unlink()
        built.write({**FIRST, **pictures})
        assert built.deploy(place.host()).is_resumed
        assert live_files(place.root) == {**FIRST, **pictures}


def test_a_disk_that_may_not_be_written(place: Machine, built: Built, tmp_path: Path) -> None:
    """Is told before anything is sent."""
    with a_small_disk(tmp_path / "disk", "1m") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        place.root = disk / "www"
        built.write(FIRST)
        with pytest.raises(
            DeployError,
            match=r"www: the disk is read-only; mount it writable, or use another disk \(mkdir: cannot create directory",
        ):
            built.deploy(place.host())


def test_a_name_that_the_disk_does_not_take(place: Machine, built: Built) -> None:
    """Is the only one that fails, and is named."""
    names = [f"a/{number}.html" for number in range(20)]
    long = "n" * 300 + ".html"

    async def put_all() -> list[BaseException | None]:
        async with place.host() as host:
            assert await host.state.take_lock("ann@office", "r") is None
            await host.begin(Release("20260101T000000Z-a"), Nothing())
            puts = (host.put(a_file(path, b"x"), b"x") for path in [*names[:10], long, *names[10:]])
            return await asyncio.gather(*puts, return_exceptions=True)

    results = asyncio.run(put_all())
    (error,) = [result for result in results if result is not None]
    assert isinstance(error, HostError)
    assert results.index(error) == 10
    assert not error.may_pass
    assert f"/{long}: the name is too long for this disk" in str(error)
    part = place.root / "releases/.20260101T000000Z-a.part"
    assert sorted(path.name for path in part.rglob("*.html")) == sorted(name[2:] for name in names)


def test_files_that_take_no_more_links(sshd: Sshd, built: Built, tmp_path: Path) -> None:
    """Or a cp that makes none: the release is linked file by file, or copied."""
    sshd.stop()
    refusing = 'case "$1" in -al) exit 1;; esac; exec /bin/cp "$@"'
    sshd.environment["PATH"] = a_path_without(tmp_path / "bin", cp=refusing, ln="exit 1")
    sshd.start()
    place = Machine(sshd, tmp_path / "www")
    built.write({**FIRST, **HOSTILE})
    built.deploy(place.host())
    built.write({**SECOND, **HOSTILE})
    assert built.deploy(place.host()).is_live
    assert live_files(place.root) == {**SECOND, **HOSTILE}


# -- whose turn it is ---------------------------------------------------------------------------------


def test_two_who_ask_at_the_same_moment(place: Machine) -> None:
    """Never both get the turn."""

    async def race() -> list[bool]:
        hosts = [place.host() for _ in range(6)]
        taken = await asyncio.gather(
            *(host.state.take_lock(f"p{number}", "r") for number, host in enumerate(hosts))
        )
        for host in hosts:
            await host.__aexit__(None, None, None)
        return [other is None for other in taken]

    assert sorted(asyncio.run(race())) == [False] * 5 + [True]


def test_a_lock_that_was_left_behind(place: Machine, built: Built) -> None:
    """Is told with whose it was and since when, and may be taken; they cannot finish any more."""
    built.write(FIRST)
    built.deploy(place.host())

    async def left() -> None:
        async with place.host() as host:
            assert await host.state.take_lock("ann@office", "r1") is None

    asyncio.run(left())
    turn = place.root / ".turn"
    os.utime(turn, (time.time() - 300, time.time() - 300))
    built.write(SECOND)
    with pytest.raises(DeployError, match=r"ann@office with r1, last seen 5 min ago; .*--break-lock"):
        built.deploy(place.host())
    assert built.deploy(place.host(), breaks_lock=True).is_live
    assert live_files(place.root) == SECOND
    assert not turn.exists()


def test_a_deploy_that_has_lost_the_lock_makes_nothing_live(place: Machine, built: Built) -> None:
    """Not even when everything has been sent."""
    built.write(FIRST)
    built.deploy(place.host())

    async def late() -> None:
        async with place.host() as ann, place.host() as bob:
            assert await ann.state.take_lock("ann@office", "r1") is None
            release = Release("20990101T000000Z-a", await ann.state.live())
            await ann.begin(release, Nothing())
            assert await bob.state.take_lock("bob@shed", "r2", force=True) is None
            for act in (ann.state.renew_lock, lambda: ann.finish(release, Nothing())):
                with pytest.raises(
                    HostError, match="another deploy has taken the lock over; its files are live now"
                ):
                    await act()
            await ann.state.release_lock()
            await bob.state.renew_lock()

    asyncio.run(late())
    assert live_files(place.root) == FIRST


def test_finishing_twice(place: Machine, built: Built) -> None:
    """Does no harm: nobody knows whether it was done when the connection breaks."""
    built.write(FIRST)
    host = place.host()
    finish = host.finish

    async def twice(release, bundle) -> None:
        await finish(release, bundle)
        await finish(release, bundle)

    host.finish = twice  # type: ignore[method-assign]
    assert built.deploy(host).is_live
    assert live_files(place.root) == FIRST


def test_pages_that_are_the_same_everywhere_travel_once(place: Machine, built: Built) -> None:
    """The others are links to the first, with its packed copies."""
    same = a_page("The same")
    built.write({f"s{number:03}/index.html": same for number in range(600)})
    built.deploy(place.host(), jobs=8)
    nodes = {path.stat().st_ino for path in (place.root / "current").rglob("index.html")}
    packed = {path.stat().st_ino for path in (place.root / "current").rglob("index.html.br")}
    assert len(nodes) < 250
    assert len(packed) < 250
    assert len(list((place.root / "current").rglob("index.html.br"))) == 600


class Nothing:
    """A bundle without files."""

    folder = Path()
    beside: Mapping[str, bytes] = MappingProxyType({"nginx.conf": b"# headers\n"})

    def files(self):
        return iter(())

    def body(self, file):
        raise AssertionError(file)


def test_what_lies_beside_the_sites(place: Machine) -> None:
    """A server's configuration is written into the folder, not into the sites."""

    async def finish() -> None:
        async with place.host() as host:
            assert await host.state.take_lock("ann@office", "r") is None
            release = Release("20260101T000000Z-a")
            await host.begin(release, Nothing())
            await host.put(a_file("index.html", b"x"), b"x")
            await host.finish(release, Nothing())
            assert await host.configure({"nginx.conf": b"# headers\n"}) == ["nginx.conf"]
            assert await host.configure({"nginx.conf": b"# headers\n"}) == []
            await host.state.release_lock()

    asyncio.run(finish())
    assert (place.root / "nginx.conf").read_bytes() == b"# headers\n"
    assert live_files(place.root) == {"index.html": b"x"}
    until(lambda: place.server.connections == 0)
