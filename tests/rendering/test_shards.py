"""The work of one worker is plain data: any executor may do it, anywhere, without Pelican."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from replisite.config import load_site
from replisite.output import iter_part
from replisite.people import PeopleDatabase
from replisite.rendering.shards import Work
from replisite.rendering.worker import press_all
from tests.little_site import LittleSite


def spawned() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


def has_pelican() -> bool:
    return "pelican" in sys.modules


@pytest.mark.parametrize("executor", [spawned, lambda: ThreadPoolExecutor(2)])
def test_another_executor_may_press(
    little: LittleSite, tmp_path: Path, executor: Callable[[], Executor]
) -> None:
    """A process that was not forked reads the plates from their file; the pages are those of the build."""
    little.build()
    site = load_site(little.root)
    place = site.state / "ledger.sqlite"
    output = tmp_path / "room/new"
    output.mkdir(parents=True)
    with PeopleDatabase.open(place) as database:
        shards = database.shards(2)
    plates = site.state / "pages/plates.pickle"
    work = [Work(site, plates, place, shard, None, output, number) for number, shard in enumerate(shards)]
    with executor() as workers:
        done = list(press_all(workers, work))
        imported = workers.submit(has_pelican).result()
    assert not imported or executor is not spawned
    built = {path: body for path, body in little.files().items() if path.startswith(("jane/", "omar/"))}
    found = {
        path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*") if path.is_file()
    }
    assert found == built
    entries = [entry.path for part in done if part.part is not None for entry in iter_part(part.part)]
    assert sorted(entries) == sorted(built)
    assert sum(part.sites for part in done) == 2


def test_pages_may_be_thrown_away(little: LittleSite) -> None:
    """To see what pressing costs."""
    little.build()
    site = load_site(little.root)
    place = site.state / "ledger.sqlite"
    with PeopleDatabase.open(place) as database:
        (shard,) = database.shards(1)
    work = Work(site, site.state / "pages/plates.pickle", place, shard, None, None, 0)
    with ThreadPoolExecutor(1) as workers:
        (done,) = press_all(workers, [work])
    assert (done.sites, done.part) == (2, None)
    assert done.bytes > 1000
