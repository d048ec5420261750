"""Locks between the processes of this machine."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from replisite.errors import OutputError
from replisite.output import Output
from replisite.system.locks import FileLock


def test_a_lock_is_taken_once(tmp_path: Path) -> None:
    """Until it is released."""
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()
    second.release()


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    """However the process ends."""
    program = (
        "import os, sys; from pathlib import Path; from replisite.system.locks import FileLock\n"
        "lock = FileLock(Path(sys.argv[1])); print(lock.take(), flush=True); input()"
    )
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        with FileLock(path) as lock:
            assert not lock.take()
            process.kill()
            process.wait()
            assert lock.take()


def test_a_process_waits_for_a_lock(tmp_path: Path) -> None:
    """Until it is released."""
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.take()
    waiting = threading.Thread(target=second.wait)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    first.release()
    waiting.join(10)
    assert not waiting.is_alive()
    assert not FileLock(tmp_path / "lock").take()


@pytest.mark.parametrize("waits", [False, True])
def test_a_lock_whose_file_was_removed_is_not_a_lock(tmp_path: Path, waits: bool) -> None:
    """The file was opened before its holder removed it: the next one to come must not get a lock of its own."""
    first, second, third = (FileLock(tmp_path / "lock") for _ in range(3))
    assert first.take()
    first.remove()
    if waits:
        second.wait()
    else:
        assert second.take()
    assert not third.take()
    assert not FileLock(tmp_path / "lock").take()


def test_a_lock_says_whose_it_is(tmp_path: Path) -> None:
    """To a process that does not get it, with the time since it was touched."""
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.take()
    first.write(b"a longer name")
    first.write(b"ann")
    first.touch()
    assert second.read() == b"ann"
    assert 0 <= second.age < 5


def test_a_build_that_does_not_get_the_lock_leaves_the_other_alone(tmp_path: Path) -> None:
    """The parts of the other build's manifest and its lock stay."""
    with Output(tmp_path / "output") as output:
        part = output.room / "run.entries.0"
        part.write_bytes(b"part")
        for _ in range(2):
            with pytest.raises(OutputError, match="another build is writing it"), Output(tmp_path / "output"):
                raise AssertionError
        assert part.read_bytes() == b"part"
        assert output.new.is_dir()
