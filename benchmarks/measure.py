"""Measure the demo: press in memory against Jinja, whole builds, and memory. ``make bench`` runs it.

Each figure is the median of several runs in one go, with the least and the most beside it. Builds go to
memory (/dev/shm) where there is one, so that the program is measured and not the disk.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RUNS = 5


def main() -> None:
    """Measure, print a table, and write results.json beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2_000, help="rows of the roster that is built in full")
    parser.add_argument(
        "--many", type=int, default=50_000, help="rows of the roster of which five sites are built"
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        results = {
            "cores": os.cpu_count(),
            "python": sys.version.split()[0],
            **in_own_process(press_in_memory, asked.runs),
            **full_builds(folder, asked.people, asked.runs),
            **few_of_many(folder, asked.many),
        }
    finally:
        shutil.rmtree(folder)
    (ROOT / "benchmarks/results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    for name, value in results.items():
        print(f"{name:55} {value}")


def in_own_process(measure: Callable[[int], dict[str, Any]], runs: int) -> dict[str, Any]:
    """Run a measurement that imports Pelican away from the others."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (runs,))


def press_in_memory(runs: int) -> dict[str, Any]:
    """Press all pages of an edition for the demo's owners, and render the same pages with Jinja."""
    from replisite.ledger import Ledger
    from replisite.model.places import address_of, edition_of
    from replisite.sources.config import load_site
    from replisite.sources.pelican import record_site
    from replisite.staging import Press, in_full

    subprocess.run(
        [sys.executable, "-m", "replisite", "roster", "-q", "--site", str(ROOT)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    site = load_site(ROOT)
    static = Path(tempfile.mkdtemp())
    recording = record_site(site, site.editions, static, now=datetime.datetime.now(datetime.UTC))
    main = site.editions[0].key
    pages = [page for page in recording.pages[main] if page.is_replicated]
    press = Press([page.plate for page in pages])
    with Ledger.open(site.state / "ledger.sqlite") as ledger:
        owners = [owner for owner in ledger.distributors(address_of(site)) if edition_of(owner) == main]

    def pressed() -> int:
        return sum(len(press.pages({"distributor": owner})) for owner in owners)

    def rendered() -> int:
        for page in pages:
            with page.staged.recorded.in_place() as names:
                in_full(page.staged.template, names, {"distributor": owners[0]})
        return len(pages)

    pressed()
    fast = [rate(pressed) for _ in range(runs)]
    slow = [rate(rendered) for _ in range(runs)]
    shutil.rmtree(static)
    return {
        "press in memory, pages/s on one core": spread(fast),
        "Jinja in full, pages/s on one core": spread(slow),
        "press ÷ Jinja": round(statistics.median(fast) / statistics.median(slow), 1),
    }


def full_builds(folder: Path, people: int, runs: int) -> dict[str, Any]:
    """Build the demo for a whole roster."""
    roster = write_roster(folder / "full.csv", people)
    reports, peaks = [], []
    for _ in range(runs):
        report, peak = build(roster, folder / "output")
        reports.append(report)
        peaks.append(peak)
        shutil.rmtree(folder / "output")
    name = f"build, {people:,} distributors"
    return {
        f"{name}: pages": reports[0]["pages"],
        f"{name}: seconds": spread([sum(report["seconds"].values()) for report in reports]),
        f"{name}: seconds of pressing": spread([report["seconds"]["press"] for report in reports]),
        f"{name}: peak resident MB of a process": round(max(peaks) / 1024),
    }


def few_of_many(folder: Path, people: int) -> dict[str, Any]:
    """Build five sites of a large roster, first with the ledger to be made, then without."""
    roster = write_roster(folder / "many.csv", people)
    only = [part for number in range(5) for part in ("--only", f"someone-{number}")]
    first, peak = build(roster, folder / "output", *only)
    second, _ = build(roster, folder / "output", *only)
    name = f"five of {people:,} distributors"
    return {
        f"{name}: seconds to read the roster": first["seconds"]["roster"],
        f"{name}: seconds, ledger as it was": round(sum(second["seconds"].values()), 2),
        f"{name}: peak resident MB of a process": round(peak / 1024),
    }


def build(roster: Path, output: Path, *arguments: str) -> tuple[dict[str, Any], int]:
    """Return a build's report, and the peak resident memory of its largest process in KiB."""
    command = [sys.executable, "-m", "replisite", "build", "--json", "--site", str(ROOT)]
    command += ["--roster", str(roster), "--output", str(output), *arguments]
    with tempfile.TemporaryFile() as printed, subprocess.Popen(command, stdout=printed) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        if process.returncode:
            sys.exit(printed.read().decode())
        return json.loads(printed.read()), usage.ru_maxrss


def write_roster(path: Path, people: int) -> Path:
    """Write a roster of ordinary people, three to a sponsor."""
    with path.open("w", newline="", encoding="utf-8") as text:
        rows = csv.writer(text)
        rows.writerow(
            [
                "id",
                "alias",
                "first_name",
                "last_name",
                "email",
                "phone",
                "city",
                "market",
                "sponsor_id",
                "greeting",
                "bio",
                "publish",
            ]
        )
        for number in range(people):
            sponsor = f"P{(number - 1) // 3}" if number else ""
            phone = f"+44 7{number:09d}"
            told = [
                f"Someone {number}",
                f"Name {number}",
                f"someone{number}@example.com",
                phone,
                "Leeds",
                "GB",
                sponsor,
            ]
            words = [
                "Ask me about *tea*.",
                f"I have drunk it for {number % 50} years.",
                "first_name last_name phone greeting bio city",
            ]
            rows.writerow([f"P{number}", f"someone-{number}", *told, *words])
    return path


def rate(work: Callable[[], int]) -> float:
    """Return how many pages a second a piece of work makes."""
    started = time.perf_counter()
    pages = work()
    return pages / (time.perf_counter() - started)


def spread(values: list[float]) -> dict[str, float]:
    """Return least, median and most."""
    return {
        "min": round(min(values), 2),
        "median": round(statistics.median(values), 2),
        "max": round(max(values), 2),
    }


if __name__ == "__main__":
    main()
