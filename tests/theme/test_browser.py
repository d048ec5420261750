"""The theme in a real browser: on a phone and a desk, by day and by night, without a script, by keyboard, on paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.theme.pages import LISTS, OWNER, PAGES
from tests.theme.window import CHROMIUM, Window, served, window

pytestmark = pytest.mark.browser

SIZES = ((390, 844), (1280, 900))
SCHEMES = ("light", "dark")
NARROWEST = 320
"""WCAG 2.2, 1.4.10: no scrolling in two directions at 320 CSS pixels."""

DEMO = {template: f"{OWNER}/{path}" for template, path in PAGES.items()} | {
    "404": "404.html",
    "index of the company": "",
    "page with a picture": f"{OWNER}/about/",
}

AWKWARD = [
    f"{alias}/{path}" for alias in ("long", "right-to-left", "bare") for path in ("", PAGES["product"], PAGES["page"])
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
    """What is wrong with a page at every size and in every light."""
    visitor.look(*SIZES[0], "light")
    visitor.visit(path)
    found = [
        f"{width} px, {scheme}: {fault}"
        for width, height in SIZES
        for scheme in SCHEMES
        if visitor.look(width, height, scheme) is None
        for fault in visitor.barriers() + visitor.sticking_out() + visitor.cut_labels()
    ]
    visitor.look(NARROWEST)
    return found + [f"{NARROWEST} px: {fault}" for fault in visitor.sticking_out()] + visitor.complaints


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
        reader.look(*SIZES[1])
        reader.visit(path)
    assert plain_visitor.text() == visitor.text()
    assert plain_visitor.complaints == []


@each_page
def test_the_keyboard_skips_to_the_content(visitor: Window, path: str) -> None:
    """The first Tab shows the skip link, Enter follows it, and whatever can have the focus shows it."""
    visitor.look(*SIZES[0])
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
    """Printed, a page is what it says and whom to ask: no menus, nothing dark, no button that cannot be pressed."""
    visitor.look(*SIZES[1], "dark", "print")
    visitor.visit(path)
    page = visitor.page
    try:
        assert [menu.get_attribute("class") for menu in page.locator("nav:visible, .skip:visible").all()] == []
        assert page.locator("h1").is_visible()
        assert page.locator(".support, .footer-small").count() == page.locator(".support:visible, .footer-small:visible").count()
        grounds = page.evaluate(
            "() => [...new Set([...document.querySelectorAll('body, body *')].filter(e => e.checkVisibility())"
            ".map(e => getComputedStyle(e).backgroundColor))]"
        )
        assert set(grounds) <= {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
        assert visitor.faint() == []
    finally:
        visitor.look(*SIZES[0], media="screen")


def test_owners_are_told_apart_on_every_size(stranger: Window) -> None:
    """However long the name, the label behind it is seen."""
    stranger.visit("long/")
    for width, height in SIZES:
        stranger.look(width, height)
        assert stranger.page.locator(".owner-strip .label").inner_text() == "Independent Distributor"
        assert stranger.cut_labels() == []
