"""The preview leads nobody to another host, says of each answer what it is, and keeps few of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast
from urllib.parse import quote, urljoin, urlsplit

import pytest

from replisite.preview import responses as responses_module
from replisite.preview.responses import PageResponse, PageSource, Responses
from replisite.preview.routing import NotFound
from replisite.preview.state import State
from tests.little_site import LittleSite
from tests.preview.running import RunningPreview

EVIL = [
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/%2f%2fevil.example/",
    "/%2F/evil.example",
    "/..//evil.example/",
    "/\t/evil.example/",
    "/\r\nLocation: https://evil.example/",
    "https://evil.example/",
    "https:evil.example",
    "///evil.example",
    "/jane//evil.example/",
    "@evil.example/",
    "javascript:alert(1)",
]


def test_redirects_stay_on_their_host_and_every_answer_says_nosniff(little: LittleSite) -> None:
    """Whatever stands in an address, a browser that follows asks this preview again."""
    with RunningPreview(little.root) as running:
        running.wait_until_read()
        home = f"http://localhost:{running.port}/"
        asked = [f"/_replisite/go?at={quote(evil)}" for evil in EVIL]
        asked += [f"/_replisite/go?at=/&owner={quote(evil, safe='')}" for evil in EVIL]
        asked += [f"/_replisite/go?at={quote(evil)}&owner=jane&case={quote(evil)}" for evil in EVIL]
        asked += [f"/{quote(evil, safe='/%')}" for evil in EVIL] + [
            "/about",
            "/jane/about",
            "//about",
            "/_replisite",
        ]
        for path in asked:
            got = running.get(path)
            assert got.headers.get("x-content-type-options") == "nosniff", path
            assert got.status < 500, path
            if "location" in got.headers:
                target = urlsplit(urljoin(home, got.headers["location"].replace("\\", "/")))
                assert (target.scheme, target.hostname) == ("http", "localhost"), (path, got.headers)
        for path in (
            "/",
            "/jane/",
            "/none",
            "/theme/css/little.css",
            "/_replisite/client.js",
            "/_replisite/none",
        ):
            assert running.get(path).headers.get("x-content-type-options") == "nosniff", path
        assert running.get("/", host="evil.example").headers.get("x-content-type-options") == "nosniff"
        assert running.get(f"/{'a' * 60_000}").status in {400, 404, 414}


@pytest.mark.parametrize("status", [200, 404])
def test_responses_do_not_pile_up(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """A user who looks at the sites of thousands of owners, and at missing pages, fills no memory."""
    made = 0

    class Source:
        folder = Path("/site")
        editor = ""
        state = State(None)

        async def wait_until_started(self) -> None:
            pass

    async def make(_: Responses, host: str, path: str, may_read: bool) -> PageResponse:
        nonlocal made
        made += 1
        return PageResponse(status, path, host, NotFound(str(may_read)))

    monkeypatch.setattr(Responses, "_make", make)

    async def request() -> Responses:
        responses = Responses(cast("PageSource", Source()))
        for number in range(5_000):
            await responses.page("localhost", f"/owner-{number}/")
            await responses.page("localhost", "/")
        return responses

    responses = asyncio.run(request())
    assert made == 5_001  # the page that is requested again and again stays
    assert len(responses._cached) == responses_module.CACHED
