"""Puts and deletes: tried again where that may help, and everything that failed is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from replisite.deploy.plan import Plan, Step, make_plan
from replisite.deploy.transfer import HOPELESS, TRIES, Sending, retried
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
    """Remembers what was done."""

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
    return make_plan([Step("new", a_file(number, suffix)) for number in range(count)], folder)


def sent(host: MemoryHost, plan: Plan, jobs: int = 3) -> tuple[Sending, Notes, list[float], bool]:
    """Send a plan with a clock that only notes how long somebody waited."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    notes = Notes()
    sending = Sending(host, Bodies(), notes, jobs, sleep=sleep, chance=lambda: 0.5)  # type: ignore[arg-type]

    async def run() -> bool:
        await host.begin(Release("r"), None)  # type: ignore[arg-type]
        return await sending.puts(plan)

    return sending, notes, waits, asyncio.run(run())


def test_what_may_pass_is_tried_again(tmp_path: Path) -> None:
    """After waits that double, or as long as the host asks for."""
    moods = {
        "p000.html": lambda tried: HostError("busy", may_pass=True) if tried < 4 else None,
        "p001.html": lambda tried: HostError("slow down", may_pass=True, wait=7) if tried == 1 else None,
    }
    host = Moody(lambda path, tried: moods.get(path, lambda _: None)(tried))
    sending, notes, waits, went_well = sent(host, a_plan(tmp_path, 4))
    assert went_well
    assert sorted(waits) == [0.5, 1.0, 2.0, 7.5]
    assert (sending.sent.puts, sending.sent.retries, sending.sent.failures) == (4, 4, [])
    assert sorted(notes.done) == ["+p000.html", "+p001.html", "+p002.html", "+p003.html"]


def test_what_will_not_pass_is_not_tried_again(tmp_path: Path) -> None:
    """Nor for ever what might; the others are sent all the same, and every failure is told."""
    moods = {
        "p000.html": HostError("forbidden"),
        "p002.html": HostError("busy", may_pass=True),
    }
    host = Moody(lambda path, _: moods.get(path))
    sending, notes, _, went_well = sent(host, a_plan(tmp_path, 5))
    assert not went_well
    assert host.asked == {"p000.html": 1, "p001.html": 1, "p002.html": TRIES, "p003.html": 1, "p004.html": 1}
    assert sorted((f.path, f.why) for f in sending.sent.failures) == [
        ("p000.html", "forbidden"),
        ("p002.html", "busy"),
    ]
    assert len(notes.done) == 3


def test_a_rank_that_failed_is_the_last(tmp_path: Path) -> None:
    """Pages may need the style that did not arrive."""
    steps = [Step("new", a_file(1, "css")), Step("new", a_file(2, "html"))]
    host = Moody(lambda path, _: HostError("forbidden") if path.endswith("css") else None)
    _, _, _, went_well = sent(host, make_plan(steps, tmp_path))
    assert not went_well
    assert list(host.asked) == ["p001.css"]


def test_a_host_that_does_nothing_is_not_asked_a_million_times(tmp_path: Path) -> None:
    """After some failures in a row nothing more is tried."""
    host = Moody(lambda *_: HostError("expired credentials"))
    sending, _, _, went_well = sent(host, a_plan(tmp_path, 500))
    assert not went_well
    assert sending.sent.is_given_up
    assert HOPELESS <= len(host.asked) <= HOPELESS + 3


def test_what_nobody_foresaw_ends_it_at_once(tmp_path: Path) -> None:
    """With the error itself, however many files are left."""

    def mood(path: str, _: int) -> HostError | None:
        if path == "p003.html":
            raise ZeroDivisionError
        return None

    host = Moody(mood)
    with pytest.raises(ZeroDivisionError):
        sent(host, a_plan(tmp_path, 900), jobs=1)
    assert len(host.asked) == 4


def test_so_many_at_a_time(tmp_path: Path) -> None:
    """As the host likes, and no more."""
    host = Moody(lambda *_: None)
    sent(host, a_plan(tmp_path, 60), jobs=5)
    assert host.most_at_once == 5
    assert len(host.live) == 60


def test_a_wanted_few(tmp_path: Path) -> None:
    """A host that takes snapshots says what it lacks."""
    host = Moody(lambda *_: None)
    sending = Sending(host, Bodies(), Notes(), 2)  # type: ignore[arg-type]
    assert asyncio.run(sending.puts(a_plan(tmp_path, 5), frozenset({"p001.html", "p004.html"})))
    assert sorted(host.live) == ["p001.html", "p004.html"]


def test_a_single_call_is_tried_again() -> None:
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
