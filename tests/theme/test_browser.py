"""The theme in a real browser: on a phone and a desk, by day and by night, without a script, by keyboard, on paper."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.theme.pages import LISTS, OWNER, PAGE_404, PAGES
from tests.theme.window import CHROMIUM, Window, served, window

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("theme")]

PHONE = (390, 844)
DESK = (1280, 900)
LOOKS = [(*size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark")]
NARROWEST = 320
"""WCAG 2.2, 1.4.10: no scrolling in two directions at 320 CSS pixels."""

DEMO = {template: f"{OWNER}/{path}" for template, path in PAGES.items()} | {
    "404": PAGE_404,
    "index of the company": "",
}

AWKWARD = [
    f"{alias}/{path}"
    for alias in ("long", "right-to-left", "bare")
    for path in ("", PAGES["product"], PAGES["page"])
] + [f"right-to-left/{path}" for path in LISTS.values()]

each_page = pytest.mark.parametrize("path", DEMO.values(), ids=DEMO)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which `make test` installs."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def origin(demo: Path) -> Iterator[str]:
    """The demo, served."""
    with served(demo) as address:
        yield address


@pytest.fixture(scope="module")
def visitor(browser: Browser, origin: str) -> Iterator[Window]:
    """Somebody who looks at the demo."""
    with window(browser, origin) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def plain_visitor(browser: Browser, origin: str) -> Iterator[Window]:
    """Somebody whose browser runs no scripts."""
    with window(browser, origin, java_script_enabled=False) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def stranger(browser: Browser, awkward: Path) -> Iterator[Window]:
    """Somebody who looks at the awkward owners' sites."""
    with served(awkward) as address, window(browser, address) as visitor:
        yield visitor


def faults(visitor: Window, path: str) -> list[str]:
    """What is wrong with a page at every size and in every light.

    axe takes most of the time of this file: the demo's home page shows it every size in every light, others
    each size and each light once, and inner pages do so without the parts that home pages have, too.
    """
    is_home = path.count("/") <= 1
    visitor.look(NARROWEST)
    visitor.visit(path)
    found = [f"{NARROWEST} px: {fault}" for fault in visitor.sticking_out()]
    for width, height, scheme in LOOKS:
        visitor.look(width, height, scheme)
        seen = visitor.sticking_out() + visitor.cut_labels()
        if path == DEMO["index"] or (width, scheme) in {(390, "light"), (1280, "dark")}:
            seen += visitor.barriers(without=() if is_home else (".support", ".footer"))
        found += [f"{width} px, {scheme}: {fault}" for fault in seen]
    return found + visitor.complaints


@each_page
def test_a_page_is_sound(visitor: Window, path: str) -> None:
    """No error, no request to anybody else, nothing that sticks out, no barrier that axe knows (WCAG 2.2 AA)."""
    assert faults(visitor, path) == []


@pytest.mark.parametrize("path", AWKWARD)
def test_awkward_owners_fit(stranger: Window, path: str) -> None:
    """A thousand letters without a space, Arabic and Hebrew, emoji alone, everything published or nothing."""
    assert faults(stranger, path) == []


@each_page
def test_a_page_says_the_same_without_scripts(visitor: Window, plain_visitor: Window, path: str) -> None:
    """Nothing that is read or done here needs JavaScript."""
    for reader in (visitor, plain_visitor):
        reader.look(*DESK)
        reader.visit(path)
    assert plain_visitor.text() == visitor.text()
    assert plain_visitor.complaints == []


@each_page
def test_the_keyboard_skips_to_the_content(visitor: Window, path: str) -> None:
    """The first Tab shows the skip link, Enter follows it, and whatever can have the focus shows it."""
    visitor.look(*PHONE)
    visitor.visit(path)
    focused = visitor.page.locator(":focus")
    visitor.page.keyboard.press("Tab")
    assert focused.inner_text() == "Skip to the content"
    box = focused.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["y"] >= 0
    visitor.page.keyboard.press("Enter")
    assert focused.get_attribute("id") == "content"
    visitor.page.keyboard.press("Tab")
    assert visitor.page.locator("main :focus").count() == 1
    assert visitor.unseen_focus() == []


@each_page
def test_paper_carries_no_navigation(visitor: Window, path: str) -> None:
    """Printed, even by night, a page is what it says and whom to ask, dark on white, without menus."""
    visitor.look(*DESK, "dark", "print")
    visitor.visit(path)
    page = visitor.page
    assert page.locator("nav:visible, .skip:visible").all_inner_texts() == []
    assert page.locator("h1:visible, .support:visible, .footer-small:visible").count() == 3
    assert [colour for colour in visitor.grounds() if colour != "rgb(255, 255, 255)"] == []
    assert [colour for colour in visitor.inks() if max(map(int, re.findall(r"\d+", colour))) > 0x55] == []
