"""A tab that looks at the fake server, and the words in which tests speak of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page

from tests.preview.fake_server import FakeServer

__all__ = ["SHOWN", "WRITTEN", "Tab", "wait_until"]

REMEMBER = """(() => {
  globalThis.refreshed = [];
  globalThis.exchanged = 0;
  globalThis.isReady = false;
  addEventListener("replisite:refreshed", event => refreshed.push(event.detail));
  addEventListener("replisite:exchanged", () => exchanged += 1);
  addEventListener("replisite:ready", () => isReady = true);
})()"""
"""Run before a page's own scripts: notes what the client tells."""

_DESCRIBE = """page => {
  page.querySelectorAll("replisite-toolbar, script[data-digest]").forEach(element => element.remove());
  page.normalize();
  const describe = node => {
    if (node.nodeType !== Node.ELEMENT_NODE) return `${node.nodeName}:${node.data}`;
    if (node.localName === "noscript") return node.firstElementChild ? node.innerHTML : node.textContent;
    const attributes = [...node.attributes].map(each => `${each.name}{${each.namespaceURI}}=${each.value}`).sort();
    return [node.nodeName, ...attributes, ...[...(node.localName === "template" ? node.content : node).childNodes].map(describe)].join("|") + ";";
  };
  return describe(page);
}"""

SHOWN = f"""() => {{
  const inert = document.implementation.createHTMLDocument("");
  return ({_DESCRIBE})(inert.importNode(document.documentElement, true));
}}"""
"""What stands in the page, without what the preview added."""

WRITTEN = f"""async () => {{
  const text = await (await fetch(location.href)).text();
  return ({_DESCRIBE})(new DOMParser().parseFromString(text, "text/html").documentElement);
}}"""
"""What the author wrote, as the browser reads it."""

VIOLATIONS = """tags => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]}).then(found =>
  found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")} ${node.failureSummary}`)))"""

WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@dataclass(slots=True)
class Tab:
    """One tab. ``complaints`` is what the browser itself found: errors and scripts that failed."""

    server: FakeServer
    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen from the beginning."""
        self.page.add_init_script(REMEMBER)
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, html: str, path: str = "/") -> None:
        """Look at a page, until the client is ready and knows the source."""
        self.server.pages[path] = html
        self.page.goto(self.server.origin + path)
        self.settle(path)

    def settle(self, path: str = "/") -> None:
        """Wait until the client has drawn itself and asked for what it wants at the start."""
        self.page.wait_for_function("isReady && document.querySelector('replisite-toolbar')")
        wait_until(lambda: (path, "refresh") in self.server.asked)
        self.page.wait_for_function("new Promise(resolve => setTimeout(() => resolve(true), 30))")

    def change(self, html: str, path: str = "/") -> dict[str, Any]:
        """Another page is there; wait until it is shown."""
        before = self.page.evaluate("refreshed.length")
        self.server.change(path, html)
        self.page.wait_for_function(f"refreshed.length > {before}")
        return dict(self.page.evaluate("refreshed.at(-1)"))

    def exchange(self, *paths: str) -> None:
        """Files have changed; wait until they are shown."""
        before = self.page.evaluate("exchanged")
        self.server.tell("asset", {"paths": paths})
        self.page.wait_for_function(f"exchanged > {before}")

    def sent_by(self, act: Callable[[], object]) -> list[dict[str, str]]:
        """Do something that leads to another view, arrive there, and tell what was asked for."""
        with self.page.expect_navigation():
            act()
        self.page.wait_for_function("isReady")
        return self.server.gone

    def part(self, selector: str) -> Locator:
        """A part of what is drawn above the page."""
        return self.page.locator(f"replisite-toolbar {selector}")

    def style(self, selector: str, name: str) -> str:
        """What a property of an element is now."""
        return str(
            self.page.locator(selector).evaluate("(element, name) => getComputedStyle(element)[name]", name)
        )

    def barriers(self) -> list[str]:
        """What axe finds against WCAG 2.2, levels A and AA."""
        if not self.page.evaluate("'axe' in window"):
            self.page.add_script_tag(url="/axe.min.js")
        return list(self.page.evaluate(VIOLATIONS, WCAG))

    def shows(self, pattern: str) -> bool:
        """Whether the page's text has this in it."""
        return re.search(pattern, self.page.inner_text("body")) is not None


def wait_until(holds: Callable[[], object], seconds: float = 5) -> None:
    """Wait for something on the server's side."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come true"
        time.sleep(0.01)
