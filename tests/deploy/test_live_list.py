"""The list of live files."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from replisite.deploy.live_list import LiveList, write_live_list
from replisite.deploy.states import LeftOver, Missing, PathState, Seen, Uncertain
from replisite.errors import DeployError
from replisite.hosts import Host, MemoryHost
from replisite.hosts.folder.host import FolderHost
from replisite.model.live_files import CachePolicy, LiveFile, served
from tests.deploy.built import FIRST, SECOND, Built

FORMATS = Path(__file__).parent / "formats"
"""Files that were written by earlier versions of replisite."""

FILES = [
    LiveFile(path, f"{number:064x}", number, served(path, CachePolicy(), "gzip"))
    for number, path in enumerate(["a b/index.html", "a.css", "jane/index.html", "é.png"])
]


def test_a_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """With each state, the release, and the same bytes each time."""
    states: list[PathState] = [*FILES[:3], LeftOver("old/index.html"), Uncertain("z/index.html"), FILES[3]]
    write_live_list(tmp_path / "first", "r1", states)
    write_live_list(tmp_path / "second", "r1", states)
    listed = LiveList.open(tmp_path / "first")
    assert listed.release == "r1"
    assert list(listed) == states
    assert list(listed) == states
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_a_list_says_of_each_path_what_the_next_deploy_must_know(tmp_path: Path) -> None:
    """A file that was only seen is uncertain; a path that was missing may be deleted again, which does no harm."""
    write_live_list(tmp_path / "list", "r1", [Missing("a.css"), Seen("b.css", 7, "0" * 32)])
    assert list(LiveList.open(tmp_path / "list")) == [LeftOver("a.css"), Uncertain("b.css")]


def test_a_list_of_version_1_is_read() -> None:
    """As the code before this version wrote it: with a digest ``?`` for paths alone, and an MD5 for Cache-Control."""
    listed = LiveList.open(FORMATS / "live-1.gz")
    policy = CachePolicy()
    assert listed.release == "20260131T120000Z-1a2b3c"
    assert list(listed) == [
        LiveFile("a b/index.html", "0b" * 32, 8123, served("a b/index.html", policy, "gzip")),
        LiveFile("app.css", "0c" * 32, 40, served("app.css", policy, "gzip")),
        Uncertain("jane/index.html"),
        Uncertain("kim/index.html"),
        LeftOver("old/index.html"),
        LiveFile("é.png", "0d" * 32, 7, served("é.png", policy)),
    ]


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_a_host_with_a_list_of_version_1_is_deployed_to(tmp_path: Path, kind: str) -> None:
    """Without --refresh; the paths of which the old list knew nothing else are put again."""
    host = _host(kind, tmp_path)
    built = Built(tmp_path / "site")
    built.write(FIRST)
    built.deploy(host)
    _change(host, tmp_path, _as_version_1)
    done = built.deploy(host)
    assert (done.is_live, done.reasons) == (True, {"content": 1})
    assert built.deploy(host).reasons == {}


def _as_version_1(body: bytes) -> bytes:
    """Return a list as version 1 wrote it, with one file of which it knew the path alone."""
    lines = (
        gzip.decompress(body).replace(b"replisite live 2", b"replisite live 1", 1).splitlines(keepends=True)
    )
    index = next(index for index, line in enumerate(lines) if line.endswith(b"jane/index.html\n"))
    lines[index : index + 1] = [b"= 77 ||unknown\n", b"? 15 77 jane/index.html\n"]
    return gzip.compress(b"".join(lines))


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-20],
        lambda _: b"",
        lambda _: b"<html>404</html>",
        lambda _: gzip.compress(b"replisite live 3\nrelease r\n"),
        lambda _: gzip.compress(b"replisite live 1\nrelease r\nnonsense\n"),
        lambda _: gzip.compress(b"replisite live 1\nrelease r\nab 12 7 index.html\n"),
        lambda _: gzip.compress(b"replisite live 2\nrelease r\nnonsense\n"),
        lambda _: gzip.compress(b"replisite live 1\nrelease r\n? index.html\n"),
    ],
)
def test_a_damaged_list_says_so(tmp_path: Path, damage: object) -> None:
    """And what to do."""
    path = tmp_path / "list"
    write_live_list(path, "r1", FILES)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(DeployError, match="--refresh"):
        list(LiveList.open(path))


DIGEST = "0" * 64
SERVED = "= 0 text/html|no-cache|\n"

LINES = {
    "path leads out": f"{DIGEST} 5 0 zz/../../../victim\n",
    "path leads out, and is left over": "- ../victim\n",
    "path leads out, and is uncertain": "? ../victim\n",
    "absolute path": f"{DIGEST} 5 0 /etc/passwd\n",
    "path of a folder": f"{DIGEST} 5 0 zz/\n",
    "path with a dot": f"{DIGEST} 5 0 zz/./a\n",
    "no path": f"{DIGEST} 5 0 \n",
    "escape sequence": f"{DIGEST} 5 0 zz/\x1b[31mred.html\n",
    "C1 control": f"{DIGEST} 5 0 zz/\x9b31mred.html\n",
    "carriage return": f"{DIGEST} 5 0 zz/a.html\r\n",
    "NUL": f"{DIGEST} 5 0 zz/a\0.html\n",
    "negative size": f"{DIGEST} -5 0 zz/a.html\n",
    "size with an underscore": f"{DIGEST} 1_0 0 zz/a.html\n",
    "size in other digits": f"{DIGEST} \u0665 0 zz/a.html\n",
    "size beyond any file": f"{DIGEST} {'9' * 400} 0 zz/a.html\n",
    "unknown headers": f"{DIGEST} 5 77 zz/a.html\n",
    "headers of four parts": "= 5 text/html|no-cache|gzip|more\n",
    "headers with a line of their own": "= 5 text/html\x0bSet-Cookie: a|no-cache|\n",
    "no digest": "dEaD 5 0 zz/a.html\n",
    "huge line": f"{DIGEST} 5 0 zz/{'a' * 2_000_000}\n",
    "cut off": f"{DIGEST} 5 0 zz/a.ht",
    "a path again": f"{DIGEST} 5 0 jane/index.html\n",
    "out of order": f"{DIGEST} 5 0 aa/index.html\n",
    "empty line": "\n",
    "garbage": "\x00\x01\x02\n",
}


def _host(kind: str, root: Path) -> Host:
    return MemoryHost() if kind == "memory" else FolderHost(root / "www", 3)


def _change(host: Host, root: Path, change: Callable[[bytes], bytes]) -> None:
    if isinstance(host, MemoryHost):
        assert host.state is not None
        host.state.files["live"] = change(host.state.files["live"])
    else:
        path = next((root / "www/releases").glob("*.live"))
        path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("kind", ["folder", "memory"])
@pytest.mark.parametrize("name", LINES)
def test_a_bad_line_is_quoted_and_a_refresh_is_the_way_out(tmp_path: Path, kind: str, name: str) -> None:
    """The deploy changes nothing, names the line without its control characters, and goes on with --refresh."""
    host = _host(kind, tmp_path)
    built = Built(tmp_path / "site")
    built.write(FIRST)
    built.deploy(host)
    before = dict(host.live) if isinstance(host, MemoryHost) else None
    _change(host, tmp_path, lambda body: gzip.compress(gzip.decompress(body) + LINES[name].encode()))
    built.write(SECOND)
    for _ in range(2):
        with pytest.raises(DeployError, match="--refresh") as refused:
            built.deploy(host, allows_deletes=True)
        message = str(refused.value)
        assert message.isprintable()
        assert len(message) < 400
        assert message.count("damaged") == 1
    assert not isinstance(host, MemoryHost) or host.live == before
    done = built.deploy(host, allows_deletes=True, refreshes=True)
    assert done.is_live
    assert "damaged" in " ".join(done.warnings)
    assert built.deploy(host).reasons == {}


@pytest.mark.parametrize("kind", ["folder", "memory"])
@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[:-20],
        lambda _: b"",
        lambda _: b"\x1f\x8b\x08\x00" + bytes(range(256)),
        lambda body: body[:30] + b"\xff" * 40 + body[70:],
        lambda _: b"replisite live 1\nrelease r\n",
        lambda _: gzip.compress(b""),
        lambda _: gzip.compress(b"replisite live 2\n"),
        lambda body: gzip.compress(gzip.decompress(body).replace(b"live 2", b"live 3", 1)),
        lambda body: gzip.compress(gzip.decompress(body).replace(b"release ", b"release ../../", 1)),
        lambda body: gzip.compress(gzip.decompress(body).replace(b"jane/", b"j\xff\xfe/", 1)),
    ],
)
def test_a_list_that_is_none_can_be_made_again(
    tmp_path: Path, kind: str, change: Callable[[bytes], bytes]
) -> None:
    """Cut off, empty, packed wrongly, of a later version: reported with the way out, which works."""
    host = _host(kind, tmp_path)
    built = Built(tmp_path / "site")
    built.write(FIRST)
    built.deploy(host)
    _change(host, tmp_path, change)
    with pytest.raises(DeployError, match="--refresh"):
        built.deploy(host)
    built.deploy(host, refreshes=True)
    assert built.deploy(host).reasons == {}


@pytest.mark.parametrize("name", ["a\x1b[31m.txt", "a\x85.txt"])
def test_a_file_is_never_live_under_a_name_that_its_list_would_not_bear(tmp_path: Path, name: str) -> None:
    """A name with control characters is refused before anything is sent."""
    built = Built(tmp_path / "site")
    built.write({**FIRST, name: b"a"})
    with pytest.raises(DeployError, match="rename the file"):
        built.deploy(MemoryHost())
