"""Whole builds against ``cp -r`` of the finished tree, on the same file system, in turn."""

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
    """Build the demo to tmpfs, and copy it."""
    return _builds(trial, trial.people, trial.memory / "build", "tmpfs", is_synced=False)


def builds_on_disk(trial: Trial) -> list[Row]:
    """Build the demo to a disk, and copy it; the seconds of sync(1) belong to both."""
    return _builds(trial, trial.people_on_disk, trial.disk / "build", "disk", is_synced=True)


def _builds(trial: Trial, people: int, folder: Path, place: str, *, is_synced: bool) -> list[Row]:
    site = copy_demo(folder / "site")
    output, copy, roster = folder / "output", folder / "copy", folder / "roster.csv"
    synced = folder if is_synced else None
    told = {"anew": "full build", "roster": "new roster, unchanged content"}
    builds: dict[str, list[Build]] = {way: [] for way in told}
    copies: dict[str, list[float]] = {way: [] for way in told}
    for turn in range(trial.runs):
        clear(site / ".replisite")
        for number, way in enumerate(told):
            say(f"{place}: {told[way]}, run {turn + 1} of {trial.runs}")
            write_roster(roster, people, trial.seed + 2 * turn + number)
            clear(output, copy)
            _rest(is_synced)
            builds[way].append(build(site, roster, output, synced=synced))
            _rest(is_synced)
            copies[way].append(run(["cp", "-r", str(output), str(copy)], synced=synced).seconds)
    clear(folder)
    rows = []
    for way, what in told.items():
        ours = [made.ran.seconds for made in builds[way]]
        rows += [
            Row(
                name=f"build-{place}-{way}",
                what=f"build to {place}, {people:,} distributors, {what}",
                unit="s",
                values=ours,
                details=_details(builds[way]),
            ),
            Row(
                name=f"copy-{place}-{way}",
                what=f"`cp -r` of that output on {place}",
                unit="s",
                values=copies[way],
            ),
            Row(
                name=f"build-over-copy-{place}-{way}",
                what=f"build ÷ `cp -r` on {place}, {what}",
                unit=TIMES,
                values=[mine / theirs for mine, theirs in zip(ours, copies[way], strict=True)],
                goal=AtMost(1.0),
            ),
        ]
    return rows


def _rest(is_synced: bool) -> None:
    """Let a disk come to rest: what was deleted or written before belongs to nobody's seconds."""
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
