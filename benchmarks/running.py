"""Run commands and replisite's builds for the benchmarks, and measure them from a small process."""

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
    """The sizes of a measurement and its folders: ``memory`` and ``disk`` are empty folders on tmpfs and on a disk."""

    people: int
    people_on_disk: int
    runs: int
    seed: int
    memory: Path
    disk: Path
    hugo: Path | None


@dataclass(frozen=True, slots=True)
class Ran:
    """The cost of a command: seconds, processor seconds and memory in MB.

    ``largest_mb`` is the peak of its largest process, ``tree_mb`` the peak of all processes together (0 if not sampled).
    """

    seconds: float
    cpu_seconds: float
    largest_mb: float
    tree_mb: float
    printed: str


@dataclass(frozen=True, slots=True)
class Build:
    """A build of ours: its cost and its own report."""

    ran: Ran
    report: Mapping[str, Any]


def say(message: str) -> None:
    """Print progress to standard error."""
    print(message, file=sys.stderr, flush=True)


def run(command: Sequence[str], *, sample: bool = False, synced: Path | None = None) -> Ran:
    """Run a command to its end; raise RuntimeError with its output if it fails.

    ``sample`` samples the memory of all its processes. With ``synced`` the command includes sync(1) of the file system
    of this folder.
    """
    if synced is not None:
        command = ["sh", "-c", '"$@" && sync -f "$0"', str(synced), *command]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with tempfile.TemporaryDirectory() as folder:
        report, printed, faults = (Path(folder) / name for name in ("report", "printed", "faults"))
        watch = [sys.executable, "-I", str(_WATCH), str(report), *(["--sample"] if sample else [])]
        with printed.open("wb") as out, faults.open("wb") as errors:
            subprocess.run([*watch, "--", *command], stdout=out, stderr=errors, check=True, env=environment)
        figures = json.loads(report.read_text("utf-8"))
        if figures["status"]:
            output = printed.read_text("utf-8", "replace") + faults.read_text("utf-8", "replace")
            raise RuntimeError(f"{' '.join(command)} ended with {figures['status']}:\n{output}")
        megabytes = (figures["largest_kib"] / 1024, figures["tree_kib"] / 1024)
        return Ran(
            figures["seconds"], figures["cpu_seconds"], *megabytes, printed.read_text("utf-8", "replace")
        )


def build(
    site: Path,
    roster: Path,
    output: Path,
    *arguments: str,
    sample: bool = False,
    synced: Path | None = None,
) -> Build:
    """Run ``replisite build``; the output folder must not exist."""
    assert not output.exists(), output
    command = [sys.executable, "-m", "replisite", "build", "--json", "--site", str(site)]
    command += ["--roster", str(roster), "--output", str(output), *arguments]
    ran = run(command, sample=sample, synced=synced)
    return Build(ran, json.loads(ran.printed))


def clear(*folders: Path) -> None:
    """Delete folders with their content; missing folders are ignored."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
