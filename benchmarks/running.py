"""Run commands for the benchmarks, watched from a small process, and replisite's builds among them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Build", "Ran", "Trial", "build", "clear", "run", "say"]

ROOT = Path(__file__).parents[1]
_WATCH = Path(__file__).with_name("watch.py")


@dataclass(frozen=True, slots=True)
class Trial:
    """What is measured, and where: ``memory`` and ``disk`` are empty folders on tmpfs and on a disk."""

    people: int
    people_on_disk: int
    runs: int
    seed: int
    memory: Path
    disk: Path
    hugo: Path | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command took: seconds, processor seconds, and memory in MB.

    ``largest_mb`` is the peak of its largest process, ``tree_mb`` that of all together (0 if not sampled).
    """

    seconds: float
    cpu_seconds: float
    largest_mb: float
    tree_mb: float
    printed: str


@dataclass(frozen=True, slots=True)
class Build:
    """A build of ours: what it took, and its own report."""

    ran: Ran
    report: Mapping[str, Any]


def say(what: str) -> None:
    """Tell how far the work is."""
    print(what, file=sys.stderr, flush=True)


def run(command: Sequence[str], *, sample: bool = False, synced: Path | None = None) -> Ran:
    """Run a command to its end; raises RuntimeError with what it printed where it fails.

    ``sample`` watches the memory of the whole tree. With ``synced`` the command includes sync(1) of the file system
    that this folder is on.
    """
    if synced is not None:
        command = ["sh", "-c", '"$@" && sync -f "$0"', str(synced), *command]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with tempfile.TemporaryDirectory() as folder:
        report, printed, faults = (Path(folder) / name for name in ("report", "printed", "faults"))
        watch = [sys.executable, "-I", str(_WATCH), str(report), *(["--sample"] if sample else [])]
        with printed.open("wb") as out, faults.open("wb") as errors:
            subprocess.run([*watch, "--", *command], stdout=out, stderr=errors, check=True, env=environment)
        told = json.loads(report.read_text("utf-8"))
        if told["status"]:
            what = printed.read_text("utf-8", "replace") + faults.read_text("utf-8", "replace")
            raise RuntimeError(f"{' '.join(command)} ended with {told['status']}:\n{what}")
        megabytes = (told["largest_kib"] / 1024, told["tree_kib"] / 1024)
        return Ran(told["seconds"], told["cpu_seconds"], *megabytes, printed.read_text("utf-8", "replace"))


def build(
    site: Path,
    roster: Path,
    output: Path,
    *arguments: str,
    sample: bool = False,
    synced: Path | None = None,
) -> Build:
    """Run ``replisite build``; the output must not be there yet."""
    assert not output.exists(), output
    command = [sys.executable, "-m", "replisite", "build", "--json", "--site", str(site)]
    command += ["--roster", str(roster), "--output", str(output), *arguments]
    ran = run(command, sample=sample, synced=synced)
    return Build(ran, json.loads(ran.printed))


def clear(*places: Path) -> None:
    """Delete folders and what is in them, where they are."""
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
