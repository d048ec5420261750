"""Measure pressing in memory against Jinja's own rendering, and the memory of builds whose pages are discarded."""

from __future__ import annotations

import datetime
import gc
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.roster import add_photos, write_roster
from benchmarks.rows import TIMES, AtLeast, AtMost, Row
from benchmarks.running import Trial, clear, run, say
from benchmarks.sites import copy_demo

__all__ = ["memory_by_roster", "press_in_memory"]

OWNERS = 500
"""The number of owners whose pages one run presses."""


def press_in_memory(trial: Trial) -> list[Row]:
    """Press all pages of an edition, and render the same pages with Jinja, on one core; without and with photos.

    A page of an owner with a photo has slots that write addresses of pictures, which are led to the shared files.
    """
    pairs, details = _measure(trial, has_photos=False)
    pictured, picture_details = _measure(trial, has_photos=True)
    fast, slow = zip(*pairs, strict=True)
    return [
        Row(
            name="press",
            what="pages pressed in memory, per core",
            unit="pages/s",
            values=fast,
            goal=AtLeast(100_000),
            details=details,
        ),
        Row(
            name="press-photos",
            what="the same, with a photo for every owner",
            unit="pages/s",
            values=[quick for quick, _ in pictured],
            details=picture_details,
        ),
        Row(
            name="jinja",
            what="the same pages without photos, rendered in full by Jinja",
            unit="pages/s",
            values=slow,
        ),
        Row(
            name="press-over-jinja",
            what="press ÷ Jinja",
            unit=TIMES,
            values=[quick / plain for quick, plain in pairs],
            goal=AtLeast(50),
        ),
    ]


def _measure(trial: Trial, *, has_photos: bool) -> tuple[list[tuple[float, float]], dict[str, int]]:
    folder = trial.memory / "press"
    site = copy_demo(folder)
    roster = write_roster(folder / "roster.csv", min(OWNERS, trial.people), trial.seed)
    if has_photos:
        add_photos(roster, site / "content/benchmark")
    run([sys.executable, "-m", "replisite", "roster", "-q", "--site", str(site), "--roster", str(roster)])
    with multiprocessing.get_context("spawn").Pool(1) as pool:  # importing Pelican changes a process
        rates = pool.apply(_rates, (site, roster, trial.runs))
    clear(folder)
    return rates


def _rates(folder: Path, roster: Path, runs: int) -> tuple[list[tuple[float, float]], dict[str, int]]:
    """Return (pages pressed, pages rendered by Jinja) a second for each run, and the size and number of the pages."""
    from replisite.config import load_site
    from replisite.images.roster_photos import make_photos
    from replisite.model.options import Options, database_path
    from replisite.pelican import record_site
    from replisite.people import PeopleDatabase
    from replisite.staging import Press, in_full

    site = load_site(folder)
    static = folder / "static"
    static.mkdir()
    recording = record_site(site, site.editions, static, now=datetime.datetime.now(datetime.UTC))
    main = site.editions[0].key
    pages = [page for page in recording.pages[main] if page.is_replicated]
    proved = [proof.staged for proof in recording.proofs[main] if proof.page.is_replicated]
    press = Press([page.plate for page in pages])
    with PeopleDatabase.open(database_path(site, Options(roster=roster))) as database:
        make_photos(site, database, 1)
        owners = [owner for owner in database.distributors(site.owner_url) if owner.edition == main]

    def pressed() -> int:
        return sum(len(press.pages({"distributor": owner})) for owner in owners)

    def rendered() -> int:
        for staged in proved:
            with staged.recorded.in_place() as names:
                in_full(staged.template, names, {"distributor": owners[0]})
        return len(proved)

    size = statistics.mean(len(body) for body in press.pages({"distributor": owners[0]}))
    details = {
        "owners": len(owners),
        "owners_with_photo": sum(bool(owner.photo) for owner in owners),
        "pages_per_owner": len(pages),
        "bytes_per_page": round(size),
        "slots": len(press.slots),
        "pages_rendered_in_full": sum(page.plate.widening is not None for page in pages),
    }
    pressed()
    rendered()
    gc.collect()
    gc.freeze()  # as the pressing process does
    return [(_rate(pressed), _rate(rendered)) for _ in range(runs)], details


def _rate(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    pages = work()
    return pages / (time.perf_counter() - started)


def memory_by_roster(trial: Trial) -> list[Row]:
    """Build for a roster and for ten and a hundred times as many people, on all cores, and discard each page."""
    sizes = [max(trial.people // 5, 1) * times for times in (1, 10, 100)]
    folder = trial.memory / "discard"
    site = copy_demo(folder)
    largest: dict[int, list[float]] = {size: [] for size in sizes}
    trees: dict[int, list[float]] = {size: [] for size in sizes}
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    for repetition in range(trial.runs):
        for size in sizes:
            say(f"memory: {size:,} distributors, run {repetition + 1} of {trial.runs}")
            roster = write_roster(folder / "roster.csv", size, trial.seed + repetition)
            clear(site / ".replisite")
            command = [sys.executable, "-m", "benchmarks.discard", str(site), str(roster)]
            ran = run(command, sample=True)
            largest[size].append(ran.largest_mb)
            trees[size].append(ran.tree_mb)
            seconds[size].append(ran.seconds)
    clear(folder)
    few, many = sizes[0], sizes[-1]
    rows = [
        Row(
            name=f"memory-{label}",
            what=f"peak memory of all processes, {size:,} distributors, pages discarded",
            unit="MB",
            values=trees[size],
            goal=AtMost(300),
            details={
                "distributors": size,
                "largest_process_mb": [round(value) for value in largest[size]],
                "seconds": [round(value, 1) for value in seconds[size]],
            },
        )
        for label, size in zip(("few", "some", "many"), sizes, strict=True)
    ]
    flat = [high / low for high, low in zip(trees[many], trees[few], strict=True)]
    return [
        *rows,
        Row(
            name="memory-flat",
            what=f"peak memory at {many:,} ÷ at {few:,} distributors",
            unit=TIMES,
            values=flat,
            goal=AtMost(1.25),
        ),
    ]
