"""A browser, and a fresh server and tab for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.preview.fake_server import FakeServer, serving
from tests.preview.tab import Tab
from tests.theme.window import CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which `make test` installs."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A server of canned answers."""
    with serving() as server:
        yield server


@pytest.fixture
def tab(browser: Browser, server: FakeServer) -> Iterator[Tab]:
    """A tab of somebody new."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    tab = Tab(server, context.new_page())
    yield tab
    context.close()
