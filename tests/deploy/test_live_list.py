"""The list of what is live."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from replisite.deploy.live_list import LEFT_OVER, LiveList, write_live_list
from replisite.errors import DeployError
from replisite.hosts import Host, MemoryHost
from replisite.hosts.folder.host import FolderHost
from replisite.model.live_files import CachePolicy, LiveFile, served
from tests.deploy.built import FIRST, SECOND, Built

FILES = [
    LiveFile(path, f"{number:064x}", number, served(path, CachePolicy(), "gzip"))
    for number, path in enumerate(["a b/index.html", "a.css", "jane/index.html", "é.png"])
]


def test_a_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """With what is left over, the release, and the same bytes each time."""
    files = [*FILES[:3], LiveFile("old/index.html", "", 0, LEFT_OVER), FILES[3]]
    write_live_list(tmp_path / "one", "r1", files)
    write_live_list(tmp_path / "two", "r1", files)
    found = LiveList.open(tmp_path / "one")
    assert found.release == "r1"
    assert list(found) == files
    assert list(found) == files
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-20],
        lambda _: b"",
        lambda _: b"<html>404</html>",
        lambda _: gzip.compress(b"replisite live 2\nrelease r\n"),
        lambda _: gzip.compress(b"replisite live 1\nrelease r\nnonsense\n"),
        lambda _: gzip.compress(b"replisite live 1\nrelease r\nab 12 7 index.html\n"),
    ],
)
def test_a_damaged_list_says_so(tmp_path: Path, damage: object) -> None:
    """And what to do."""
    place = tmp_path / "list"
    write_live_list(place, "r1", FILES)
    place.write_bytes(damage(place.read_bytes()))  # type: ignore[operator]
    with pytest.raises(DeployError, match="--refresh"):
        list(LiveList.open(place))


DIGEST = "0" * 64
SERVED = "= 0 text/html|no-cache|\n"

LINES = {
    "path leads out": f"{DIGEST} 5 0 zz/../../../victim\n",
    "path leads out, and is to go": "- ../victim\n",
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
        place = next((root / "www/releases").glob("*.live"))
        place.write_bytes(change(place.read_bytes()))


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
        told = str(refused.value)
        assert told.isprintable()
        assert len(told) < 400
        assert told.count("damaged") == 1
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
        lambda _: gzip.compress(b"replisite live 1\n"),
        lambda body: gzip.compress(gzip.decompress(body).replace(b"live 1", b"live 2", 1)),
        lambda body: gzip.compress(gzip.decompress(body).replace(b"release ", b"release ../../", 1)),
        lambda body: gzip.compress(gzip.decompress(body).replace(b"jane/", b"j\xff\xfe/", 1)),
    ],
)
def test_a_list_that_is_none_can_be_made_again(
    tmp_path: Path, kind: str, change: Callable[[bytes], bytes]
) -> None:
    """Cut off, empty, packed wrongly, of a later version: told with the way out, which works."""
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
