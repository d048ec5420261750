"""The work of one worker is plain data: any executor may do it, anywhere, without Pelican."""

from __future__ import annotations

import hashlib
import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from replisite.config import load_site
from replisite.errors import ReplisiteError
from replisite.model.options import Options, database_path
from replisite.model.site import Site
from replisite.output import iter_part
from replisite.people import PeopleDatabase
from replisite.rendering.cache import PlatesFile
from replisite.rendering.shards import Work, press_all
from tests.little_site import LittleSite


def spawned() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


def plates_of(site: Site) -> PlatesFile:
    path = site.state / "pages/plates.pickle"
    return PlatesFile(path, hashlib.sha256(path.read_bytes()).hexdigest())


def has_pelican() -> bool:
    return "pelican" in sys.modules


@pytest.mark.parametrize("executor", [spawned, lambda: ThreadPoolExecutor(2)])
def test_another_executor_may_press(
    little: LittleSite, tmp_path: Path, executor: Callable[[], Executor]
) -> None:
    """A process that was not forked reads the plates from their file; the pages are those of the build."""
    little.build()
    site = load_site(little.root)
    place = database_path(site, Options())
    output = tmp_path / "room/new"
    output.mkdir(parents=True)
    with PeopleDatabase.open(place) as database:
        shards = database.shards(2)
    plates = plates_of(site)
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
    place = database_path(site, Options())
    with PeopleDatabase.open(place) as database:
        (shard,) = database.shards(1)
    work = Work(site, plates_of(site), place, shard, None, None, 0)
    with ThreadPoolExecutor(1) as workers:
        (done,) = press_all(workers, [work])
    assert (done.sites, done.part) == (2, None)
    assert done.bytes > 1000


def forked() -> Executor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"))


@pytest.mark.parametrize("executor", [spawned, forked, lambda: ThreadPoolExecutor(1)])
def test_a_long_lived_worker_presses_the_plates_of_each_build(
    little: LittleSite, tmp_path: Path, executor: Callable[[], Executor]
) -> None:
    """The file of the plates has the same path in both builds; the second build's pages are in the second output."""
    about = "---\ntitle: About\n---\nThe {} time. [Soap]({{filename}}/products/soap.md)\n"
    with executor() as workers:
        for time in ("first", "second", "third"):
            little.write("content/pages/about.md", about.format(time))
            little.build()
            site = load_site(little.root)
            database = database_path(site, Options())
            output = tmp_path / time / "new"
            output.mkdir(parents=True)
            with PeopleDatabase.open(database) as people:
                (shard,) = people.shards(1)
            list(press_all(workers, [Work(site, plates_of(site), database, shard, None, output, 0)]))
            page = "jane/about/index.html"
            assert f"The {time} time." in (output / page).read_text()
            assert (output / page).read_bytes() == (little.output / page).read_bytes()


def test_plates_that_another_build_has_written_meanwhile_are_refused(little: LittleSite) -> None:
    """A worker that is late presses nothing rather than another build's pages."""
    little.build()
    site = load_site(little.root)
    database = database_path(site, Options())
    with PeopleDatabase.open(database) as people:
        (shard,) = people.shards(1)
    work = Work(site, plates_of(site), database, shard, None, None, 0)
    little.write("content/pages/about.md", "---\ntitle: Other\n---\nOther.\n")
    little.build()
    with ThreadPoolExecutor(1) as workers, pytest.raises(ReplisiteError, match="has changed since the build"):
        list(press_all(workers, [work]))
