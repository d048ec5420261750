"""Measure builds against other ways to make the same sites: Hugo with a content adapter, and one Pelican run per owner."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.hugo import hugo_command, make_hugo_site, without_caches
from benchmarks.roster import write_roster
from benchmarks.rows import TIMES, AtLeast, Row
from benchmarks.running import Ran, Trial, build, clear, run, say
from benchmarks.sites import copy_demo, copy_twenty
from replisite.config import load_site
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.options import Options, database_path
from replisite.people import PeopleDatabase

__all__ = ["against_hugo", "against_pelican", "against_plain_hugo"]

PAGES = 20
SIZE_TOLERANCE = 0.1
"""The largest difference in bytes between the two outputs of a race, as a fraction of ours."""


def against_hugo(trial: Trial) -> list[Row]:
    """Race with the fastest Hugo site that we could write."""
    return _race(trial, "hugo", "Hugo", lambda site: site, AtLeast(20), AtLeast(5))


def against_plain_hugo(trial: Trial) -> list[Row]:
    """Race with the same Hugo site without cached partials, which has no goal."""
    return _race(trial, "plain-hugo", "Hugo without cached partials", without_caches, None, None)


def _race(
    trial: Trial,
    name: str,
    rival: str,
    prepare: Callable[[Path], Path],
    seconds_goal: AtLeast | None,
    memory_goal: AtLeast | None,
) -> list[Row]:
    """Build twenty pages for each owner to tmpfs: with Hugo, with a full build of ours, and with a new roster."""
    assert trial.hugo is not None
    folder = trial.memory / name
    site = copy_twenty(folder / "ours")
    roster, other = folder / "roster.csv", folder / "other.csv"
    write_roster(roster, trial.people, trial.seed)
    owners = [house_account(load_site(site)), *_owners(site, roster)]
    theirs = prepare(make_hugo_site(folder / "theirs", site, owners))
    output = folder / "output"
    runs: dict[str, list[Ran]] = {"hugo": [], "full": [], "roster": []}
    sizes: dict[str, tuple[int, int]] = {}
    for repetition in range(trial.runs):
        write_roster(other, trial.people, trial.seed + repetition + 1)
        clear(site / ".replisite")
        for way, ran in runs.items():
            say(f"{name}: {way}, run {repetition + 1} of {trial.runs}")
            clear(output, theirs / "cache", theirs / "resources")
            if way == "hugo":
                ran.append(run(hugo_command(trial.hugo, theirs, output), sample=True))
            else:
                source = roster if way == "full" else other
                ran.append(build(site, source, output, sample=True).ran)
            if way not in sizes:
                sizes[way] = _pages_and_bytes(output)
    clear(folder)
    _check_same_work(sizes["hugo"], sizes["full"], PAGES * (trial.people + 1))
    size = f"{trial.people:,} distributors with {PAGES} pages"
    details = {
        way: {
            "pages": sizes[way][0],
            "bytes": sizes[way][1],
            "seconds": [round(ran.seconds, 2) for ran in all_runs],
            "cpu_seconds": [round(ran.cpu_seconds, 2) for ran in all_runs],
            "largest_process_mb": [round(ran.largest_mb) for ran in all_runs],
            "all_processes_mb": [round(ran.tree_mb) for ran in all_runs],
        }
        for way, all_runs in runs.items()
    }
    kinds = {"full": "full build", "roster": "new roster, unchanged content"}
    rows = [
        Row(
            name=name,
            what=f"{rival}, {size}, tmpfs",
            unit="s",
            values=[ran.seconds for ran in runs["hugo"]],
            details=details["hugo"],
        )
    ]
    for way, what in kinds.items():
        pairs = list(zip(runs["hugo"], runs[way], strict=True))
        rows += [
            Row(
                name=f"{name}-ours-{way}",
                what=f"replisite, same task, {what}",
                unit="s",
                values=[mine.seconds for _, mine in pairs],
                details=details[way],
            ),
            Row(
                name=f"{name}-seconds-{way}",
                what=f"{rival} ÷ replisite, seconds, {what}",
                unit=TIMES,
                values=[hugo.seconds / mine.seconds for hugo, mine in pairs],
                goal=seconds_goal,
            ),
            Row(
                name=f"{name}-memory-{way}",
                what=f"{rival} ÷ replisite, peak memory of all processes, {what}",
                unit=TIMES,
                values=[_peak(hugo) / _peak(mine) for hugo, mine in pairs],
                goal=memory_goal,
            ),
        ]
    return rows


def against_pelican(trial: Trial) -> list[Row]:
    """Alternate one Pelican run for one distributor and one build of all sites, both to tmpfs."""
    folder = trial.memory / "pelican"
    site = copy_demo(folder / "site")
    roster = write_roster(folder / "roster.csv", trial.people, trial.seed)
    chosen = [owner.alias for owner in _owners(site, roster)][:: max(trial.people // trial.runs, 1)]
    database = Path(shutil.copy(_database_of(site, roster), folder / "people.sqlite"))
    single, whole, pages = [], [], 0
    for repetition in range(trial.runs):
        say(f"pelican: run {repetition + 1} of {trial.runs}")
        alias = chosen[repetition % len(chosen)]
        output = folder / "single"
        settings = folder / "pelicanconf.py"
        settings.write_text(_pelicanconf(site, database, alias, output), encoding="utf-8")
        single.append(run([sys.executable, "-m", "pelican", "-q", "-s", str(settings)]).seconds)
        pages = sum(name.endswith(".html") for _, _, names in os.walk(output) for name in names)
        clear(site / ".replisite")
        made = build(site, roster, folder / "output")
        whole.append(made.ran.seconds)
        expected = {"site's pages": made.report["pages"] // (trial.people + 1), "run's pages": pages}
        assert len(set(expected.values())) == 1, expected
        clear(output, folder / "output")
    clear(folder)
    return [
        Row(
            name="pelican",
            what="one Pelican run for one distributor, tmpfs",
            unit="s",
            values=single,
            details={"pages": pages, "builds_of_all_seconds": [round(value, 2) for value in whole]},
        ),
        Row(
            name="pelican-over-ours",
            what=f"{trial.people:,} Pelican runs (extrapolated) ÷ one build",
            unit=TIMES,
            values=[run_ * trial.people / build_ for run_, build_ in zip(single, whole, strict=True)],
            goal=AtLeast(500),
        ),
    ]


def _pelicanconf(site: Path, database: Path, alias: str, output: Path) -> str:
    values = ", ".join(
        [f"Path({str(site)!r})", f"Path({str(database)!r})", repr(alias), f"Path({str(output)!r})"]
    )
    return (
        "from pathlib import Path\n\n"
        "from benchmarks.pelican_plugin import settings_for\n\n"
        f"globals().update(settings_for({values}))\n"
    )


def _database_of(site: Path, roster: Path) -> Path:
    return database_path(load_site(site), Options(roster=roster))


def _owners(site: Path, roster: Path) -> list[Distributor]:
    """Return the distributors of a roster, as templates see them."""
    run([sys.executable, "-m", "replisite", "roster", "-q", "--site", str(site), "--roster", str(roster)])
    with PeopleDatabase.open(_database_of(site, roster)) as database:
        return list(database.distributors(load_site(site).owner_url))


def _peak(ran: Ran) -> float:
    """Return the peak of all processes in MB; the kernel knows the peak of a single process that samples may miss."""
    return max(ran.tree_mb, ran.largest_mb)


def _pages_and_bytes(output: Path) -> tuple[int, int]:
    pages = size = 0
    for folder, _, names in os.walk(output):
        for name in names:
            if name.endswith(".html") and name != "404.html":
                pages += 1
                size += (Path(folder) / name).stat().st_size
    return pages, size


def _check_same_work(theirs: tuple[int, int], ours: tuple[int, int], pages: int) -> None:
    """Raise RuntimeError unless both sides of a race made the same number of pages of about the same size."""
    if theirs[0] != pages or ours[0] != pages or abs(theirs[1] / ours[1] - 1) > SIZE_TOLERANCE:
        raise RuntimeError(
            f"the outputs differ: {theirs} and {ours} (pages, bytes), expected {pages:,} pages"
        )
