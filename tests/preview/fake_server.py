"""A preview server of canned answers, which speaks the whole protocol: what the browser's side is tested against."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import uvicorn
from axe_playwright_python.base import AXE_FILE_PATH
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

import replisite
from tests.preview.canned import FACTS, PEOPLE

__all__ = ["FakeServer", "File", "serving"]

CLIENT = Path(replisite.__file__).parent / "preview" / "client"

LOST = "<!doctype html><html lang=en><head><title>Lost</title></head><body><h1>Not found</h1></body></html>"
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 3"><path d="M0 0h1v1h1v1h1v1H0z"/></svg>'


@dataclass(frozen=True, slots=True)
class File:
    """One asset, and the seconds that it takes."""

    body: bytes
    media_type: str
    delay: float = 0


@dataclass(eq=False, slots=True)
class _Line:
    at: str
    digest: str
    events: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)


@dataclass(slots=True)
class FakeServer:
    """What the server says. Tests change it while a browser looks."""

    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=lambda: dict(FACTS))
    personal: dict[str, Any] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    roster: dict[str, Any] = field(default_factory=lambda: {"state": "ready", "done": 0, "total": 0})
    is_refusing: bool = False
    is_closing: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Each request: the path with its query, and what it says as X-Replisite."""
    gone: list[dict[str, str]] = field(default_factory=list)
    lines: set[_Line] = field(default_factory=set)
    origin: str = ""
    loop: asyncio.AbstractEventLoop | None = None
    count: int = 0

    def change(self, path: str, html: str) -> None:
        """Have another page at this address, and tell who looks at it."""
        self.pages[path] = html
        self.tell("page", {"digest": digest(html)}, at=path)

    def tell(self, event: str, message: Any, at: str = "") -> None:
        """Send an event to everybody, or to those at one address."""
        self.count += 1
        text = f"id: {self.count}\nevent: {event}\ndata: {json.dumps(message)}\n\n"
        assert self.loop
        for line in [line for line in self.lines if not at or line.at == at]:
            self.loop.call_soon_threadsafe(line.events.put_nowait, text)

    def hang_up(self) -> None:
        """End every line."""
        assert self.loop
        for line in list(self.lines):
            self.loop.call_soon_threadsafe(line.events.put_nowait, None)

    def page(self, path: str) -> HTMLResponse:
        """A page with the client's tag as the first thing in its head."""
        html = self.pages.get(path)
        status = 200 if html is not None else 404
        return HTMLResponse(with_tag(html or LOST), status, headers={"Cache-Control": "no-cache"})


def digest(html: str) -> str:
    """The name of a page's bytes."""
    return sha256(html.encode()).hexdigest()[:16]


def with_tag(html: str) -> str:
    """The page as the preview serves it."""
    tag = f'<script src="/_replisite/client.js" data-digest="{digest(html)}" defer></script>'
    return html.replace("<head>", f"<head>{tag}", 1)


def _application(fake: FakeServer) -> Starlette:
    async def events(request: Request) -> Response:
        if fake.is_refusing:
            return PlainTextResponse("", 503)
        line = _Line(request.query_params["at"], request.query_params["digest"])
        fake.lines.add(line)
        return StreamingResponse(stream(request, line), media_type="text/event-stream")

    async def stream(request: Request, line: _Line) -> AsyncIterator[str]:
        html = fake.pages.get(line.at)
        state = {
            "digest": digest(html) if html is not None else None,
            "faults": fake.faults,
            "roster": fake.roster,
            "generation": 1,
        }
        try:
            yield f"retry: 200\nevent: state\ndata: {json.dumps(state)}\n\n"
            while not fake.is_closing and not await request.is_disconnected():
                try:
                    text = await asyncio.wait_for(line.events.get(), 0.05)
                except TimeoutError:
                    continue
                if text is None:
                    return
                yield text
        finally:
            fake.lines.discard(line)

    async def people(request: Request) -> JSONResponse:
        word = request.query_params["q"].lower()
        return JSONResponse([each for each in PEOPLE if word in each["alias"]])

    async def go(request: Request) -> RedirectResponse:
        fake.gone.append(dict(request.query_params))
        return RedirectResponse(request.query_params["at"])

    async def facts(request: Request) -> JSONResponse:
        return JSONResponse(fake.facts)

    async def personal(request: Request) -> JSONResponse:
        return JSONResponse(fake.personal, 200 if fake.personal else 404)

    async def code(request: Request) -> Response:
        return Response(SQUARE, media_type="image/svg+xml")

    async def client(request: Request) -> FileResponse:
        return FileResponse(CLIENT / request.path_params["name"])

    async def axe(request: Request) -> FileResponse:
        return FileResponse(AXE_FILE_PATH)

    async def anything(request: Request) -> Response:
        path = request.url.path
        if found := fake.files.get(path):
            await asyncio.sleep(found.delay)
            return Response(found.body, media_type=found.media_type, headers={"Cache-Control": "no-cache"})
        return fake.page(path)

    return Starlette(
        routes=[
            Route("/_replisite/events", events),
            Route("/_replisite/people", people),
            Route("/_replisite/go", go),
            Route("/_replisite/page", facts),
            Route("/_replisite/personal", personal),
            Route("/_replisite/qr.svg", code),
            Route("/_replisite/{name}", client),
            Route("/axe.min.js", axe),
            Route("/{path:path}", anything),
        ]
    )


class _Noting:
    """Notes what is asked."""

    def __init__(self, application: Starlette, fake: FakeServer) -> None:
        self.application = application
        self.fake = fake

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = scope["query_string"].decode()
        said = dict(scope["headers"]).get(b"x-replisite", b"").decode()
        self.fake.asked.append((scope["path"] + (f"?{query}" if query else ""), said))
        await self.application(scope, receive, send)


@contextmanager
def serving() -> Iterator[FakeServer]:
    """Serve on the loopback at a free port."""
    fake = FakeServer()
    settings = uvicorn.Config(
        _Noting(_application(fake), fake),
        port=0,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=1,
        ws="none",
        access_log=False,
    )
    server = uvicorn.Server(settings)

    async def run() -> None:
        fake.loop = asyncio.get_running_loop()
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    fake.origin = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        fake.is_closing = True
        server.should_exit = True
        thread.join()
