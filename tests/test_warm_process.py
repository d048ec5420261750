"""A run in a fork is a run: the same output, exit code and folder as a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.little_site import LittleSite, run_replisite


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["check"], ["check", "--json"], ["roster", "--nonsense"], ["explain", "nowhere"], []],
)
def test_a_fork_says_what_a_process_says(
    little: LittleSite, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """From the folder of the test, with nothing of another run."""
    monkeypatch.chdir(little.root)
    alone = subprocess.run(
        [sys.executable, "-m", "replisite", *arguments], capture_output=True, text=True, check=False
    )
    forked = run_replisite(*arguments)
    assert forked.returncode == alone.returncode
    if "--json" not in arguments:  # there are seconds in it
        assert (forked.stdout, forked.stderr) == (alone.stdout, alone.stderr)
    assert forked.stdout or forked.stderr
