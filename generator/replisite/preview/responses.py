"""The answer to a request for a page: pressed for its owner, or what is said in its place."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from replisite.errors import Fault
from replisite.preview.error_pages import notice
from replisite.preview.fault_json import told_faults
from replisite.preview.local_links import localised
from replisite.preview.messages import PageFacts
from replisite.preview.routing import FoundFile, FoundPage, Nothing, Redirected, find

if TYPE_CHECKING:
    from replisite.preview.session import PreviewSession

__all__ = ["Answer", "Responses", "digest_of", "with_client"]

REMEMBERED = 200
"""How many answers are kept until something changes, and how many pages as they were last good: owners are a million."""

_START = re.compile(
    r"(?:\s|<!doctype[^>]*>|<!--.*?-->)*(?:<html(?=[\s>])[^>]*>)?(?:\s|<!--.*?-->)*(?:<head(?=[\s>])[^>]*>)?",
    re.IGNORECASE | re.DOTALL,
)
"""What may stand before the first thing in a page's head."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser gets. ``text`` is the page as a build would write it; ``digest`` tells one state from another.

    ``own`` are the faults of this page alone, and ``told_faults`` those of the site too, as the browser gets them.
    """

    status: int
    text: str
    digest: str
    found: FoundPage | FoundFile | Redirected | Nothing
    facts: PageFacts | None = None
    own: tuple[Fault, ...] = ()
    told_faults: list[dict[str, Any]] = field(default_factory=list)


class Responses:
    """Answers for one state of things; they are kept until something changes."""

    def __init__(self, session: PreviewSession) -> None:
        self._desk = session
        self._known: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._good: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._state = 0
        self.is_asked = asyncio.Event()

    def forget(self) -> None:
        """Something has changed: whatever is asked for is made again."""
        self._known.clear()
        self._state += 1

    async def page(self, host: str, at: str, *, more: bool = True) -> Answer:
        """Return the answer to a request for a path at a host; never raises for what a person wrote.

        While the content is read for the first time this waits, and a moment for the roster too. Without ``more`` no
        edition or reader is read that has not been asked for before, and no roster waited for.
        """
        await self._desk.is_started.wait()
        known = self._known.get((host, at))
        if known is not None:
            self._known.move_to_end((host, at))
        else:
            known = await self._made(host, at, more)
            self.is_asked.set()
            if more and _is_waiting(known.found) and await self._desk.is_soon_read():
                known = await self._made(host, at, more)
        return replace(known, told_faults=self._told(known.own))

    async def _made(self, host: str, at: str, more: bool) -> Answer:
        """Make an answer, and keep it if nothing has changed meanwhile."""
        state = self._state
        answer = await self._answer(host, at, more)
        if state == self._state:
            self._known[host, at] = answer
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return answer

    async def _answer(self, host: str, at: str, more: bool) -> Answer:
        session = self._desk
        if session.site is None or not session.site_index.paths:
            return self._instead(host, at, Nothing("there is nothing to show yet"), 503, ())
        found = await self.find(host, at, more=more)
        if isinstance(found, FoundPage):
            return await self._pressed(host, at, found, 200, more=more)
        if isinstance(found, Nothing) and found.page is not None and not found.is_waiting:
            return await self._pressed(host, at, found, 404, found.page, more=more)
        return self._instead(host, at, found, 503 if _is_waiting(found) else 404, ())

    async def find(
        self, host: str, at: str, *, more: bool = True
    ) -> FoundPage | FoundFile | Redirected | Nothing:
        """Say what stands at an address."""
        session = self._desk
        assert session.site is not None
        people = session.people

        def is_read() -> bool:
            return session.roster.state == "failed" or people.is_read()

        found = await asyncio.to_thread(
            find, session.site, session.site_index, host, at, people.find, is_read
        )
        if isinstance(found, FoundPage) and found.asked.key not in session.site_index.paths:
            if more:
                await session.show(found.edition_view)
            if found.asked.key in session.site_index.paths:
                return await self.find(host, at)
            return Nothing(f"there is no {found.asked.key} to show")
        return found

    async def _pressed(
        self,
        host: str,
        at: str,
        found: FoundPage | Nothing,
        status: int,
        instead: FoundPage | None = None,
        *,
        more: bool,
    ) -> Answer:
        session = self._desk
        page = instead or found
        assert isinstance(page, FoundPage)
        assert session.site is not None
        pressed = await session.press(page.asked, may_begin_anew=more)
        if pressed.faults:
            return self._instead(host, at, found, 500, pressed.faults)
        text = localised(pressed.text, session.site, page.asked.owner, page.visit.name, host)
        answer = Answer(status, text, digest_of(text), found, pressed.facts)
        self._good[host, at] = answer
        self._good.move_to_end((host, at))
        while len(self._good) > REMEMBERED:
            self._good.popitem(last=False)
        return answer

    def _instead(
        self,
        host: str,
        at: str,
        found: FoundPage | FoundFile | Redirected | Nothing,
        status: int,
        own: tuple[Fault, ...],
    ) -> Answer:
        """Return the page as it was last good, under its faults, or one that says what is the matter."""
        good = self._good.get((host, at))
        if good is not None and own:
            return replace(good, own=own)
        reason = found.reason if isinstance(found, Nothing) else "this page cannot be shown"
        text = notice(reason, [*self._desk.faults, *own], is_waiting=_is_waiting(found))
        return Answer(status, text, digest_of(text), found, own=own)

    def _told(self, own: tuple[Fault, ...]) -> list[dict[str, Any]]:
        root = self._desk.folder
        return told_faults(root, (*self._desk.faults, *own), self._desk.editor)


def _is_waiting(found: FoundPage | FoundFile | Redirected | Nothing) -> bool:
    """Say whether there may be a page as soon as the roster has been read."""
    return isinstance(found, Nothing) and found.is_waiting


def digest_of(text: str) -> str:
    """Return what tells one state of a page from another."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=12).hexdigest()


def with_client(answer: Answer) -> str:
    """Return a page as the browser gets it: with the script tag first of all in its head."""
    tag = f'<script src="/_replisite/client.js" data-digest="{answer.digest}" defer></script>'
    start = _START.match(answer.text)
    place = start.end() if start else 0
    return f"{answer.text[:place]}{tag}{answer.text[place:]}"
