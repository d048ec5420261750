"""Whatever the moment at which somebody looks, or at which everything stops: no link of a live page leads nowhere."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replisite.hosts import Body, MemoryHost
from replisite.model.live_files import LiveFile
from tests.deploy.built import FIRST, SECOND, Built, a_page
from tests.hosts.contract import CutShort, cut_after


def broken_links(live: Mapping[str, tuple[bytes, object]]) -> list[str]:
    """Crawl from the home page, and from what the sitemap names; return the links that lead nowhere."""
    broken, seen = [], set[str]()
    listed = live.get("sitemap.xml", (b"", None))[0].decode()
    waiting = [
        "index.html",
        *(f"{path}index.html" for path in re.findall(r"tea\.example/([^<]*)</loc>", listed)),
    ]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        if path not in live:
            broken.append(path)
            continue
        if not path.endswith(".html"):
            continue
        for link in re.findall(r'href="([^"]*)"', live[path][0].decode()):
            target = urljoin(f"/{path}", link).removeprefix("/")
            waiting.append(f"{target}index.html" if target.endswith("/") or not target else target)
    return broken


class Watched(MemoryHost):
    """Is looked at after each change."""

    def __init__(self, is_first: bool) -> None:
        super().__init__()
        self.is_first = is_first
        self.looks = 0

    def look(self) -> None:
        self.looks += 1
        found = broken_links(self.live)
        if self.is_first and "index.html" not in self.live:
            found = [path for path in found if path != "index.html"]  # nothing has been there before
        assert found == []

    async def put(self, file: LiveFile, body: Body) -> None:
        await super().put(file, body)
        self.look()

    async def delete(self, path: str) -> None:
        await super().delete(path)
        self.look()


def test_every_moment_of_a_deploy(tmp_path: Path) -> None:
    """The first one, a change of everything, and the way back."""
    built, host = Built(tmp_path), Watched(is_first=True)
    built.write(FIRST)
    built.deploy(host)
    host.is_first = False
    built.write(SECOND)
    built.deploy(host)
    assert host.looks == len(FIRST) + 7
    built.rollback(host)
    assert {path: body for path, (body, _) in host.live.items()} == FIRST


PAGES = ("index.html", "a/index.html", "b/index.html", "c/index.html", "d/index.html")


@st.composite
def sites(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw a site whose links all lead somewhere."""
    names = ["index.html", *draw(st.lists(st.sampled_from(PAGES[1:]), unique=True))]
    links = [f"/{name.removesuffix('index.html')}" for name in names]
    files = {
        name: a_page(name, *draw(st.lists(st.sampled_from(links), unique=True, max_size=3))) for name in names
    }
    locs = "".join(f"<url><loc>https://tea.example{link}</loc></url>" for link in links)
    return {**files, "sitemap.xml": f"<urlset>{locs}</urlset>".encode()}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(sites(), min_size=2, max_size=4), st.integers(0, 12))
def test_every_moment_of_any_deploys(
    tmp_path_factory: pytest.TempPathFactory, each: list[dict[str, bytes]], cut: int
) -> None:
    """One after the other, each cut short somewhere: the last one ends with what was built."""
    built, host = Built(tmp_path_factory.mktemp("site")), Watched(is_first=True)
    for files in each:
        built.write(files)
        with contextlib.suppress(CutShort):
            built.deploy(cut_after(host, cut), jobs=1, allows_deletes=True)
        del host.put, host.delete
        host.is_first = host.is_first and "index.html" not in host.live
    built.deploy(host, allows_deletes=True)
    assert {path: body for path, (body, _) in host.live.items()} == each[-1]
