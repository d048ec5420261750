"""Each tab gets the events that it has to act on, and a bounded number of them."""

from __future__ import annotations

import asyncio

from replisite.preview.tabs import LONGEST_QUEUE, REPLAYED, Event, Tab, Tabs


def _events(tab: Tab) -> list[Event]:
    async def read() -> list[Event]:
        return [await tab.next() for _ in range(tab._queue.qsize())]

    return asyncio.run(read())


def test_a_tab_gets_only_what_has_changed() -> None:
    """A digest or faults that it has already are not sent."""
    tab = Tab("localhost", "/", "a", [])
    assert not tab.shows("a", [])
    assert tab.shows("b", [])
    assert not tab.shows("b", [1])
    assert _events(tab) == [Event("page", {"digest": "b"}), Event("faults", [1])]


def test_a_tab_that_reads_nothing_is_reloaded() -> None:
    """Its events do not fill the memory."""
    tab = Tab("localhost", "/")
    for number in range(LONGEST_QUEUE + 1):
        tab.send(Event("page", {"digest": str(number)}))
    assert _events(tab) == [Event("reload", {})]


def test_missed_files_are_replayed() -> None:
    """From the number that the tab had last; a tab that missed more than is stored is reloaded."""
    tabs = Tabs()
    tabs.send_assets([])
    for number in range(1, REPLAYED + 3):
        tabs.send_assets([f"a {number}.css"])
    with tabs.open("localhost", "/") as late, tabs.open("localhost", "/") as lost:
        assert len(tabs) == 2
        tabs.replay(late, REPLAYED + 1)
        tabs.replay(lost, 1)
        assert _events(late) == [Event("asset", {"paths": [f"/a%20{REPLAYED + 2}.css"]}, REPLAYED + 2)]
        assert _events(lost) == [Event("reload", {}, REPLAYED + 2)]
    assert len(tabs) == 0
