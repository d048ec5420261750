"""Run a command from this small process, and measure its seconds and the memory of it and its children.

    python -I benchmarks/watch.py REPORT.json [--sample] -- COMMAND...

Linux counts the memory that a process had before its exec(2) into its peak, so a command must not be started from a
large process. ``--sample`` adds up the proportional set sizes (proc_pid_smaps(5)) of the whole tree, so that pages
shared by forked processes are counted once. Only a small part of the standard library is imported.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time

EVERY = 0.05
"""Seconds between two samples. A slow sample is followed by a longer pause: sampling takes at most a twentieth."""


def main() -> None:
    """Run, measure and write {seconds, cpu_seconds, status, largest_kib, tree_kib}; tree_kib is 0 without samples."""
    report_path, *flags = sys.argv[1 : sys.argv.index("--")]
    command = sys.argv[sys.argv.index("--") + 1 :]
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    tree = Tree(child)
    if "--sample" in flags:
        threading.Thread(target=tree.sample, daemon=True).start()
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    tree.is_over = True
    # wait4(2) reports the child and all processes that the child waited for
    report = {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "status": os.waitstatus_to_exitcode(status),
        "largest_kib": usage.ru_maxrss,
        "tree_kib": tree.peak,
    }
    with open(report_path, "w", encoding="utf-8") as out:  # noqa: PTH123 - pathlib is large
        json.dump(report, out)


class Tree:
    """A process and its descendants."""

    def __init__(self, root: int) -> None:
        self.root = root
        self.peak = 0
        self.is_over = False

    def sample(self) -> None:
        """Sample the memory until the root has ended."""
        while not self.is_over:
            began = time.perf_counter()
            self.peak = max(self.peak, sum(map(_proportional_kib, self._members())))
            time.sleep(max(EVERY, 20 * (time.perf_counter() - began)))

    def _members(self) -> list[int]:
        members, visited = [self.root], 0
        while visited < len(members):
            members += _children(members[visited])
            visited += 1
        return members


def _children(process: int) -> list[int]:
    """Return the children of all threads of a process; none if it has ended."""
    children: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208
            with open(f"/proc/{process}/task/{thread}/children", encoding="ascii") as listing:  # noqa: PTH123
                children += map(int, listing.read().split())
    except OSError:
        pass
    return children


def _proportional_kib(process: int) -> int:
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as rollup:  # noqa: PTH123
            return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


if __name__ == "__main__":
    main()
