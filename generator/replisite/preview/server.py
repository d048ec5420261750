"""The preview over HTTP: pages, files, and what the browser's side asks for."""

from __future__ import annotations

import asyncio
import io
import ipaddress
import mimetypes
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import segno
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from replisite.preview.addresses import Place, Visit, place_of
from replisite.preview.edge_cases import CASES
from replisite.preview.fault_json import editor_link
from replisite.preview.local_links import localised
from replisite.preview.messages import PageFacts
from replisite.preview.personal_marks import marked
from replisite.preview.responses import Answer, with_client
from replisite.preview.routing import FoundFile, FoundPage, Redirected, has_hosts, readers_of
from replisite.preview.session import Happened, PreviewSession
from replisite.preview.unexpected import ErrorAnswers

__all__ = ["application"]

CLIENT = Path(__file__).parent / "client"
NO_CACHE = {"Cache-Control": "no-cache"}
NOT_HERE = "member pages are shown on the machine alone that the preview runs on"
_LAST_EVENT = re.compile(r"[0-9]{1,18}")

STILL = 15.0
"""After how many seconds without an event a comment is sent, so that nobody takes the connection for dead."""


def application(session: PreviewSession, hosts: Sequence[str], public_url: str) -> Starlette:
    """Return the server's application.

    ``hosts`` are the names by which it may be called: others are refused, so that no page on the web can reach it by
    a name of its own (DNS rebinding). ``public_url`` is where other devices find it; empty if they cannot.
    """
    room = _Room(session, public_url)
    own = [
        Route("/events", room.events),
        Route("/page", room.facts),
        Route("/people", room.people),
        Route("/personal", room.personal),
        Route("/go", room.go),
        Route("/qr.svg", room.code),
        Mount("/", StaticFiles(directory=CLIENT)),
    ]
    routes = [Mount("/_replisite", routes=own), Route("/{path:path}", room.page)]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(_NoSniffing),
            Middleware(
                ErrorAnswers, root=session.folder, told=lambda faults: session.told(Happened(faults=faults))
            ),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        ],
    )


class _NoSniffing:
    """Adds ``X-Content-Type-Options: nosniff`` to every answer, errors too: no browser takes a text for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._app(scope, receive, send_with_header)


class _Room:
    """The handlers of all requests."""

    def __init__(self, session: PreviewSession, public_url: str) -> None:
        self.session = session
        self.public_url = public_url

    async def page(self, request: Request) -> Response:
        """Answer with a page, or with a file that exists once."""
        host, at = _host(request), request.url.path
        answer = await self.session.answers.page(host, at)
        found = answer.found
        if isinstance(found, Redirected):
            return RedirectResponse(found.path, 307)
        if isinstance(found, FoundFile):
            return await self._file(found)
        if not _may_see(request, answer):
            return PlainTextResponse(NOT_HERE, 403)
        kind = "text/html; charset=utf-8" if _is_html(found) else _kind(at)
        body = with_client(answer) if _is_html(found) else answer.text
        return Response(
            body.encode(),
            answer.status,
            media_type=kind,
            headers={**NO_CACHE, "X-Replisite-Digest": answer.digest},
        )

    async def _file(self, found: FoundFile) -> Response:
        if found.source is None:
            body = await asyncio.to_thread(self.session.content_process.file, found.path)
            return Response(body, media_type=_kind(found.path), headers=NO_CACHE)
        if not found.source.is_file():
            return PlainTextResponse("not there any more", 404)
        if not found.is_asked and await asyncio.to_thread(self.session.is_somebodys_photo, found.path):
            return PlainTextResponse(
                "a photo of somebody on the roster is shown as it is published alone", 404
            )
        return FileResponse(found.source, media_type=_kind(found.path), headers=NO_CACHE)

    async def events(self, request: Request) -> Response:
        """Stream what happens to one screen."""
        at = request.query_params.get("at", "/")
        if not _may_see(request, await self.session.answers.page(_host(request), at)):
            return PlainTextResponse(NOT_HERE, 403)
        last = request.headers.get("last-event-id", "")
        stream = self._stream(_host(request), at, int(last) if _LAST_EVENT.fullmatch(last) else None)
        return StreamingResponse(
            stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self, host: str, at: str, last: int | None) -> AsyncIterator[bytes]:
        async with self.session.events(host, at, last) as tab:
            yield b"retry: 500\n\n"
            while True:
                try:
                    event = await asyncio.wait_for(tab.next(), STILL)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                yield event.encoded()
                if event.name == "bye":
                    return

    async def facts(self, request: Request) -> Response:
        """Tell the toolbar about a page."""
        session, host, at = self.session, _host(request), request.query_params.get("at", "/")
        answer = await session.answers.page(host, at)
        if not _may_see(request, answer):
            return PlainTextResponse(NOT_HERE, 403)
        told = await asyncio.to_thread(self._facts, request, answer, at)
        return JSONResponse(told, headers=NO_CACHE)

    def _facts(self, request: Request, answer: Answer, at: str) -> dict[str, Any]:
        session, facts = self.session, answer.facts
        page = answer.found if isinstance(answer.found, FoundPage) else None
        visit = page.visit if page else Visit()
        owner = page.asked.owner if page else None
        site = session.site
        editions = (
            [edition.key for edition in site.editions if edition.market.status != "closed"] if site else []
        )
        readers = readers_of(site) if site and _is_here(request) else {}
        edition_view = page.edition_view if page else None
        source = self._source(facts) if facts else None
        warnings = [f'a link leads nowhere: "{url}"' for url in facts.broken] if facts else []
        if getattr(answer.found, "reason", ""):
            warnings.insert(0, answer.found.reason)  # type: ignore[union-attr]
        is_locked = bool(site and site.members.access == "locked")
        return {
            "at": at,
            "owner": {
                "alias": owner.alias if owner else "",
                "name": owner.name if owner else "",
                "is_company": owner.is_company if owner else True,
                "status": owner.status if owner else "",
            },
            "people": session.people.count() if site else 0,
            "edition": edition_view.edition.key if edition_view else "",
            "editions": editions,
            "view": (edition_view.reader if edition_view else "") or "public",
            "views": [{"key": "public", "title": "As published"}]
            + [{"key": code, "title": title} for code, title in readers.items()],
            "case": visit.case,
            "cases": [{"key": key, "title": case.title} for key, case in CASES.items()],
            "source": facts.source if facts else "",
            "template": facts.template if facts else "",
            "editor": editor_link(session.editor, source) if source else "",
            "bytes": facts.size if facts else 0,
            "compressed": facts.compressed if facts else 0,
            "slots": facts.slots if facts else 0,
            "widened": facts.widened if facts else "",
            "stage_ms": facts.stage_ms if facts else 0,
            "press_ms": facts.press_ms if facts else 0,
            "is_protected": bool(facts and facts.is_protected),
            "is_unlocked": bool(facts and facts.is_protected and visit.reader and is_locked),
            "qr": self._elsewhere(page) if self.public_url else "",
            "roster": session.roster.as_json(),
            "warnings": [*warnings, *session.site_index.warnings, *session.warnings][:20],
        }

    def _source(self, facts: PageFacts) -> Path | None:
        """Return the file that a page is made of: its content, or else its template."""
        return next(
            (path for path in (self.session.folder / facts.source, Path(facts.template)) if path.is_file()),
            None,
        )

    def _elsewhere(self, page: FoundPage | None) -> str:
        """Return where another device finds a page: by the machine's address, with the site's name in the path."""
        visit, path = (
            (Visit(page.visit.alias, page.visit.edition, "", page.visit.case), page.place.path)
            if page
            else (Visit(), "")
        )
        return f"{self.public_url}/{visit.name}/{path}" if visit.name else f"{self.public_url}/{path}"

    async def people(self, request: Request) -> Response:
        """Find people by the beginnings of their names."""
        if self.session.site is None:
            return JSONResponse([])
        found = await asyncio.to_thread(self.session.people.search, request.query_params.get("q", "")[:200])
        told = [{"alias": p.alias, "name": p.name, "market": p.market, "status": p.status} for p in found]
        return JSONResponse(told, headers=NO_CACHE)

    async def personal(self, request: Request) -> Response:
        """Give a page with its personal pieces marked, and what they are."""
        answer = await self.session.answers.page(_host(request), request.query_params.get("at", "/"))
        if not _may_see(request, answer):
            return PlainTextResponse(NOT_HERE, 403)
        page = answer.found
        if not isinstance(page, FoundPage):
            return JSONResponse({"html": with_client(answer), "slots": []}, headers=NO_CACHE)
        told = await asyncio.to_thread(self.session.content_process.personal, page.asked)
        slots = [
            {
                "expression": slot.expression,
                "where": slot.where,
                "editor": self._place(slot.where),
                "times": slot.times,
            }
            for slot in told.slots
        ]
        assert self.session.site is not None
        text = marked(told.text, told.pieces)
        text = localised(text, self.session.site, page.asked.owner, page.visit.name, _host(request))
        return JSONResponse(
            {"html": with_client(replace(answer, text=text)), "slots": slots}, headers=NO_CACHE
        )

    def _place(self, where: str) -> str:
        """Return the link that opens ``template:line``."""
        name, _, line = where.rpartition(":")
        if not line.isdigit():
            name, line = where, "0"
        for folder in self.session.site_index.folders:
            for path in (folder / "templates" / name, folder / name):
                if path.is_file():
                    return editor_link(self.session.editor, path, int(line))
        return ""

    async def go(self, request: Request) -> Response:
        """Lead to the same page of another site, edition, reader or case."""
        session, host, asked = self.session, _host(request), request.query_params
        at = asked.get("at", "/")
        if session.site is None:
            return RedirectResponse("/", 307)
        answer = await session.answers.page(host, at)
        page = answer.found if isinstance(answer.found, FoundPage) else None
        visit = page.visit if page else Visit()
        place = (
            page.place
            if page
            else next(iter(place_of(host, at, has_hosts(session.site))), Place("", "", "/"))
        )
        alias = asked.get("owner", visit.alias)
        edition = asked.get("edition", visit.edition).lower()
        reader = asked.get("view", visit.reader)
        case = asked.get("case", visit.case)
        if "owner" in asked:
            edition = ""  # everybody is shown at home first
        if case and not alias:
            alias = await asyncio.to_thread(session.people.first)
        if edition and edition == await asyncio.to_thread(self._own_edition, alias):
            edition = ""
        target = Visit(alias, edition, "" if reader == "public" else reader.lower(), case)
        return RedirectResponse(
            place.towards(target, host, has_hosts(session.site)), 307, headers={"Cache-Control": "no-store"}
        )

    def _own_edition(self, alias: str) -> str:
        site = self.session.site
        assert site is not None
        if not alias:
            return site.editions[0].key.lower()
        found = self.session.people.find(alias)
        return f"{found.person.market}-{found.person.language}".lower() if found else ""

    async def code(self, request: Request) -> Response:
        """Draw the address of a page for the camera of a phone."""
        answer = await self.session.answers.page(_host(request), request.query_params.get("at", "/"))
        if not self.public_url:
            return PlainTextResponse(
                "other devices cannot reach this preview; start it with --host 0.0.0.0", 404
            )
        out = io.BytesIO()
        url = self._elsewhere(answer.found if isinstance(answer.found, FoundPage) else None)
        segno.make(url, micro=False).save(out, kind="svg", scale=4, border=2, xmldecl=False)
        return Response(out.getvalue(), media_type="image/svg+xml", headers=NO_CACHE)


def _kind(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def _is_html(found: object) -> bool:
    return not isinstance(found, FoundPage) or found.asked.path.endswith((".html", ".htm"))


def _host(request: Request) -> str:
    return request.headers.get("host", "localhost")


def _may_see(request: Request, answer: Answer) -> bool:
    """Say whether whoever asks may see a page: what is unlocked is for this machine."""
    return not (isinstance(answer.found, FoundPage) and answer.found.visit.reader) or _is_here(request)


def _is_here(request: Request) -> bool:
    """Say whether a request comes from this machine."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
