"""What replisite remembers is for its owner; what it publishes is for the web server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from replisite.system.private_files import private_file, private_folder
from tests.little_site import LittleSite

TARGET = '\n[targets.live]\nhost = "folder"\npath = "www"\n'


@pytest.fixture
def umask() -> Iterator[None]:
    """The umask of before."""
    before = os.umask(0)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _run(site: Path, mask: int, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "replisite", *words, "--site", str(site)],
        capture_output=True,
        text=True,
        check=False,
        umask=mask,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o027, 0o077])
def test_the_state_is_private_and_the_output_readable_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    """After a build and a deploy; nobody but owner and group may change a file of the output."""
    little = LittleSite(tmp_path)
    with (little.root / "site.toml").open("a") as toml:
        toml.write(TARGET)
    _run(little.root, mask, "build", "-q")
    _run(little.root, mask, "deploy", "live", "--yes", "--no-verify")
    state = little.root / ".replisite"
    assert _mode(state) == 0o700
    databases = [*state.rglob("*.sqlite*"), *state.rglob("lock"), *state.rglob("deploys.jsonl")]
    assert len(databases) >= 4
    assert {_mode(path) for path in databases} == {0o600}
    for top in ("output", "www/current/"):
        for path in (little.root / top).rglob("*"):
            assert _mode(path) & 0o004, path
            assert not _mode(path) & 0o002, path
            assert not path.is_dir() or _mode(path) & 0o005 == 0o005, path


def test_a_state_folder_of_an_earlier_version_is_tightened(tmp_path: Path) -> None:
    """Folders and databases that others could read are made private by the next command."""
    little = LittleSite(tmp_path)
    little.build()
    state = little.root / ".replisite"
    state.chmod(0o755)
    for path in state.rglob("*.sqlite"):
        path.chmod(0o644)
    room = little.root / ".output.replisite"
    room.mkdir(0o777, exist_ok=True)
    (room / "run.left").write_text("")
    _run(little.root, 0o022, "roster", "-q")
    assert _mode(state) == 0o700
    assert {_mode(path) for path in state.rglob("*.sqlite")} == {0o600}


@pytest.mark.usefixtures("umask")
def test_a_private_folder_is_private_from_the_start(tmp_path: Path) -> None:
    """Also those above it that are made for it; what was there above is left as it was."""
    tmp_path.chmod(0o755)
    private_folder(tmp_path / "a/b")
    assert [_mode(path) for path in (tmp_path, tmp_path / "a", tmp_path / "a/b")] == [0o755, 0o700, 0o700]
    assert _mode(private_file(tmp_path / "a/b/c")) == 0o600


def test_a_link_in_a_private_folder_is_not_followed(tmp_path: Path) -> None:
    """Where it leads, modes stay as they are."""
    (tmp_path / "other").write_text("")
    (tmp_path / "other").chmod(0o644)
    (tmp_path / "state").mkdir()
    (tmp_path / "state/link").symlink_to(tmp_path / "other")
    private_folder(tmp_path / "state")
    assert _mode(tmp_path / "other") == 0o644
