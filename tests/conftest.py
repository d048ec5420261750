"""What tests share: a little site of their own, and the demo, built once."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.little_site import LittleSite, run_replisite

collect_ignore_glob = ["staging/cases/*"]  # what they hold is loaded by their own test
ROOT = Path(__file__).parents[1]

settings.register_profile("replisite", deadline=None)  # the machine may be busy with other tests
settings.load_profile("replisite")


@pytest.fixture
def little(tmp_path: Path) -> LittleSite:
    """A small site in a folder of its own."""
    return LittleSite(tmp_path / "little")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished output of this repository's own site; workers of one run share it."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    output = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists():
            done = run_replisite("build", "--site", str(ROOT), "--output", str(output))
            assert done.returncode == 0, done.stderr
    return output
