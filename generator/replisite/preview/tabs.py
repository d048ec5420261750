"""The tabs that show a preview, and the server-sent events that they get (WHATWG HTML §9.2)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

__all__ = ["Event", "Tab", "Tabs"]

REPLAYED = 100
"""How many events about files are stored for tabs that lose the connection for a while."""

LONGEST_QUEUE = 500
"""How many events may wait for one tab; a tab that reads none of them gets one that reloads the page."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its name, and its data as plain values for JSON."""

    name: str
    data: Any
    number: int = 0

    def encoded(self) -> bytes:
        """Return the bytes that are sent."""
        payload = json.dumps(self.data, ensure_ascii=True, separators=(",", ":"))
        number = f"id: {self.number}\n" if self.number else ""
        return f"{number}event: {self.name}\ndata: {payload}\n\n".encode("ascii")


@dataclass(eq=False)
class Tab:
    """A tab: the host and the path that it shows, and the digest and faults that it was sent last."""

    host: str
    path: str
    digest: str = ""
    faults: Any = field(default_factory=list)
    _queue: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(LONGEST_QUEUE))

    def send(self, event: Event) -> None:
        """Add an event to those that wait."""
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            event = Event("reload", {}, event.number)
        self._queue.put_nowait(event)

    def shows(self, digest: str, faults: Any) -> bool:
        """Send the digest and the faults that have changed; say whether the page has."""
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
        return await self._queue.get()


class Tabs:
    """All tabs that are open."""

    def __init__(self) -> None:
        self._open: set[Tab] = set()
        self._number = 0
        self._sent: deque[Event] = deque(maxlen=REPLAYED)

    def __iter__(self) -> Iterator[Tab]:
        return iter(self._open)

    def __len__(self) -> int:
        """Return how many tabs are open."""
        return len(self._open)

    @contextmanager
    def open(self, host: str, path: str, digest: str = "", faults: Any = ()) -> Iterator[Tab]:
        """Open a tab, and close it at the end."""
        tab = Tab(host, path, digest, faults)
        self._open.add(tab)
        try:
            yield tab
        finally:
            self._open.discard(tab)

    def replay(self, tab: Tab, last: int) -> None:
        """Send a tab the events about files that came after number ``last``."""
        if self._sent and last < self._sent[0].number - 1:
            tab.send(Event("reload", {}, self._number))
            return
        for event in self._sent:
            if event.number > last:
                tab.send(event)

    def send_assets(self, paths: Sequence[str]) -> None:
        """Send every tab the paths of copied files that have changed; nothing if there are none."""
        if not paths:
            return
        self._number += 1
        event = Event("asset", {"paths": [quote(f"/{path}") for path in paths]}, self._number)
        self._sent.append(event)
        self.send_all(event)

    def send_all(self, event: Event) -> None:
        """Send an event to every tab."""
        for tab in self._open:
            tab.send(event)
