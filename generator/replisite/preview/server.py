"""The preview over HTTP: pages, files, events, and the requests of the toolbar."""

from __future__ import annotations

import asyncio
import io
import ipaddress
import mimetypes
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

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

from replisite.preview.local_links import localised
from replisite.preview.messages import PageRequest, PersonalPage
from replisite.preview.personal_marks import marked
from replisite.preview.reports import ChangeReport
from replisite.preview.responses import PageResponse, with_client
from replisite.preview.routing import FoundFile, Redirected
from replisite.preview.session import PreviewSession
from replisite.preview.toolbar_facts import public_address, slot_link, toolbar_facts
from replisite.preview.unexpected import ErrorResponses
from replisite.preview.view_switch import switched_url

__all__ = ["application"]

CLIENT = Path(__file__).parent / "client"
NO_CACHE = {"Cache-Control": "no-cache"}
NO_STORE = {"Cache-Control": "no-store"}
LOCAL_ONLY = "The preview shows member pages only on the machine that it runs on."
FILE_GONE = "This file no longer exists."
PRIVATE_PHOTO = "This is the photo of a person on the roster. A photo is shown only as it is published."
NOT_REACHABLE = "Other devices cannot reach this preview. Start it with --host 0.0.0.0."

_LAST_EVENT = re.compile(r"[0-9]{1,18}")

KEEP_ALIVE = 15.0
"""After how many seconds without an event a comment is sent, so that no proxy closes the connection."""

LONGEST_QUERY = 200
"""How many characters of a search for people are read."""


def application(session: PreviewSession, hosts: Sequence[str], public_url: str) -> Starlette:
    """Return the server's application.

    ``hosts`` are the names that a request may address: others are refused, so that no page on the web can reach the
    preview by a name of its own (DNS rebinding). ``public_url`` is the address for other devices; empty if they cannot
    reach it.
    """
    handlers = _Handlers(session, public_url)
    own = [
        Route("/events", handlers.events),
        Route("/page", handlers.facts),
        Route("/people", handlers.people),
        Route("/personal", handlers.personal),
        Route("/go", handlers.switch),
        Route("/qr.svg", handlers.qr_code),
        Mount("/", StaticFiles(directory=CLIENT)),
    ]
    routes = [Mount("/_replisite", routes=own), Route("/{path:path}", handlers.page)]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(_NoSniffing),
            Middleware(
                ErrorResponses,
                root=session.folder,
                report=lambda faults: session.report(ChangeReport(faults=faults)),
            ),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        ],
    )


class _NoSniffing:
    """Adds ``X-Content-Type-Options: nosniff`` to every response, so that no browser takes a text for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._app(scope, receive, send_with_header)


class _Handlers:
    """The handlers of all requests."""

    def __init__(self, session: PreviewSession, public_url: str) -> None:
        self.session = session
        self.public_url = public_url

    async def page(self, request: Request) -> Response:
        """Answer with a page, or with a file that exists once."""
        path = request.url.path
        response = await self.session.responses.page(_host(request), path)
        destination = response.destination
        if isinstance(destination, Redirected):
            return RedirectResponse(destination.path, 307)
        if isinstance(destination, FoundFile):
            return await self._file(destination)
        if not _may_see(request, response):
            return PlainTextResponse(LOCAL_ONLY, 403)
        is_html = response.page is None or response.page.request.path.endswith((".html", ".htm"))
        return Response(
            (with_client(response) if is_html else response.text).encode(),
            response.status,
            media_type="text/html; charset=utf-8" if is_html else _media_type(path),
            headers={**NO_CACHE, "X-Replisite-Digest": response.digest},
        )

    async def _file(self, file: FoundFile) -> Response:
        media_type = _media_type(file.path)
        if file.source is None:
            body = await self.session.generated_file(file.path)
            return Response(body, media_type=media_type, headers=NO_CACHE)
        if not file.source.is_file():
            return PlainTextResponse(FILE_GONE, 404)
        if not file.is_referenced and await asyncio.to_thread(self.session.is_private_photo, file.path):
            return PlainTextResponse(PRIVATE_PHOTO, 404)
        return FileResponse(file.source, media_type=media_type, headers=NO_CACHE)

    async def events(self, request: Request) -> Response:
        """Stream the events for one tab."""
        response = await self._requested(request)
        if not _may_see(request, response):
            return PlainTextResponse(LOCAL_ONLY, 403)
        last = request.headers.get("last-event-id", "")
        number = int(last) if _LAST_EVENT.fullmatch(last) else None
        stream = self._stream(_host(request), _path(request), number)
        return StreamingResponse(stream, media_type="text/event-stream", headers=NO_STORE)

    async def _stream(self, host: str, path: str, last: int | None) -> AsyncIterator[bytes]:
        async with self.session.open_tab(host, path, last) as tab:
            yield b"retry: 500\n\n"
            while True:
                try:
                    event = await asyncio.wait_for(tab.next(), KEEP_ALIVE)
                except TimeoutError:
                    yield b": keep alive\n\n"
                    continue
                yield event.encoded()
                if event.name == "bye":
                    return

    async def facts(self, request: Request) -> Response:
        """Answer with the facts about a page."""
        response = await self._requested(request)
        if not _may_see(request, response):
            return PlainTextResponse(LOCAL_ONLY, 403)
        facts = await asyncio.to_thread(
            toolbar_facts,
            self.session,
            response,
            _path(request),
            self.public_url,
            is_local=_is_local(request),
        )
        return JSONResponse(facts, headers=NO_CACHE)

    async def people(self, request: Request) -> Response:
        """Answer with the people whose names or aliases begin like the words of a query."""
        if self.session.state.site is None:
            return JSONResponse([])
        query = request.query_params.get("q", "")[:LONGEST_QUERY]
        people = await asyncio.to_thread(self.session.people.search, query)
        listed = [{"alias": p.alias, "name": p.name, "market": p.market, "status": p.status} for p in people]
        return JSONResponse(listed, headers=NO_CACHE)

    async def personal(self, request: Request) -> Response:
        """Answer with a page in which the personal pieces are marked, and with its slots."""
        response = await self._requested(request)
        if not _may_see(request, response):
            return PlainTextResponse(LOCAL_ONLY, 403)
        page = response.page
        if page is None:
            return JSONResponse({"html": with_client(response), "slots": []}, headers=NO_CACHE)
        personal = await self.session.personal(page.request)
        text = self._marked(personal, page.request, page.view.name, _host(request))
        html = with_client(replace(response, text=text))
        return JSONResponse({"html": html, "slots": self._slots(personal)}, headers=NO_CACHE)

    def _marked(self, personal: PersonalPage, request: PageRequest, name: str, host: str) -> str:
        site = self.session.state.site
        assert site is not None
        return localised(marked(personal.text, personal.pieces), site, request.owner, name, host)

    def _slots(self, personal: PersonalPage) -> list[dict[str, object]]:
        return [
            {
                "expression": slot.expression,
                "where": slot.where,
                "editor": slot_link(self.session, slot.where),
                "times": slot.times,
            }
            for slot in personal.slots
        ]

    async def switch(self, request: Request) -> Response:
        """Redirect to the same page of another owner, edition, reader or edge case."""
        site = self.session.state.site
        if site is None:
            return RedirectResponse("/", 307)
        response = await self._requested(request)
        url = await switched_url(
            site, self.session.people, response, _host(request), _path(request), request.query_params
        )
        return RedirectResponse(url, 307, headers=NO_STORE)

    async def qr_code(self, request: Request) -> Response:
        """Answer with the QR code of a page's address for a phone."""
        response = await self._requested(request)
        if not self.public_url:
            return PlainTextResponse(NOT_REACHABLE, 404)
        out = io.BytesIO()
        url = public_address(response.page, self.public_url)
        segno.make(url, micro=False).save(out, kind="svg", scale=4, border=2, xmldecl=False)
        return Response(out.getvalue(), media_type="image/svg+xml", headers=NO_CACHE)

    async def _requested(self, request: Request) -> PageResponse:
        """Return the response for the page that a request of the toolbar is about."""
        return await self.session.responses.page(_host(request), _path(request))


def _path(request: Request) -> str:
    return request.query_params.get("at", "/")


def _host(request: Request) -> str:
    return request.headers.get("host", "localhost")


def _media_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def _may_see(request: Request, response: PageResponse) -> bool:
    """Say whether a request may have a page: protected pages are for this machine only."""
    return response.page is None or not response.page.view.reader or _is_local(request)


def _is_local(request: Request) -> bool:
    """Say whether a request comes from this machine."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
