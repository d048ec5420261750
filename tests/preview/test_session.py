"""What changes while something is read is read together, once, however much it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from replisite.errors import Fault
from replisite.model.options import Options
from replisite.preview import session as session_module
from replisite.preview.config import read_config
from replisite.preview.content_process import ContentProcess
from replisite.preview.messages import ContentRequest, PageRequest, PressedPage, SiteIndex, Taken
from replisite.preview.roster_process import RosterProcess
from replisite.preview.session import Happened, PreviewSession
from replisite.preview.watcher import Watched
from tests.little_site import LittleSite


class SlowComposer:
    """Takes a tenth of a second for each reading, and counts them."""

    is_over = False

    def __init__(self) -> None:
        self.readings = 0

    def compose(self, _: ContentRequest) -> SiteIndex:
        self.readings += 1
        time.sleep(0.1)
        return SiteIndex((), main="GB-en", paths={"GB-en": frozenset({"index.html"})})

    def tidy(self) -> None:
        pass

    def hurry(self) -> None:
        pass


class NoRoster:
    """Has read the roster."""

    def take(self, *_: object) -> Taken:
        return Taken()


@pytest.fixture
def told() -> list[Happened]:
    """What the terminal was told."""
    return []


@pytest.fixture
def session(little: LittleSite, told: list[Happened]) -> Callable[[SlowComposer], PreviewSession]:
    """Make a desk for a composer."""

    def make(content_process: SlowComposer) -> PreviewSession:
        parts: tuple[Any, ...] = (
            cast(ContentProcess, content_process),
            cast(RosterProcess, NoRoster()),
            told.append,
            "",
        )
        return PreviewSession(little.root, read_config(little.root), Options(), *parts, watch=lambda _: None)

    return make


def test_a_backlog_is_read_at_once(
    little: LittleSite, session: Callable[[SlowComposer], PreviewSession], told: list[Happened]
) -> None:
    """A hundred batches while one is read are one batch, with the files of all of them."""
    content_process = SlowComposer()

    async def storm() -> None:
        shown = session(content_process)
        await shown.start()
        first = asyncio.create_task(shown.changed([little.root / "content/pages/first.md"]))
        await asyncio.sleep(0.03)
        pages = [little.root / f"content/pages/{number}.md" for number in range(100)]
        await asyncio.gather(first, *(shown.changed([page]) for page in pages))
        await shown.changed([pages[0]])
        await shown.close()

    asyncio.run(storm())
    assert content_process.readings == 4  # the start, the first file, a hundred files, and one more
    assert [len(happened.changed) for happened in told if happened.changed] == [1, 100, 1]


def test_a_fault_is_told_once(
    session: Callable[[SlowComposer], PreviewSession], told: list[Happened]
) -> None:
    """The look through everything soon after the start finds it again, and says nothing of it."""
    fault = Fault("content/pages/about.md", 3, "is odd")

    class Faulty(SlowComposer):
        def compose(self, _: ContentRequest) -> SiteIndex:
            return SiteIndex((fault,))

    async def begin() -> None:
        shown = session(Faulty())
        await shown.start()
        await shown.check()
        await shown.close()

    asyncio.run(begin())
    assert [happened.faults for happened in told if happened.faults] == [(fault,)]


def test_reading_that_takes_long_is_told(
    little: LittleSite,
    session: Callable[[SlowComposer], PreviewSession],
    told: list[Happened],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once, and what changes is watched from then on: also while nothing has been read before."""
    watched: list[Watched] = []

    async def first() -> None:
        shown = session(SlowComposer())
        shown.watch = watched.append
        monkeypatch.setattr(session_module, "SLOW", 5)
        await shown.start()
        assert not [warning for happened in told for warning in happened.warnings]
        monkeypatch.setattr(session_module, "SLOW", 0.03)
        watched.clear()
        reading = asyncio.create_task(shown.changed([little.root / "content/pages/about.md"]))
        await asyncio.sleep(0.07)
        assert little.root / "content" in watched[0].folders
        await reading
        await shown.close()

    asyncio.run(first())
    assert [warning for happened in told for warning in happened.warnings] == [
        "the content has been read for 0 s, and there is no end yet"
    ]


def test_what_is_dated_is_read_also_beside_a_file_that_is_not_content(
    little: LittleSite, session: Callable[[SlowComposer], PreviewSession]
) -> None:
    """A batch without files says that something dated came or went."""
    content_process = SlowComposer()

    async def both() -> None:
        shown = session(content_process)
        await shown.start()
        roster: list[Path] = [little.root / "content/roster.csv"]
        await asyncio.gather(shown.changed(roster), shown.changed(()))
        await shown.changed(roster)
        await shown.close()

    asyncio.run(both())
    assert content_process.readings == 2


def test_what_was_saved_before_anybody_watched_is_read(
    little: LittleSite, session: Callable[[SlowComposer], PreviewSession]
) -> None:
    """The look for faults that the start had no time for reads site.toml too."""

    async def late() -> str:
        shown = session(SlowComposer())
        little.change("site.toml", 'name = "Little"', 'name = "Larger"')
        await shown.start()
        await shown.check()
        await shown.close()
        assert shown.site is not None
        return shown.site.company.name

    assert asyncio.run(late()) == "Larger"


def test_an_answer_that_was_overtaken_is_not_kept(
    little: LittleSite, session: Callable[[SlowComposer], PreviewSession]
) -> None:
    """Something changes while a page is being pressed."""

    class Overtaken(SlowComposer):
        pressed = 0

        def press(self, _: PageRequest) -> PressedPage:
            self.pressed += 1
            if self.pressed == 1:
                shown[0].answers.forget()
            return PressedPage(f"page {self.pressed}", None)

    shown: list[PreviewSession] = []
    content_process = Overtaken()

    async def ask() -> list[str]:
        shown.append(session(content_process))
        await shown[0].start()
        texts = [(await shown[0].answers.page("localhost", "/")).text for _ in range(3)]
        await shown[0].close()
        return texts

    assert asyncio.run(ask()) == ["page 1", "page 2", "page 2"]
