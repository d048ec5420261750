"""A visitor's window: a browser on a finished site, and what is wrong with the page that it shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page

__all__ = ["CHROMIUM", "Window", "served", "window"]

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_AXE_URL = "axe.min.js"

_AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
    "preload": False,
}

_VIOLATIONS = """([without, options]) => axe.run({exclude: without}, options).then(found => found.violations.flatMap(rule =>
  rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")}`)))"""

_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(element =>
    element.getBoundingClientRect().right > width + 1 || element.getBoundingClientRect().left < -1);
  return wide.filter(element => !wide.some(other => element !== other && element.contains(other)))
    .map(element => `${element.tagName.toLowerCase()}.${element.className} sticks out`).concat("the page scrolls sideways");
}"""

_UNSEEN_FOCUS = """() => [...document.querySelectorAll("a[href], button, input, [tabindex='0']")].flatMap(element => {
  element.focus({preventScroll: true});
  const ring = element.closest(".card:has(:focus-visible)") ?? element;
  const style = getComputedStyle(ring);
  const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  const name = `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 40)}"`;
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) return [`${name} has no ring`];
  const box = ring.getBoundingClientRect();
  for (let outer = ring.parentElement; outer; outer = outer.parentElement) {
    if (getComputedStyle(outer).overflow === "visible" || outer === document.documentElement) continue;
    const frame = outer.getBoundingClientRect();
    const room = Math.min(box.left - frame.left, frame.right - box.right, box.top - frame.top, frame.bottom - box.bottom);
    if (room + 0.5 < Math.min(reach, 2)) return [`${name} has its ring cut off by ${outer.tagName} ${outer.className}`];
  }
  return [];
})"""

_CUT_LABELS = """() => [...document.querySelectorAll(".label")].filter(label => {
  const box = label.getBoundingClientRect();
  if (!box.width || !box.height) return true;
  for (let outer = label.parentElement; outer; outer = outer.parentElement) {
    if (getComputedStyle(outer).overflow === "visible") continue;
    const frame = outer.getBoundingClientRect();
    if (box.bottom > frame.bottom + 1 || box.right > frame.right + 1) return true;
  }
  return false;
}).map(label => `the label of ${label.parentElement.className || label.parentElement.tagName} cannot be seen`)"""


_COLOURS = """property => [document.body, ...document.body.querySelectorAll(":not(hr)")]
  .filter(element => element.checkVisibility())
  .map(element => getComputedStyle(element)[property])"""


@dataclass(slots=True)
class Window:
    """One tab. ``complaints`` is what the browser itself found: errors, refused and foreign requests."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen from the beginning."""
        listen = self.complaints.append
        self.page.on(
            "console", lambda message: listen(message.text) if message.type in {"error", "warning"} else None
        )
        self.page.on("pageerror", lambda error: listen(str(error)))
        self.page.on("requestfailed", lambda request: listen(f"failed: {request.url}"))
        self.page.on(
            "response",
            lambda answer: listen(f"{answer.status}: {answer.url}") if answer.status >= 400 else None,
        )
        self.page.on(
            "request",
            lambda request: (
                listen(f"asks somebody else: {request.url}")
                if not request.url.startswith((self.origin, "data:"))
                else None
            ),
        )

    def visit(self, path: str) -> None:
        """Open a page of the site and forget what was wrong on the last one."""
        self.complaints.clear()
        self.page.goto(self.origin + path)

    def look(self, width: int, height: int = 900, scheme: Any = None, media: Any = "screen") -> None:
        """See the page at another size, in the light or in the dark, or on paper."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme, media=media)

    def sticking_out(self) -> list[str]:
        """What makes the page scroll sideways."""
        return self._find(_STICKING_OUT)

    def barriers(self, without: Sequence[str] = ()) -> list[str]:
        """What axe finds against WCAG 2.2, levels A and AA, but in these parts of the page."""
        if not self.page.evaluate("'axe' in window"):
            self.page.add_script_tag(url=f"{self.origin}{_AXE_URL}")
        return list(self.page.evaluate(_VIOLATIONS, [list(without), _AXE]))

    def unseen_focus(self) -> list[str]:
        """Links, buttons and boxes that the keyboard reaches and the eye does not."""
        return self._find(_UNSEEN_FOCUS)

    def cut_labels(self) -> list[str]:
        """Owners' names whose "Independent Distributor" is cut off."""
        return self._find(_CUT_LABELS)

    def text(self) -> str:
        """The page as it is read."""
        return self.page.locator("body").inner_text()

    def grounds(self) -> set[str]:
        """Every colour behind something, as CSS writes it."""
        return set(self._find(_COLOURS, "backgroundColor")) - {"rgba(0, 0, 0, 0)"}

    def inks(self) -> set[str]:
        """Every colour that text has, as CSS writes it."""
        return set(self._find(_COLOURS, "color"))

    def _find(self, script: str, argument: str = "") -> list[str]:
        return list(self.page.evaluate(script, argument))


@contextmanager
def window(browser: Browser, origin: str, **settings: Any) -> Iterator[Window]:
    """Open a window of a fresh visitor, who wants no animations: they would blur what is measured."""
    context = browser.new_context(reduced_motion="reduce", **settings)
    try:
        yield Window(context.new_page(), origin)
    finally:
        context.close()


class _Quiet(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        """Find axe, too, which is no part of the site."""
        return str(AXE_FILE_PATH) if path == f"/{_AXE_URL}" else super().translate_path(path)

    def end_headers(self) -> None:
        """Let the browser keep what it has for the minute that the tests take."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Say nothing; the window complains."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback, at a free port, and give its origin with a slash at the end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
