"""The transfer of a plan: retried where that can help, with every failure in the report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from replisite.deploy.plan import Plan, make_plan
from replisite.deploy.states import Uncertain
from replisite.deploy.steps import Delete, Put, Restore
from replisite.deploy.transfer import HOPELESS, TRIES, Transfer, retried
from replisite.hosts import Body, HostError, MemoryHost, Release
from replisite.model.live_files import CachePolicy, LiveFile, served


def a_file(number: int, suffix: str = "html") -> LiveFile:
    path = f"p{number:03}.{suffix}"
    return LiveFile(path, "d", 1, served(path, CachePolicy()))


class Bodies:
    """Each file's body is its path."""

    def body(self, file: LiveFile) -> Body:
        return file.path.encode()


class Notes:
    """Records what was done."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def intend(self, paths: Iterable[str]) -> None:
        self.intended = {*getattr(self, "intended", ()), *paths}

    def put(self, file: LiveFile) -> None:
        assert file.path in self.intended
        self.done.append(f"+{file.path}")

    def deleted(self, path: str) -> None:
        self.done.append(f"-{path}")


class Moody(MemoryHost):
    """Refuses as ``mood`` says, which is asked before each put with the path and how often it has been asked."""

    def __init__(self, mood: Callable[[str, int], HostError | None]) -> None:
        super().__init__()
        self._mood = mood
        self.asked: dict[str, int] = {}
        self.at_once = self.most_at_once = 0

    async def put(self, file: LiveFile, body: Body) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        self.asked[file.path] = self.asked.get(file.path, 0) + 1
        if error := self._mood(file.path, self.asked[file.path]):
            raise error
        await super().put(file, body)


def a_plan(folder: Path, count: int, suffix: str = "html") -> Plan:
    return make_plan([Put("new", a_file(number, suffix)) for number in range(count)], folder)


def sent(host: MemoryHost, plan: Plan, jobs: int = 3) -> tuple[Transfer, Notes, list[float], bool]:
    """Send a plan with a clock that only records the waits."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    notes = Notes()
    transfer = Transfer(host, Bodies(), notes, jobs, sleep=sleep, chance=lambda: 0.5)

    async def run() -> bool:
        await host.begin(Release("r"), None)  # type: ignore[arg-type]
        return await transfer.puts(plan)

    return transfer, notes, waits, asyncio.run(run())


def test_an_error_that_may_pass_is_retried(tmp_path: Path) -> None:
    """After waits that double, or as long as the host asks for."""
    moods = {
        "p000.html": lambda tried: HostError("busy", may_pass=True) if tried < 4 else None,
        "p001.html": lambda tried: HostError("slow down", may_pass=True, wait=7) if tried == 1 else None,
    }
    host = Moody(lambda path, tried: moods.get(path, lambda _: None)(tried))
    transfer, notes, waits, went_well = sent(host, a_plan(tmp_path, 4))
    assert went_well
    assert sorted(waits) == [0.5, 1.0, 2.0, 7.5]
    assert (transfer.done.puts, transfer.done.retries, transfer.done.failures) == (4, 4, [])
    assert sorted(notes.done) == ["+p000.html", "+p001.html", "+p002.html", "+p003.html"]


def test_an_error_that_will_not_pass_is_not_retried(tmp_path: Path) -> None:
    """Retries have an end; the other files are sent all the same, and every failure is reported."""
    moods = {
        "p000.html": HostError("forbidden"),
        "p002.html": HostError("busy", may_pass=True),
    }
    host = Moody(lambda path, _: moods.get(path))
    transfer, notes, _, went_well = sent(host, a_plan(tmp_path, 5))
    assert not went_well
    assert host.asked == {"p000.html": 1, "p001.html": 1, "p002.html": TRIES, "p003.html": 1, "p004.html": 1}
    assert sorted((f.path, f.why) for f in transfer.done.failures) == [
        ("p000.html", "forbidden"),
        ("p002.html", "busy"),
    ]
    assert len(notes.done) == 3


def test_a_wave_that_failed_is_the_last(tmp_path: Path) -> None:
    """Pages may need the style that did not arrive."""
    steps = [Put("new", a_file(1, "css")), Put("new", a_file(2, "html"))]
    host = Moody(lambda path, _: HostError("forbidden") if path.endswith("css") else None)
    _, _, _, went_well = sent(host, make_plan(steps, tmp_path))
    assert not went_well
    assert list(host.asked) == ["p001.css"]


def test_a_host_that_always_fails_is_not_tried_a_million_times(tmp_path: Path) -> None:
    """After some failures in a row the transfer stops."""
    host = Moody(lambda *_: HostError("expired credentials"))
    transfer, _, _, went_well = sent(host, a_plan(tmp_path, 500))
    assert not went_well
    assert transfer.done.is_given_up
    assert HOPELESS <= len(host.asked) <= HOPELESS + 3


def test_a_bug_ends_the_transfer_at_once(tmp_path: Path) -> None:
    """With the error itself, however many files are left."""

    def mood(path: str, _: int) -> HostError | None:
        if path == "p003.html":
            raise ZeroDivisionError
        return None

    host = Moody(mood)
    with pytest.raises(ZeroDivisionError):
        sent(host, a_plan(tmp_path, 900), jobs=1)
    assert len(host.asked) == 4


def test_a_host_gets_so_many_files_at_a_time(tmp_path: Path) -> None:
    """As many as it allows, and no more."""
    host = Moody(lambda *_: None)
    sent(host, a_plan(tmp_path, 60), jobs=5)
    assert host.most_at_once == 5
    assert len(host.live) == 60


def test_only_wanted_files_are_sent(tmp_path: Path) -> None:
    """A host that takes snapshots names the files that it needs."""
    host = Moody(lambda *_: None)
    transfer = Transfer(host, Bodies(), Notes(), 2)
    assert asyncio.run(transfer.puts(a_plan(tmp_path, 5), frozenset({"p001.html", "p004.html"})))
    assert sorted(host.live) == ["p001.html", "p004.html"]


def test_a_single_call_is_retried() -> None:
    """And raises the last error."""
    tried = 0

    async def act() -> None:
        nonlocal tried
        tried += 1
        raise HostError(f"busy {tried}", may_pass=True)

    async def sleep(_: float) -> None:
        pass

    with pytest.raises(HostError, match=f"busy {TRIES}"):
        asyncio.run(retried(act, sleep))


def test_a_rollback_restores_backups_and_makes_none(tmp_path: Path) -> None:
    """A file of which the list knew the path alone is restored like the others, and stays uncertain in the record."""

    class Watched(MemoryHost):
        async def back_up(self, path: str) -> None:
            raise AssertionError(path)

    host, notes = Watched(), Notes()
    host.live = {path: (b"new", {}) for path in ("p001.html", "p002.html", "p003.html")}
    host.backups = {"r1": {path: (b"old", {}) for path in ("p001.html", "p002.html")}}
    host.live["p004.html"] = (b"old", {})  # its change was intended, and never begun
    steps = [
        Restore("content", a_file(1)),
        Restore("content", Uncertain("p002.html")),
        Delete("p003.html"),
        Restore("content", a_file(4), may_be_unchanged=True),
    ]
    transfer = Transfer(host, Bodies(), notes, 2, restored="r1")

    async def run() -> bool:
        plan = make_plan(steps, tmp_path)
        return await transfer.puts(plan) and await transfer.deletes(plan)

    assert asyncio.run(run())
    assert host.live == dict.fromkeys(("p001.html", "p002.html", "p004.html"), (b"old", {}))
    assert sorted(notes.done) == ["+p001.html", "+p004.html", "-p003.html"]
    assert (transfer.done.puts, transfer.done.deletes, transfer.done.bytes) == (3, 1, 0)


def test_a_backup_that_is_gone_is_reported(tmp_path: Path) -> None:
    """Where the deploy had changed the file."""
    transfer = Transfer(MemoryHost(), Bodies(), Notes(), 1, restored="r1")
    assert not asyncio.run(transfer.puts(make_plan([Restore("content", a_file(1))], tmp_path)))
    assert [failure.why for failure in transfer.done.failures] == ["p001.html: there is no backup of it"]
