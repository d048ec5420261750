"""Screens that are open, and what they are told: server-sent events (WHATWG HTML §9.2)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "Tab", "Tabs"]

REPLAYED = 100
"""How many events about files are kept for screens that lost the connection for a while."""

WAITING = 500
"""How many events may wait for one screen; one that never listens is told to read everything again."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, with its data as JSON can tell it."""

    name: str
    data: Any
    number: int = 0

    def encoded(self) -> bytes:
        """Return the event as it is sent."""
        told = json.dumps(self.data, ensure_ascii=True, separators=(",", ":"))
        number = f"id: {self.number}\n" if self.number else ""
        return f"{number}event: {self.name}\ndata: {told}\n\n".encode("ascii")


@dataclass(eq=False)
class Tab:
    """One screen: the host and the path that it shows, and what it was last told to show."""

    host: str
    at: str
    digest: str = ""
    faults: Any = field(default_factory=list)
    _waiting: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def send(self, event: Event) -> None:
        """Have an event sent."""
        if self._waiting.full():
            while not self._waiting.empty():
                self._waiting.get_nowait()
            event = Event("reload", {}, event.number)
        self._waiting.put_nowait(event)

    def shows(self, digest: str, faults: Any) -> bool:
        """Tell the screen what it should show, if that is something else; say whether it is another page."""
        is_other = digest != self.digest
        if is_other:
            self.digest = digest
            self.send(Event("page", {"digest": digest}))
        if faults != self.faults:
            self.faults = faults
            self.send(Event("faults", faults))
        return is_other

    async def next(self) -> Event:
        """Wait for the next event."""
        return await self._waiting.get()


class Tabs:
    """All screens that are open."""

    def __init__(self) -> None:
        self._open: set[Tab] = set()
        self._number = 0
        self._sent: deque[Event] = deque(maxlen=REPLAYED)

    def __iter__(self) -> Iterator[Tab]:
        return iter(self._open)

    def __len__(self) -> int:
        """Return how many screens are open."""
        return len(self._open)

    def open(self, host: str, at: str) -> Tab:
        """Have a new screen."""
        tab = Tab(host, at)
        self._open.add(tab)
        return tab

    def replay(self, tab: Tab, last: int) -> None:
        """Tell a screen that heard event ``last`` before what came after it."""
        if self._sent and last < self._sent[0].number - 1:
            tab.send(Event("reload", {}, self._number))
            return
        for event in self._sent:
            if event.number > last:
                tab.send(event)

    def close(self, tab: Tab) -> None:
        """Forget a screen."""
        self._open.discard(tab)

    def send_all(self, event: Event) -> None:
        """Send an event to every screen."""
        if event.name == "asset":
            self._number += 1
            event = Event(event.name, event.data, self._number)
            self._sent.append(event)
        for tab in self._open:
            tab.send(event)
