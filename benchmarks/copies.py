"""Measure whole builds against ``cp -r`` of the finished tree, alternately and on the same file system."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.roster import write_roster
from benchmarks.rows import TIMES, AtMost, Row
from benchmarks.running import Build, Trial, build, clear, run, say
from benchmarks.sites import copy_demo

__all__ = ["builds_in_memory", "builds_on_disk"]


def builds_in_memory(trial: Trial) -> list[Row]:
    """Build the demo to tmpfs and copy the output; return the rows."""
    return _builds(trial, trial.people, trial.memory / "build", "tmpfs", is_synced=False)


def builds_on_disk(trial: Trial) -> list[Row]:
    """Build the demo to a disk and copy the output; the seconds of both include sync(1)."""
    return _builds(trial, trial.people_on_disk, trial.disk / "build", "disk", is_synced=True)


def _builds(trial: Trial, people: int, folder: Path, file_system: str, *, is_synced: bool) -> list[Row]:
    site = copy_demo(folder / "site")
    output, copy, roster = folder / "output", folder / "copy", folder / "roster.csv"
    synced = folder if is_synced else None
    kinds = {"full": "full build", "roster": "new roster, unchanged content"}
    builds: dict[str, list[Build]] = {kind: [] for kind in kinds}
    copies: dict[str, list[float]] = {kind: [] for kind in kinds}
    for repetition in range(trial.runs):
        clear(site / ".replisite")
        for number, kind in enumerate(kinds):
            say(f"{file_system}: {kinds[kind]}, run {repetition + 1} of {trial.runs}")
            write_roster(roster, people, trial.seed + 2 * repetition + number)
            clear(output, copy)
            _settle(is_synced)
            builds[kind].append(build(site, roster, output, synced=synced))
            _settle(is_synced)
            copies[kind].append(run(["cp", "-r", str(output), str(copy)], synced=synced).seconds)
    clear(folder)
    rows = []
    for kind, what in kinds.items():
        ours = [made.ran.seconds for made in builds[kind]]
        rows += [
            Row(
                name=f"build-{file_system}-{kind}",
                what=f"build to {file_system}, {people:,} distributors, {what}",
                unit="s",
                values=ours,
                details=_details(builds[kind]),
            ),
            Row(
                name=f"copy-{file_system}-{kind}",
                what=f"`cp -r` of that output on {file_system}",
                unit="s",
                values=copies[kind],
            ),
            Row(
                name=f"build-over-copy-{file_system}-{kind}",
                what=f"build ÷ `cp -r` on {file_system}, {what}",
                unit=TIMES,
                values=[mine / theirs for mine, theirs in zip(ours, copies[kind], strict=True)],
                goal=AtMost(1.0),
            ),
        ]
    return rows


def _settle(is_synced: bool) -> None:
    """Wait until a disk has written everything, so that no measurement pays for earlier work."""
    if is_synced:
        os.sync()


def _details(builds: Sequence[Build]) -> dict[str, object]:
    report = builds[0].report
    return {
        **{name: report[name] for name in ("sites", "pages", "files", "bytes")},
        "seconds_by_phase": {
            phase: round(statistics.median(made.report["seconds"][phase] for made in builds), 3)
            for phase in report["seconds"]
        },
        "cpu_seconds": [round(made.ran.cpu_seconds, 1) for made in builds],
        "largest_process_mb": [round(made.ran.largest_mb) for made in builds],
    }
