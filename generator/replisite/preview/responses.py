"""The response to a request for a page: the page pressed for its owner, or a notice that says why there is none."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from replisite.errors import Fault
from replisite.model.view import EditionView
from replisite.preview.error_pages import notice
from replisite.preview.fault_json import faults_json
from replisite.preview.local_links import localised
from replisite.preview.messages import PageFacts, PageRequest, PressedPage
from replisite.preview.owners import People
from replisite.preview.routing import Destination, FoundPage, NotFound, destination_of
from replisite.preview.state import State

__all__ = ["PageResponse", "PageSource", "Responses", "digest_of", "with_client"]

CACHED = 200
"""How many responses are cached until something changes, and how many last good pages: there may be a million owners."""

_START = re.compile(
    r"(?:\s|<!doctype[^>]*>|<!--.*?-->)*(?:<html(?=[\s>])[^>]*>)?(?:\s|<!--.*?-->)*(?:<head(?=[\s>])[^>]*>)?",
    re.IGNORECASE | re.DOTALL,
)
"""What may stand before the first element of a page's head."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class PageSource(Protocol):
    """What responses are made from: a state, and a session that presses pages."""

    folder: Path
    editor: str

    @property
    def state(self) -> State: ...

    @property
    def people(self) -> People: ...

    async def wait_until_started(self) -> None:
        """Wait until the content has been read for the first time."""

    async def is_roster_read_soon(self) -> bool:
        """Wait a moment for the roster, and say whether it has been read."""

    async def show(self, edition_view: EditionView) -> None:
        """Read the pages of an edition view."""

    async def press(self, request: PageRequest, *, may_restart: bool) -> PressedPage:
        """Press a page; the process that does so may be started again for it."""


@dataclass(frozen=True, slots=True)
class PageResponse:
    """A response. ``text`` is the page as a build writes it, and ``digest`` changes with it.

    ``own_faults`` are those of this page alone; ``faults`` are these and the site's, as the browser gets them.
    """

    status: int
    text: str
    digest: str
    destination: Destination
    facts: PageFacts | None = None
    own_faults: tuple[Fault, ...] = ()
    faults: list[dict[str, Any]] = field(default_factory=list)

    @property
    def page(self) -> FoundPage | None:
        """The page of a site that this is; None for a notice and a page that stands in for another."""
        return self.destination if isinstance(self.destination, FoundPage) else None

    @property
    def is_waiting(self) -> bool:
        """Whether there may be a page as soon as the roster has been read."""
        return _is_waiting(self.destination)


class Responses:
    """The responses of one session; each is cached while the state has the same version."""

    def __init__(self, source: PageSource) -> None:
        self._source = source
        self._version: object = None
        self._cached: OrderedDict[tuple[str, str], PageResponse] = OrderedDict()
        self._good: OrderedDict[tuple[str, str], PageResponse] = OrderedDict()
        self.first_is_made = asyncio.Event()

    async def page(self, host: str, path: str, *, may_read: bool = True) -> PageResponse:
        """Return the response for a path at a host; never raises for faults in the site.

        The first request waits until the content has been read, and a moment for the roster. Without ``may_read`` no
        edition view is read that was not requested before, no process is started again, and the roster is not waited
        for.
        """
        await self._source.wait_until_started()
        response = self._from_cache(host, path)
        if response is None:
            response = await self._made(host, path, may_read)
            self.first_is_made.set()
            if may_read and response.is_waiting and await self._source.is_roster_read_soon():
                response = await self._made(host, path, may_read)
        source = self._source
        faults = (*source.state.faults, *response.own_faults)
        return replace(response, faults=faults_json(source.folder, faults, source.editor))

    def _from_cache(self, host: str, path: str) -> PageResponse | None:
        if self._version != self._source.state.version:
            self._version = self._source.state.version
            self._cached.clear()
        response = self._cached.get((host, path))
        if response is not None:
            self._cached.move_to_end((host, path))
        return response

    async def _made(self, host: str, path: str, may_read: bool) -> PageResponse:
        """Make a response, and cache it if nothing has changed meanwhile."""
        version = self._source.state.version
        response = await self._make(host, path, may_read)
        if version == self._version == self._source.state.version:
            _store(self._cached, (host, path), response)
        return response

    async def _make(self, host: str, path: str, may_read: bool) -> PageResponse:
        state = self._source.state
        if state.site is None or not state.site_index.paths:
            return self._notice(host, path, NotFound("the site has no pages yet"), 503, ())
        destination = await self._destination(host, path, may_read)
        if isinstance(destination, FoundPage):
            return await self._pressed(host, path, destination, destination, 200, may_read)
        if isinstance(destination, NotFound) and destination.page is not None and not destination.is_waiting:
            return await self._pressed(host, path, destination, destination.page, 404, may_read)
        return self._notice(host, path, destination, 503 if _is_waiting(destination) else 404, ())

    async def _destination(self, host: str, path: str, may_read: bool) -> Destination:
        """Return what an address leads to; its edition view is read first if it was not requested before."""
        destination = await self._routed(host, path)
        if not isinstance(destination, FoundPage) or self._has_read(destination):
            return destination
        if may_read:
            await self._source.show(destination.edition_view)
        if self._has_read(destination):
            return await self._routed(host, path)
        return NotFound(f"{destination.request.key} has not been read")

    def _has_read(self, page: FoundPage) -> bool:
        return page.request.key in self._source.state.site_index.paths

    async def _routed(self, host: str, path: str) -> Destination:
        state, people = self._source.state, self._source.people
        assert state.site is not None

        def is_roster_read() -> bool:
            return state.roster.phase == "failed" or people.is_read()

        return await asyncio.to_thread(
            destination_of, state.site, state.site_index, host, path, people.find, is_roster_read
        )

    async def _pressed(
        self, host: str, path: str, destination: Destination, page: FoundPage, status: int, may_read: bool
    ) -> PageResponse:
        """Press a page; it is the destination itself, or the site's own page for what is not there."""
        site = self._source.state.site
        assert site is not None
        pressed = await self._source.press(page.request, may_restart=may_read)
        if pressed.faults:
            return self._notice(host, path, destination, 500, pressed.faults)
        text = localised(pressed.text, site, page.request.owner, page.view.name, host)
        response = PageResponse(status, text, digest_of(text), destination, pressed.facts)
        _store(self._good, (host, path), response)
        return response

    def _notice(
        self, host: str, path: str, destination: Destination, status: int, own: tuple[Fault, ...]
    ) -> PageResponse:
        """Return the last good page, under the faults of this one, or a notice that says what is wrong."""
        good = self._good.get((host, path))
        if good is not None and own:
            return replace(good, own_faults=own)
        reason = destination.reason if isinstance(destination, NotFound) else "this page cannot be shown"
        faults = [*self._source.state.faults, *own]
        text = notice(reason, faults, is_waiting=_is_waiting(destination))
        return PageResponse(status, text, digest_of(text), destination, own_faults=own)


def _is_waiting(destination: Destination) -> bool:
    return isinstance(destination, NotFound) and destination.is_waiting


def _store(cache: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    """Store the value used last; the one used longest ago makes way."""
    cache[key] = value
    cache.move_to_end(key)
    while len(cache) > CACHED:
        cache.popitem(last=False)


def digest_of(text: str) -> str:
    """Return a digest of a page, 24 hexadecimal digits."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()


def with_client(response: PageResponse) -> str:
    """Return a page as the browser gets it: with the preview's script tag as the first element of its head."""
    tag = f'<script src="/_replisite/client.js" data-digest="{response.digest}" defer></script>'
    start = _START.match(response.text)
    end = start.end() if start else 0
    return f"{response.text[:end]}{tag}{response.text[end:]}"
