"""What hosts with releases must do beyond the contract: one suite for a folder here and one on another machine."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

import pytest

from replisite.errors import DeployError
from replisite.hosts import HostError, Release
from replisite.hosts.common.compression import iter_packed
from replisite.model.live_files import CachePolicy, LiveFile, served
from tests.deploy.built import FIRST, SECOND, Built, a_page
from tests.hosts.contract import CutShort, HostContract, Place, cut_after
from tests.real_servers import Nginx

__all__ = ["Folder", "ReleasesContract", "a_file", "live_files"]

HOSTILE: Mapping[str, bytes] = {
    "index.html": b"<h1>Tea</h1>\n",
    "it's; rm -rf $HOME `id` $(id)/index.html": b"quoted\n",
    'a "b" \\c\\n/%2e%2e/#1?x=*.html': b"more\n",
    "-rf": b"an option\n",
    "--checkpoint-action=exec=id": b"another\n",
    "th\u00e9/\u8336 \U0001f375.html": b"leaf\n",
    "  two  spaces /  end ": b"blanks\n",
    "tab\tin/name!{a,b}~&|<>": b"signs\n",
    "long/" + "n" * 240 + ".html": b"long\n",
    "/".join(["deep" * 10] * 20) + "/index.html": b"deep\n",
}
"""Names that shells, archives and web servers may take for something else."""


class Folder(Place, Protocol):
    """A place whose folder the test can look into."""

    root: Path
    keep: int


def a_file(path: str, body: bytes = b"") -> LiveFile:
    """Return a file as the deploy puts it."""
    return LiveFile(path, f"{len(path):064}", len(body), served(path, CachePolicy()))


def live_files(root: Path) -> dict[str, bytes]:
    """Return every file of the live release, without the packed copies."""
    live = root / "current"
    found = {place.relative_to(live).as_posix(): place for place in live.rglob("*") if place.is_file()}
    return {
        path: place.read_bytes()
        for path, place in found.items()
        if not path.endswith((".gz", ".br")) or path.rpartition(".")[0] not in found
    }


class ReleasesContract(HostContract):
    """The suite."""

    def damage_list(self, place: Place, damage: str) -> None:
        """That of the live release."""
        root = cast(Folder, place).root
        listed = root / "releases" / f"{(root / 'current').readlink().name}.live"
        if damage == "gone":
            listed.unlink()
        else:
            listed.write_bytes(b"damaged")

    def tamper(self, place: Place) -> None:
        """In the live release."""
        current = place.root / "current"  # type: ignore[attr-defined]
        (current / "jane/index.html").unlink()
        (current / "jane/index.html").write_text("changed by hand")
        (current / "by-hand.html").write_text("changed by hand")
        (current / "theme/leaf.png").unlink()

    def test_names_that_mean_something_elsewhere(self, place: Folder, built: Built) -> None:
        """Are names, wherever they go."""
        built.write(HOSTILE)
        built.deploy(place.host())
        assert live_files(place.root) == HOSTILE
        changed = {path: body * 2 for path, body in list(HOSTILE.items())[::2]}
        built.write(changed)
        built.deploy(place.host())
        assert live_files(place.root) == changed
        assert built.deploy(place.host(), refreshes=True).reasons == {}

    @pytest.mark.parametrize("path", ["../out.html", "/etc/out.html", "a/../../out.html", "a\nb", ""])
    def test_no_path_leaves_the_release(self, place: Folder, built: Built, path: str) -> None:
        """Whatever a manifest says."""
        built.write(FIRST)
        before = built.deploy(place.host()).release

        async def put() -> None:
            async with place.host() as host:
                await host.begin(Release("20990101T000000Z-a", before), _Nothing())
                for act in (lambda: host.put(a_file(path), b"x"), lambda: host.delete(path)):
                    with pytest.raises(HostError, match=r"leads out of the release|line break"):
                        await act()

        asyncio.run(put())
        assert live_files(place.root) == FIRST

    def test_packed_copies_lie_beside_texts(self, place: Folder, built: Built) -> None:
        """Those of the text that is there; and what was built under such a name is a file of its own."""
        page, prices = a_page("Tea"), b"Oolong,4.50\n" * 200
        files = {"index.html": page, "twin/index.html": page, "prices.csv": prices, "prices.csv.gz": b"ours"}
        for body in (page, a_page("Other tea")):
            files["index.html"] = body
            built.write(files)
            built.deploy(place.host())
            for path in ("index.html", "twin/index.html"):
                live = a_file(path), files[path]
                assert {
                    suffix: (place.root / "current" / (path + suffix)).read_bytes()
                    for suffix in (".br", ".gz")
                } == dict(iter_packed(*live))
        assert (place.root / "current/prices.csv.gz").read_bytes() == b"ours"
        built.write({**files, "index.html": b"<p>short"})
        built.deploy(place.host())
        assert not (place.root / "current/index.html.gz").exists()

    def test_what_did_not_change_is_a_hard_link(self, place: Folder, built: Built) -> None:
        """So a release costs what is new in it; and no earlier one changes with it."""
        built.write(FIRST)
        first = place.root / "releases" / built.deploy(place.host()).release
        built.write(SECOND)
        second = place.root / "releases" / built.deploy(place.host()).release
        assert (first / "404.html").samefile(second / "404.html")
        assert (first / "index.html").read_bytes() == FIRST["index.html"]
        assert (second / "index.html").read_bytes() == SECOND["index.html"]

    def test_a_folder_takes_the_place_of_a_file(self, place: Folder, built: Built) -> None:
        """And the other way round."""
        for files in (
            {"index.html": b"a", "tea": b"leaf", "cup/x/y": b"b"},
            {"index.html": b"a", "tea/green/a.txt": b"leaf", "tea/b": b"b", "cup": b"cup"},
            {"index.html": b"a", "tea": b"leaf"},
        ):
            built.write(files)
            assert built.deploy(place.host()).is_live
            assert live_files(place.root) == files
        assert sorted(entry.name for entry in (place.root / "current").iterdir()) == ["index.html", "tea"]

    def test_a_web_server_may_read_everything(self, place: Folder, built: Built) -> None:
        """Whatever the mask of who deploys."""
        mask = os.umask(0o077)
        try:
            built.write(FIRST)
            built.deploy(place.host())
        finally:
            os.umask(mask)
        there = [place.root, *(place.root / "current/").rglob("*")]
        assert {oct(path.stat().st_mode & 0o777) for path in there if path.is_dir()} == {"0o755"}
        assert {oct(path.stat().st_mode & 0o777) for path in there if path.is_file()} == {"0o644"}

    def test_so_many_releases_are_stored(
        self, place: Folder, built: Built, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And one can go back to each, and deploy from there."""
        days = (f"202601{day:02}T120000Z-a" for day in itertools.count(1))
        monkeypatch.setattr("replisite.deploy.apply.deploy_name", lambda: next(days))
        place.keep = 2
        (place.root / "releases/by hand").mkdir(parents=True)
        names = []
        for number in range(4):
            built.write({**FIRST, "index.html": b"%d" % number})
            names.append(built.deploy(place.host()).release)
        kept = [*names[2:]]
        there = sorted(entry.name for entry in (place.root / "releases").iterdir())
        assert there == sorted([*kept, *(f"{name}.live" for name in kept), "by hand"])

        async def back(name: str) -> None:
            async with place.host() as host:
                assert await host.releases() == [kept[0]]
                with pytest.raises(HostError, match="there is no such release"):
                    await host.roll_back("../../etc")
                await host.roll_back(name)
                assert await host.releases() == [kept[1]]

        asyncio.run(back(kept[0]))
        assert live_files(place.root)["index.html"] == b"2"
        done = built.deploy(place.host())
        assert (done.base, done.puts) == (kept[0], 1)
        assert live_files(place.root)["index.html"] == b"3"

    def test_a_file_that_was_not_recorded_does_not_stay(self, place: Folder, built: Built) -> None:
        """A page that was put in the last moment, and is not built any more; and half a file."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        with pytest.raises(CutShort):
            built.deploy(cut_after(place.host(), 2), jobs=1)
        (part,) = (place.root / "releases").glob(".*.part")
        (part / "jane/.0123456789abcdef.new").write_bytes(b"half")
        (part / "jane-2").mkdir()
        (part / "jane-2/index.html").write_bytes(b"killed before it was noted")
        assert built.deploy(place.host()).is_resumed
        assert live_files(place.root) == SECOND
        assert not (place.root / "current/jane-2").exists()
        assert (place.root / "current/jane/index.html.gz").exists()

    def test_a_release_that_was_whole_but_never_live_goes_on(self, place: Folder, built: Built) -> None:
        """It was killed between its name and the link."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        with pytest.raises(CutShort):
            built.deploy(cut_after(place.host(), 2), jobs=1)
        (part,) = (place.root / "releases").glob(".*.part")
        part.rename(part.with_name(part.name[1:].removesuffix(".part")))
        done = built.deploy(place.host())
        assert (done.is_live, done.is_resumed) == (True, True)
        assert live_files(place.root) == SECOND

    def test_a_release_that_was_not_even_begun_is_made_again(self, place: Folder, built: Built) -> None:
        """It was killed while files were linked."""
        built.write(FIRST)
        built.deploy(place.host())
        built.write(SECOND)
        with pytest.raises(CutShort):
            built.deploy(cut_after(place.host(), 0), jobs=1)
        (part,) = (place.root / "releases").glob(".*.part")
        part.rename(part.with_name(part.name.replace(".part", ".begun")))
        assert built.deploy(place.host()).is_live
        assert live_files(place.root) == SECOND
        assert not list((place.root / "releases").glob(".*"))

    def test_a_foreign_folder_is_left_alone(self, place: Folder, built: Built) -> None:
        """One named ``current``."""
        (place.root / "current").mkdir(parents=True)
        (place.root / "current/index.html").write_text("theirs")
        built.write(FIRST)
        with pytest.raises(
            DeployError,
            match="current is not a symbolic link, and replisite makes one there; move it away, or choose another folder",
        ):
            built.deploy(place.host())
        assert live_files(place.root) == {"index.html": b"theirs"}

    def test_many_folders_take_the_place_of_files(self, place: Folder, built: Built) -> None:
        """All at the same time, several of them each file's."""
        names = [f"t{number}" for number in range(30)]
        folders = {f"{name}/{below}/a.txt": name.encode() for name in names for below in "abcd"}
        for files in (dict.fromkeys(names, b"leaf"), folders) * 2:
            built.write({"index.html": b"a", **files})
            assert built.deploy(place.host(), jobs=16, allows_deletes=True).is_live
            assert live_files(place.root) == {"index.html": b"a", **files}

    def test_killed_at_any_point(self, place: Folder, built: Built) -> None:
        """What is live is the old release, whole; and the next deploy ends as if nothing had been."""
        old = {f"s{number}/index.html": a_page(f"Old {number}") for number in range(300)}
        new = {f"s{number}/index.html": a_page(f"New {number}") for number in range(50, 350)}
        built.write(old)
        built.deploy(place.host())
        built.write(new)
        for files in (0, 1, 60, 60, 60):
            child = f"{_KILLED}\n{self.described(place, built)}\nbuilt.deploy(host, Killed({files}), **{dict(self.options)})"
            assert subprocess.run([sys.executable, "-c", child], check=False).returncode == -signal.SIGKILL
            assert live_files(place.root) == old
        built.deploy(place.host(), **self.options)
        assert live_files(place.root) == new

    options: Mapping[str, object] = MappingProxyType({})
    """Of a deploy after one that was killed."""

    def described(self, place: Folder, built: Built) -> str:
        """Return Python code that makes ``host`` and ``built`` in another process."""
        raise NotImplementedError

    def test_nginx_serves_it_while_it_changes(self, place: Folder, built: Built, nginx_at: Nginx) -> None:
        """Ten deploys under load: every answer is there, and whole, and of one release."""
        pages = ["index.html", "jane/index.html", "jane/shop/index.html"]
        place.keep = 2

        def write(number: int) -> None:
            body = b"<p>release %03d</p>\n" % number * 200
            built.write({**dict.fromkeys(pages, body), f"only-{number}.html": body})

        write(0)
        built.deploy(place.host())
        nginx_at.start()
        visitors = [_Visitor(nginx_at.port, pages, is_packed=packed) for packed in (False, True)]
        for number in range(1, 11):
            write(number)
            assert built.deploy(place.host()).is_live
        for answers, seen, wrong in [visitor.end() for visitor in visitors]:
            assert wrong == [], wrong
            assert seen == sorted(seen)
            assert len(seen) >= 4
            assert answers >= 1_000

    @pytest.fixture
    def nginx_at(self, place: Folder, tmp_path: Path) -> Iterator[Nginx]:
        """A server of what is live."""
        server = Nginx(tmp_path / "nginx", place.root / "current")
        yield server
        server.stop()


class _Visitor:
    """Another process that asks for pages, many at a time, until told to end."""

    def __init__(self, port: int, pages: list[str], *, is_packed: bool) -> None:
        paths = [f"/{page.removesuffix('index.html')}" for page in pages]
        told = json.dumps([port, paths, is_packed])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.visitor", told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def end(self) -> tuple[int, list[str], list[str]]:
        """Ask for no more; return how many answers there were, the releases in the order seen, and what was wrong."""
        out, _ = self._process.communicate(b"", timeout=30)
        answers, seen, wrong = json.loads(out)
        return answers, seen, wrong


class _Nothing:
    """A bundle without files."""

    folder = Path()
    beside: Mapping[str, bytes] = {}

    def files(self) -> Iterator[LiveFile]:
        return iter(())

    def body(self, file: LiveFile) -> bytes:
        raise AssertionError(file)


_KILLED = """
import os, signal
from replisite.reporting import Phase, SilentReporter

class Killed(SilentReporter):
    def __init__(self, files):
        self.files = files

    def begin(self, phase):
        if phase is Phase.APPLY and not self.files:
            self.die()

    def advance(self, done, total=0, *, pages=0, size=0):
        if done == self.files:
            self.die()

    def die(self):
        os.kill(os.getpid(), signal.SIGKILL)
"""
