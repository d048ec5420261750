"""The list of what is live."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from replisite.deploying.live_list import LEFT_OVER, LiveList, write_live_list
from replisite.errors import DeployError
from replisite.model.live import CachePolicy, LiveFile, served

FILES = [
    LiveFile(path, f"{number:064x}", number, served(path, CachePolicy(), "gzip"))
    for number, path in enumerate(["a b/index.html", "a.css", "é.png", "jane/index.html"])
]


def test_a_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """With what is left over, the release, and the same bytes each time."""
    files = [*FILES, LiveFile("old/index.html", "", 0, LEFT_OVER)]
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
