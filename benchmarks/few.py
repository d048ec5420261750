"""A few sites of a large roster: what somebody waits for who changed one person."""

from __future__ import annotations

from benchmarks.roster import write_roster
from benchmarks.rows import Row
from benchmarks.running import Trial, build, clear, say
from benchmarks.sites import copy_demo

__all__ = ["few_of_many"]

TIMES_MORE = 10
FEW = 5


def few_of_many(trial: Trial) -> list[Row]:
    """Build five sites of a roster ten times as large, first with the people database to be made, then without."""
    people = TIMES_MORE * trial.people
    folder = trial.memory / "few"
    site = copy_demo(folder / "site")
    roster, output = write_roster(folder / "roster.csv", people, trial.seed), folder / "output"
    only = [part for number in range(FEW) for part in ("--only", f"someone-{number}")]
    first, again = [], []
    for turn in range(trial.runs):
        say(f"few: run {turn + 1} of {trial.runs}")
        clear(site / ".replisite", output)
        first.append(build(site, roster, output, *only))
        clear(output)
        again.append(build(site, roster, output, *only))
    clear(folder)
    what = f"{FEW} sites of a roster of {people:,}, tmpfs"
    return [
        Row(
            name=f"few-{name}",
            what=f"{what}, {told}",
            unit="s",
            values=[made.ran.seconds for made in builds],
            details={"seconds_of_the_roster": [made.report["seconds"]["roster"] for made in builds]},
        )
        for name, told, builds in (
            ("first", "full build", first),
            ("again", "nothing changed", again),
        )
    ]
