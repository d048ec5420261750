"""Packed text: lines in gzip's format after a header."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from replisite.errors import OutputError
from replisite.output.folder import read_manifest
from replisite.output.redirect_list import REDIRECTS, read_redirects
from replisite.system.packed_text import DamagedText, iter_packed, pack, write_packed

LINES = [f"line {number}\n" for number in range(2_500)]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """The same lines give the same bytes, however they come."""
    first, second = tmp_path / "first", tmp_path / "second"
    write_packed(first, "lines 1", LINES)
    write_packed(second, "lines 1", iter(LINES))
    assert first.read_bytes() == second.read_bytes()
    assert list(iter_packed(first, "lines 1")) == LINES
    assert list(iter_packed(first)) == ["lines 1\n", *LINES]


def test_members_are_one_text(tmp_path: Path) -> None:
    """A manifest is written in parts by several processes."""
    path = tmp_path / "text"
    path.write_bytes(pack("lines 1\n") + pack("a\nb\n") + pack("c\n"))
    assert list(iter_packed(path, "lines 1")) == ["a\n", "b\n", "c\n"]


def test_a_line_without_an_end_fills_no_memory(tmp_path: Path) -> None:
    """It comes in pieces."""
    path = tmp_path / "text"
    path.write_bytes(pack("lines 1\n" + "x" * 25))
    assert [len(piece) for piece in iter_packed(path, "lines 1", 10)] == [10, 10, 5]


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda body: body[: len(body) // 2],
    lambda body: body[:200] + bytes(255 - byte for byte in body[200:260]) + body[260:],
    lambda _: b"not packed",
    lambda _: gzip.compress(b"\xff\xfe"),
    lambda _: gzip.compress(b"another format\n"),
    lambda _: gzip.compress(b""),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_text_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    """In one way, whatever the damage is."""
    path = tmp_path / "text"
    write_packed(path, "lines 1", LINES)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DamagedText):
        list(iter_packed(path, "lines 1"))


def test_another_version_is_named(tmp_path: Path) -> None:
    """It is no damage."""
    path = tmp_path / "text"
    write_packed(path, "lines 2", [])
    with pytest.raises(DamagedText, match="of another version of replisite"):
        list(iter_packed(path, "lines 1"))


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    ("name", "header", "read"),
    [
        (".replisite/manifest.gz", "replisite manifest 1", read_manifest),
        (REDIRECTS, "replisite redirects 1", read_redirects),
    ],
)
def test_a_damaged_list_of_an_output_is_an_error_of_the_output(
    tmp_path: Path,
    name: str,
    header: str,
    read: Callable[[Path], object],
    damage: Callable[[bytes], bytes],
) -> None:
    """It names the file."""
    path = tmp_path / name
    path.parent.mkdir()
    digests = [f"{number:064x} {number} {number}.html\n" for number in range(2_500)]
    redirects = [f"/{number} /to/{number} 301\n" for number in range(2_500)]
    write_packed(path, header, digests if "manifest" in name else redirects)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(OutputError, match=path.name):
        list(read(tmp_path))  # type: ignore[call-overload]
