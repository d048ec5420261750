"""Files that are replaced in one step."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from replisite.system.files import replacement, write_whole


@pytest.mark.parametrize("body", [b"new", Path("source")])
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_is_replaced_whole(tmp_path: Path, body: bytes | Path, mode: int) -> None:
    """By bytes or a copy, with its mode whatever the umask is; hard links keep the old content."""
    (tmp_path / "source").write_bytes(b"new")
    path, link = tmp_path / "list", tmp_path / "link"
    path.write_bytes(b"old")
    link.hardlink_to(path)
    before = os.umask(0o077)
    write_whole(path, tmp_path / body if isinstance(body, Path) else body, mode)
    os.umask(before)
    assert (path.read_bytes(), link.read_bytes()) == (b"new", b"old")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert {entry.name for entry in tmp_path.iterdir()} == {"list", "link", "source"}


@pytest.mark.parametrize("error", [OSError, KeyError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    """And nothing of the new one."""
    path = tmp_path / "list"
    path.write_bytes(b"old")

    def replace() -> None:
        with replacement(path) as new:
            new.write_bytes(b"half")
            raise error

    with pytest.raises(error):
        replace()
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["list"]


def test_what_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    """The name of the new file is the same each time, so leftovers do not add up."""
    path = tmp_path / "list"
    with pytest.raises(KeyError), replacement(path) as new:
        raise KeyError
    new.write_bytes(b"leftover")
    write_whole(path, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["list"]


def test_two_processes_may_replace_the_same_file(tmp_path: Path) -> None:
    """Each with a file of its own; the last one stays."""
    path = tmp_path / "photo"
    with replacement(path, ".1") as first:
        first.write_bytes(b"first")
        write_whole(path, b"second", owner=".2")
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first"


def test_a_name_may_be_as_long_as_the_disk_allows(tmp_path: Path) -> None:
    """The name of the new file is short."""
    path = tmp_path / ("n" * 255)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
