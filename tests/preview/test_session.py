"""A session reads what has changed in order and once, and goes on whatever ends or fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from replisite.errors import Fault, ReplisiteError
from replisite.model.options import Options
from replisite.preview import content_reader
from replisite.preview.config import Config, read_config
from replisite.preview.content_process import ContentProcess
from replisite.preview.messages import ContentRequest, PageRequest, PressedPage, RosterResult, SiteIndex
from replisite.preview.reports import ChangeReport
from replisite.preview.roster_process import RosterProcess
from replisite.preview.session import PreviewSession
from replisite.preview.state import RosterState
from replisite.preview.watcher import Watched
from tests.little_site import LittleSite


class SlowContent:
    """A content process whose readings take a tenth of a second; it counts them."""

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


class ReadRoster:
    """A roster process that has imported the roster before."""

    is_over = False

    def take(self, *_: object) -> RosterResult:
        return RosterResult()


class FailingRoster(ReadRoster):
    """A roster process whose imports fail, and then succeed."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.imports = 0

    def take(self, *_: object) -> RosterResult:
        self.imports += 1
        if self.errors:
            self.is_over = True
            raise self.errors.pop(0)
        self.is_over = False
        return RosterResult()


@pytest.fixture(autouse=True)
def _short_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser requests the first page."""
    monkeypatch.setattr("replisite.preview.session.FIRST_PAGE", 0.01)


MakeSession = Callable[..., PreviewSession]


@pytest.fixture
def reports() -> list[ChangeReport]:
    """The reports that the terminal got."""
    return []


@pytest.fixture
def session(little: LittleSite, reports: list[ChangeReport]) -> MakeSession:
    """Make a session of the little site."""

    def make(content: SlowContent, roster: ReadRoster | None = None) -> PreviewSession:
        return PreviewSession(
            little.root,
            read_config(little.root),
            Options(),
            cast(ContentProcess, content),
            cast(RosterProcess, roster or ReadRoster()),
            reports.append,
            "",
            watch=lambda _: None,
        )

    return make


def _faults(reports: list[ChangeReport]) -> list[tuple[Fault, ...]]:
    return [report.faults for report in reports if report.faults]


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - a thread makes it so
            await asyncio.sleep(0.01)


def test_a_backlog_is_read_at_once(
    little: LittleSite, session: MakeSession, reports: list[ChangeReport]
) -> None:
    """A hundred batches that come while one is read are one batch, with the files of all of them."""
    content = SlowContent()

    async def storm() -> None:
        shown = session(content)
        await shown.start()
        first = asyncio.create_task(shown.changed([little.root / "content/pages/first.md"]))
        await asyncio.sleep(0.03)
        pages = [little.root / f"content/pages/{number}.md" for number in range(100)]
        await asyncio.gather(first, *(shown.changed([page]) for page in pages))
        await shown.changed([pages[0]])
        await shown.close()

    asyncio.run(storm())
    assert content.readings == 4  # the start, the first file, a hundred files, and one more
    assert [len(report.changed) for report in reports if report.changed] == [1, 100, 1]


def test_a_backlog_is_read_after_an_error(
    little: LittleSite, session: MakeSession, reports: list[ChangeReport]
) -> None:
    """A batch whose reading raised an exception does not keep the next ones from being read."""

    class Broken(SlowContent):
        def hurry(self) -> None:
            if self.readings == 1:
                self.readings += 1
                raise ProcessLookupError

    content = Broken()
    pages = [little.root / f"content/pages/{number}.md" for number in range(2)]

    async def begin() -> None:
        shown = session(content)
        await shown.start()
        with pytest.raises(ProcessLookupError):
            await shown.changed([pages[0]])
        await shown.changed([pages[1]])
        await shown.close()

    asyncio.run(begin())
    assert [report.changed for report in reports if report.changed] == [tuple(pages)]


def test_a_fault_is_reported_once(session: MakeSession, reports: list[ChangeReport]) -> None:
    """The search soon after the start finds it again, and reports nothing."""
    fault = Fault("content/pages/about.md", 3, "is odd")

    class Faulty(SlowContent):
        def compose(self, _: ContentRequest) -> SiteIndex:
            return SiteIndex((fault,))

    async def begin() -> None:
        shown = session(Faulty())
        await shown.start()
        await shown.check()
        await shown.close()

    asyncio.run(begin())
    assert _faults(reports) == [(fault,)]


def test_a_long_reading_is_reported(
    little: LittleSite, session: MakeSession, reports: list[ChangeReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and files are watched from then on, also before anything has been read."""
    watched: list[Watched] = []

    async def first() -> None:
        shown = session(SlowContent())
        shown.watch = watched.append
        monkeypatch.setattr(content_reader, "SLOW", 5)
        await shown.start()
        assert not [warning for report in reports for warning in report.warnings]
        monkeypatch.setattr(content_reader, "SLOW", 0.03)
        watched.clear()
        reading = asyncio.create_task(shown.changed([little.root / "content/pages/about.md"]))
        await asyncio.sleep(0.07)
        assert little.root / "content" in watched[0].folders
        await reading
        await shown.close()

    asyncio.run(first())
    assert [warning for report in reports for warning in report.warnings] == [
        "reading the content has taken 0 s so far"
    ]


def test_dated_content_is_read_also_beside_a_file_that_is_not_content(
    little: LittleSite, session: MakeSession
) -> None:
    """A batch without files says that a dated page came or went."""
    content = SlowContent()

    async def both() -> None:
        shown = session(content)
        await shown.start()
        roster: list[Path] = [little.root / "content/roster.csv"]
        await asyncio.gather(shown.changed(roster), shown.changed(()))
        await shown.changed(roster)
        await shown.close()

    asyncio.run(both())
    assert content.readings == 2


def test_dated_content_is_read_when_it_is_due(session: MakeSession) -> None:
    """A page that is published in a moment is there then, without a change of any file."""

    class Dated(SlowContent):
        def compose(self, request: ContentRequest) -> SiteIndex:
            until = time.time() - 1 if self.readings == 0 else None
            return replace(super().compose(request), until=until)

    content = Dated()

    async def wait() -> None:
        shown = session(content)
        await shown.start()
        await _until(lambda: content.readings == 2)
        await shown.close()

    asyncio.run(wait())


def test_a_change_before_files_are_watched_is_read(little: LittleSite, session: MakeSession) -> None:
    """The search for faults that the start had no time for reads site.toml too."""

    async def late() -> str:
        shown = session(SlowContent())
        little.change("site.toml", 'name = "Little"', 'name = "Larger"')
        await shown.start()
        await shown.check()
        await shown.close()
        assert shown.state.site is not None
        return shown.state.site.company.name

    assert asyncio.run(late()) == "Larger"


def test_a_response_that_was_overtaken_is_not_cached(session: MakeSession) -> None:
    """The content or the roster is read while a page is being pressed."""

    class Overtaken(SlowContent):
        pressed = 0

        def press(self, _: PageRequest) -> PressedPage:
            self.pressed += 1
            state = shown[0].state
            if self.pressed == 1:
                shown[0].state = state.with_content(state.site_index)
            if self.pressed == 2:
                shown[0].state = state.with_roster(RosterResult())
            return PressedPage(f"page {self.pressed}", None)

    shown: list[PreviewSession] = []

    async def ask() -> list[str]:
        shown.append(session(Overtaken()))
        await shown[0].start()
        await _until(lambda: shown[0].state.imports == 1)
        texts = [(await shown[0].responses.page("localhost", "/")).text for _ in range(4)]
        await shown[0].close()
        return texts

    assert asyncio.run(ask()) == ["page 1", "page 2", "page 3", "page 3"]


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (
            ReplisiteError("the process that reads the roster ended (killed)"),
            Fault(
                "content/roster.csv",
                0,
                "the process that reads the roster ended (killed)",
                "save the roster to read it again",
            ),
        ),
        (
            KeyError("size"),
            Fault("", 0, "This is a bug in replisite, not a mistake of yours: KeyError: 'size'"),
        ),
        (
            RuntimeError("replisite roster was asked nothing"),
            Fault(
                "",
                0,
                "This is a bug in replisite, not a mistake of yours: RuntimeError: replisite roster was asked nothing",
            ),
        ),
    ],
)
def test_an_import_that_fails_is_reported_and_done_again(
    little: LittleSite,
    session: MakeSession,
    reports: list[ChangeReport],
    error: Exception,
    fault: Fault,
) -> None:
    """No page waits for the roster for ever, and the next change of any file imports it again."""
    roster = FailingRoster(error)

    async def begin() -> list[str]:
        phases: list[str] = []
        shown = session(SlowContent(), roster)
        await shown.start()
        await _until(lambda: shown.state.imports == 1)
        phases.append(shown.state.roster.phase)
        assert await shown.is_roster_read_soon()
        await shown.changed([little.root / "content/pages/about.md"])
        await _until(lambda: shown.state.imports == 2)
        phases.append(shown.state.roster.phase)
        await shown.close()
        return phases

    assert asyncio.run(begin()) == ["failed", "ready"]
    ((reported,),) = _faults(reports)
    assert replace(reported, next="") == replace(fault, next="")
    assert reported.next == fault.next or "Please report it with that file." in reported.next
    assert reports[-1].is_fixed


def test_a_content_process_that_ended_is_reported_with_the_next_step(
    little: LittleSite, session: MakeSession, reports: list[ChangeReport]
) -> None:
    """It ends between the request and the answer; the next change of any file starts it again."""

    class Ending(SlowContent):
        def compose(self, request: ContentRequest) -> SiteIndex:
            site_index = super().compose(request)
            self.is_over = self.readings == 1
            if self.is_over:
                raise ReplisiteError("the process that reads the content ended (killed)")
            return site_index

    async def begin() -> None:
        shown = session(Ending())
        await shown.start()
        await shown.changed([little.root / "content/roster.csv"])
        await shown.close()

    asyncio.run(begin())
    assert _faults(reports) == [
        (Fault("", 0, "the process that reads the content ended (killed)", "save a file to start it again"),)
    ]
    assert reports[-1].is_fixed


def test_progress_of_the_roster_and_a_reading_are_both_in_the_state(
    little: LittleSite, session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are counted while site.toml is read: neither undoes the other."""
    shown: list[PreviewSession] = []

    def read_slowly(folder: Path) -> Config:
        shown[0].state = replace(shown[0].state, roster=RosterState("reading", 7))
        return read_config(folder)

    async def begin() -> None:
        shown.append(session(SlowContent()))
        await shown[0].start()
        await _until(lambda: shown[0].state.imports == 1)
        little.change("site.toml", 'name = "Little"', 'name = "Larger"')
        monkeypatch.setattr("replisite.preview.session.read_config", read_slowly)
        await shown[0].check()
        await shown[0].close()

    asyncio.run(begin())
    state = shown[0].state
    assert state.site is not None
    assert (state.roster, state.site.company.name) == (RosterState("reading", 7), "Larger")


@pytest.mark.parametrize("suffix", [".jpg", ".PNG", ".webp"])
def test_a_picture_is_private_while_the_roster_cannot_be_read(
    little: LittleSite, session: MakeSession, suffix: str
) -> None:
    """A roster that is missing may name any picture; other files are no photos."""
    (little.root / "content/roster.csv").unlink()
    shown = session(SlowContent())
    assert shown.is_private_photo(f"images/somewhere{suffix}")
    assert not shown.is_private_photo("images/somewhere.pdf")


def test_a_picture_is_looked_up_once(
    little: LittleSite, session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is cached until the roster changes."""
    lookups: list[Any] = []
    monkeypatch.setattr("replisite.roster.photo_column.named_photos", lambda *asked: [lookups.append(asked)])
    shown = session(SlowContent())
    assert [shown.is_private_photo("images/a.jpg") for _ in range(3)] == [True] * 3
    assert len(lookups) == 1
    with (little.root / "content/roster.csv").open("a", encoding="utf-8") as roster:
        roster.write("\n")
    assert shown.is_private_photo("images/a.jpg")
    assert len(lookups) == 2
