"""Several processes judge the rows of a large roster, and none of them outlives the reader."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from replisite.model.alias import ReservedNames
from replisite.model.distributor import Person
from replisite.model.roster_terms import roster_terms
from replisite.roster import RawRow, parallel
from replisite.roster.columns import ColumnRules
from replisite.roster.parallel import judge_rows
from replisite.roster.parse import Rejected
from tests.rosters import a_site

RULES = ColumnRules.of(roster_terms(a_site(Path("/site"))), ReservedNames())


@pytest.fixture(autouse=True)
def few_alone(monkeypatch):
    monkeypatch.setattr(parallel, "ALONE", 20)
    monkeypatch.setattr(parallel, "ROWS", 7)


def a_row(number, **cells):
    named = {"id": f"TT-{number}", "alias": f"p-{number}", "first_name": "Jane", "last_name": "X"}
    return RawRow("roster.csv", number + 1, named | cells, {"phone": ("jane.md", 3)})


def children():
    """Return the processes that this one has started and that are there still."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


@pytest.mark.parametrize("count", [0, 1, 20, 21, 27, 28, 34, 500])
@pytest.mark.parametrize("processes", [1, 2, 5])
def test_the_order_is_that_of_the_roster(count, processes):
    """Good rows, bad ones, and those that needed no judge."""
    rows = [
        Rejected((), f"bad {number}")
        if number % 5 == 4
        else a_row(number, phone="?" if number % 3 == 2 else "", city="Leeds")
        for number in range(count)
    ]
    judged = list(judge_rows(iter(rows), RULES, processes))
    assert judged == list(judge_rows(iter(rows), RULES, 1))
    assert [result.id.rpartition("-")[2].rpartition(" ")[2] for result in judged] == [
        str(n) for n in range(count)
    ]
    assert all(isinstance(result, Person | Rejected) for result in judged)


def test_a_small_roster_starts_no_process(monkeypatch):
    """It is read before another could help."""
    monkeypatch.setattr(parallel, "ChildProcess", None)
    assert len(list(judge_rows((a_row(number) for number in range(20)), RULES, 2))) == 20


def test_long_texts_are_not_piled_up(monkeypatch):
    """A parcel ends where its letters are too many: what is read ahead has a bound."""
    monkeypatch.setattr(parallel, "ROWS", 10_000)
    taken = 0

    def rows():
        nonlocal taken
        for number in range(200):
            taken += 1
            yield a_row(number, greeting="x" * 100_000)

    with closing(judge_rows(rows(), RULES, 2)) as judged:
        for _ in range(30):
            next(judged)
        assert taken <= 30 + 4 * 3


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_reader_that_gives_up_ends_the_processes():
    """In the middle of a roster, or at its end."""
    before = children()
    judged = judge_rows((a_row(number) for number in range(10_000)), RULES, 2)
    for _ in range(100):
        next(judged)
    assert len(children()) == len(before) + 2
    judged.close()
    assert children() == before
    list(judge_rows((a_row(number) for number in range(100)), RULES, 2))
    assert children() == before


READING = """
import signal, sys, time

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
from pathlib import Path
from replisite.model.alias import ReservedNames
from replisite.model.roster_terms import roster_terms
from replisite.roster import RawRow, parallel
from replisite.roster.columns import ColumnRules
from tests.rosters import a_site
parallel.ALONE = 1
rules = ColumnRules.of(roster_terms(a_site(Path("/site"))), ReservedNames())
rows = (RawRow("r", n, {"id": f"T{n}", "alias": f"p-{n}", "first_name": "J", "last_name": "X"}) for n in range(10**9))
for number, _ in enumerate(parallel.judge_rows(rows, rules, 2)):
    if number == 1000:
        print(Path(f"/proc/self/task/{__import__('os').getpid()}/children").read_text(), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_when_the_reader_is_ended(number):
    """However that comes."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READING],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert reader.stdout is not None
    judges = [Path("/proc", process_id) for process_id in reader.stdout.readline().split()]
    assert len(judges) == 2
    assert all(judge.exists() for judge in judges)
    reader.send_signal(number)
    try:
        reader.wait(timeout=10)
    finally:
        reader.kill()
        reader.wait()
        reader.stdout.close()
    end = time.monotonic() + 5
    while any(judge.exists() for judge in judges) and time.monotonic() < end:
        time.sleep(0.02)
    assert not [judge for judge in judges if judge.exists()]
