"""The check of live files, fetched as a visitor gets them."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from replisite.deploy import verify as verify_module
from replisite.deploy.verify import Verification, sample_of, verify
from replisite.hosts import HostFeatures
from replisite.model.live_files import CachePolicy, Group, LiveFile, served
from replisite.model.manifest import path_order
from tests.deploy.static_server import serving

FEATURES = HostFeatures("here", "", "server")


def a_file(path: str, body: bytes = b"tea") -> LiveFile:
    return LiveFile(path, hashlib.sha256(body).hexdigest(), len(body), served(path, CachePolicy()))


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_module, "PAUSE", 0.01)


def test_a_sample_has_every_group_and_a_handful_of_owners() -> None:
    """The same list gives the same sample, however long it is."""
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


def test_a_file_that_differs_from_the_build_is_reported(tmp_path: Path) -> None:
    """Other bytes, no file, another type; in the order of addresses."""
    files = {"index.html": b"home", "jane/index.html": b"jane", "a b.txt": b"txt", "x.css": b"css"}
    for path, body in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(body)
    built = [a_file(path, body) for path, body in files.items()]
    built += [a_file("jane/gone.html"), a_file("x.htm", b"{}")]
    (tmp_path / "x.htm").write_bytes(b"{}")
    (tmp_path / "x.css").write_bytes(b"other")
    with serving(tmp_path) as url:
        found = asyncio.run(verify(built, url, FEATURES, is_own=True))
        assert found == Verification(
            6,
            (
                f"{url}/jane/gone.html: answers 404",
                f"{url}/x.css: differs from the build (other bytes)",
                f'{url}/x.htm: is served as "text/html" instead of "text/html; charset=utf-8"',
            ),
        )


def test_a_server_that_does_not_answer_is_reported() -> None:
    """It is no difference."""
    with serving(Path("/nowhere")) as url:
        pass
    found = asyncio.run(verify([a_file("index.html")], url, FEATURES, is_own=True))
    assert (found.count, found.differences) == (0, ())
    assert url in found.unreached


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
    """Owners' sites are fetched from their own hosts, or from a staging address with that name in the Host header."""
    expected = {"Host": host} if host else {}
    assert verify_module._address(path, "https://tea.example", is_own) == (address, expected)
