"""Measure builds of a few sites of a large roster, as after a change of one person."""

from __future__ import annotations

from benchmarks.roster import write_roster
from benchmarks.rows import Row
from benchmarks.running import Trial, build, clear, say
from benchmarks.sites import copy_demo

__all__ = ["few_of_many"]

ROSTER_FACTOR = 10
FEW = 5


def few_of_many(trial: Trial) -> list[Row]:
    """Build five sites of a roster of ten times ``trial.people``, without and with an existing people database."""
    people = ROSTER_FACTOR * trial.people
    folder = trial.memory / "few"
    site = copy_demo(folder / "site")
    roster, output = write_roster(folder / "roster.csv", people, trial.seed), folder / "output"
    only = [part for number in range(FEW) for part in ("--only", f"someone-{number}")]
    first, again = [], []
    for repetition in range(trial.runs):
        say(f"few: run {repetition + 1} of {trial.runs}")
        clear(site / ".replisite", output)
        first.append(build(site, roster, output, *only))
        clear(output)
        again.append(build(site, roster, output, *only))
    clear(folder)
    what = f"{FEW} sites of a roster of {people:,}, tmpfs"
    return [
        Row(
            name=f"few-{name}",
            what=f"{what}, {kind}",
            unit="s",
            values=[made.ran.seconds for made in builds],
            details={"seconds_of_the_roster": [made.report["seconds"]["roster"] for made in builds]},
        )
        for name, kind, builds in (
            ("first", "full build", first),
            ("again", "nothing changed", again),
        )
    ]
