"""What changes while something is read is read together, once, however much it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from replisite.prepare import Options
from replisite.preview.composer import Composer
from replisite.preview.composing import Survey, Wish
from replisite.preview.desk import Desk, Happened
from replisite.preview.intake import Intake
from replisite.preview.taking import Taken
from tests.little_site import LittleSite


class SlowComposer:
    """Takes a tenth of a second for each reading, and counts them."""

    def __init__(self) -> None:
        self.readings = 0

    def compose(self, _: Wish) -> Survey:
        self.readings += 1
        time.sleep(0.1)
        return Survey((), main="GB-en", paths={"GB-en": frozenset({"index.html"})})

    def tidy(self) -> None:
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
def desk(little: LittleSite, told: list[Happened]) -> Callable[[SlowComposer], Desk]:
    """Make a desk for a composer."""

    def make(composer: SlowComposer) -> Desk:
        parts: tuple[Any, ...] = (cast(Composer, composer), cast(Intake, NoRoster()), told.append, "")
        return Desk(little.root, Options(), *parts, watch=lambda _: None)

    return make


def test_a_backlog_is_read_at_once(
    little: LittleSite, desk: Callable[[SlowComposer], Desk], told: list[Happened]
) -> None:
    """A hundred batches while one is read are one batch, with the files of all of them."""
    composer = SlowComposer()

    async def storm() -> None:
        shown = desk(composer)
        await shown.start()
        first = asyncio.create_task(shown.changed([little.root / "content/pages/first.md"]))
        await asyncio.sleep(0.03)
        pages = [little.root / f"content/pages/{number}.md" for number in range(100)]
        await asyncio.gather(first, *(shown.changed([page]) for page in pages))
        await shown.changed([pages[0]])
        await shown.close()

    asyncio.run(storm())
    assert composer.readings == 4  # the start, the first file, a hundred files, and one more
    assert [len(happened.changed) for happened in told if happened.changed] == [1, 100, 1]


def test_what_is_dated_is_read_also_beside_a_file_that_is_not_content(
    little: LittleSite, desk: Callable[[SlowComposer], Desk]
) -> None:
    """A batch without files says that something dated came or went."""
    composer = SlowComposer()

    async def both() -> None:
        shown = desk(composer)
        await shown.start()
        roster: list[Path] = [little.root / "content/roster.csv"]
        await asyncio.gather(shown.changed(roster), shown.changed(()))
        await shown.changed(roster)
        await shown.close()

    asyncio.run(both())
    assert composer.readings == 2
