"""What is live, looked at as a visitor gets it."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from replisite.deploy import verify
from replisite.deploy.verify import Looked, look, sample_of
from replisite.hosts import HostFeatures
from replisite.model.live_files import CachePolicy, Group, LiveFile, served
from replisite.model.manifest import path_order
from tests.deploy.static_server import serving

FACTS = HostFeatures("here", "", "server")


def a_file(path: str, body: bytes = b"tea") -> LiveFile:
    return LiveFile(path, hashlib.sha256(body).hexdigest(), len(body), served(path, CachePolicy()))


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "PAUSE", 0.01)


def test_a_sample_has_every_group_and_a_handful_of_owners() -> None:
    """The same one for the same list, however many there are."""
    paths = ["index.html", "robots.txt", "theme/a.css", "theme/app.3f2a91bc.js"]
    paths += [
        f"owner-{number:03}/{page}" for number in range(200) for page in ("index.html", "shop/index.html")
    ]
    files = [a_file(path) for path in sorted(paths, key=path_order)]
    found = sample_of(files, len(files))
    assert {file.group for file in found} == set(Group)
    homes = [file.path for file in found if file.path.count("/") == 1 and file.path.endswith("/index.html")]
    assert 5 <= len(homes) <= 16
    assert homes[0] == "owner-000/index.html"
    assert len({home.split("/")[0][-3:-1] for home in homes}) > 3  # from all over the list
    assert found == sample_of(files, len(files))
    assert sample_of([], 0) == []


def test_what_is_not_as_it_was_built_is_told(tmp_path: Path) -> None:
    """Other bytes, nothing at all, another type; in the order of addresses."""
    files = {"index.html": b"home", "jane/index.html": b"jane", "a b.txt": b"txt", "x.css": b"css"}
    for path, body in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(body)
    built = [a_file(path, body) for path, body in files.items()]
    built += [a_file("jane/gone.html"), a_file("x.htm", b"{}")]
    (tmp_path / "x.htm").write_bytes(b"{}")
    (tmp_path / "x.css").write_bytes(b"other")
    with serving(tmp_path) as url:
        looked = asyncio.run(look(built, url, FACTS, is_own=True))
        assert looked == Looked(
            6,
            (
                f"{url}/jane/gone.html: answers 404",
                f"{url}/x.css: has other bytes than were built",
                f'{url}/x.htm: is served as "text/html" instead of "text/html; charset=utf-8"',
            ),
        )


def test_nobody_answers() -> None:
    """That is told, and is no difference."""
    with serving(Path("/nowhere")) as url:
        pass
    looked = asyncio.run(look([a_file("index.html")], url, FACTS, is_own=True))
    assert (looked.count, looked.differences) == (0, ())
    assert url in looked.unreached


@pytest.mark.parametrize(
    ("path", "is_own", "address", "host"),
    [
        ("index.html", True, "https://tea.example/", ""),
        ("jane/a b/index.html", True, "https://tea.example/jane/a%20b/", ""),
        ("oolong.html", True, "https://tea.example/oolong.html", ""),
        ("_hosts/jane.tea.example/index.html", True, "https://jane.tea.example/", ""),
        ("_hosts/jane.tea.example/x/index.html", False, "https://tea.example/x/", "jane.tea.example"),
    ],
)
def test_each_file_has_its_address(path: str, is_own: bool, address: str, host: str) -> None:
    """Owners' hosts are asked by their own names, or on a staging address by that name in the Host header."""
    expected = {"Host": host} if host else {}
    assert verify._address(path, "https://tea.example", is_own) == (address, expected)
