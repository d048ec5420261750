"""The default policy and the default theme fit: no violation on any kind of page, and what was not built does not run."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from replisite.config import load_site
from replisite.model.redirects import Redirect
from replisite.model.security import security_headers
from replisite.servers import page_for_redirect
from tests.theme.pages import OWNER, PAGE_404, PAGES
from tests.theme.window import CHROMIUM, Window, window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("theme")]

ROOT = Path(__file__).parents[2]

_LISTEN = """addEventListener("securitypolicyviolation", event =>
  (window.violations ??= []).push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`))"""

_INJECT = """() => {
  const script = document.createElement("script");
  script.textContent = "window.hasRun = true";
  document.body.append(script);
  const picture = document.createElement("img");
  picture.setAttribute("onerror", "window.hasRun = true");
  picture.src = "data:,";
  document.body.append(picture);
  return new Promise(done => setTimeout(() => done(window.hasRun ?? false), 200));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def visitor(browser: Browser, demo: Path) -> Iterator[Window]:
    """Somebody who visits the demo as it is served with the headers of its site.toml."""
    headers = security_headers(load_site(ROOT))
    with _served(demo, headers) as origin, window(browser, origin) as visitor:
        visitor.page.add_init_script(_LISTEN)
        yield visitor


class _WithHeaders(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, headers_sent: Mapping[str, str], **options: Any) -> None:
        self._sent = headers_sent
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        """Answer with a page that leads on, too, which is no part of the output."""
        if self.path == "/siobhan-tea/":
            body = page_for_redirect(
                Redirect("/siobhan-tea/", "/siobhan-oneil/", 301), "https://www.tarnandthistle.example"
            )
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        """Send what protects visitors with every answer."""
        for name, value in self._sent.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing; the window complains."""


@contextmanager
def _served(folder: Path, headers: Mapping[str, str]) -> Iterator[str]:
    handler = partial(_WithHeaders, directory=str(folder), headers_sent=headers)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("path", [*(f"{OWNER}/{path}" for path in PAGES.values()), PAGE_404, ""])
def test_no_page_breaks_the_policy(visitor: Window, path: str) -> None:
    """No violation, no word in the console, and every picture and style is there."""
    visitor.page.goto("about:blank")  # the icon of the page before may still be on its way
    visitor.visit(path)
    assert (visitor.page.evaluate("window.violations ?? []"), visitor.complaints) == ([], [])


def test_what_was_not_built_does_not_run(visitor: Window) -> None:
    """A script in the page, and one in an attribute."""
    visitor.visit(f"{OWNER}/")
    assert visitor.page.evaluate(_INJECT) is False
    assert [told.split()[:2] for told in visitor.page.evaluate("window.violations")] == [
        ["script-src-elem", "inline"],
        ["script-src-attr", "inline"],
    ]


def test_without_the_policy_it_would_run(browser: Browser, demo: Path) -> None:
    """So the policy is what stops it."""
    with _served(demo, {}) as origin, window(browser, origin) as visitor:
        visitor.visit(f"{OWNER}/")
        assert visitor.page.evaluate(_INJECT) is True


def test_a_page_in_the_place_of_a_site_leads_on(visitor: Window) -> None:
    """By itself, within the policy, and to the right site."""
    visitor.visit("siobhan-tea/")
    visitor.page.wait_for_url("**/siobhan-oneil/")
    assert visitor.page.evaluate("window.violations ?? []") == []


def test_who_wants_no_refresh_has_a_link(browser: Browser, visitor: Window) -> None:
    """And axe finds no barrier in the page."""
    body = page_for_redirect(
        Redirect("/siobhan-tea/", "/siobhan-oneil/", 301), "https://www.tarnandthistle.example"
    )
    still = body.decode().replace('http-equiv="refresh"', 'name="still"')
    with window(browser, visitor.origin) as reader:
        reader.page.route("**/still/", lambda route: route.fulfill(body=still, content_type="text/html"))
        reader.page.route("**/axe.min.js", lambda route: route.fulfill(path=_axe()))
        reader.visit("still/")
        assert reader.barriers() == []
        assert reader.page.get_by_role("link").get_attribute("href") == "../siobhan-oneil/"


def _axe() -> str:
    from axe_playwright_python.base import AXE_FILE_PATH

    return str(AXE_FILE_PATH)
