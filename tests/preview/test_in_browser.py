"""The preview as its users have it: a real server, a real browser, files that are saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.little_site import LittleSite
from tests.preview.running import RunningPreview

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("preview")]


@pytest.fixture
def screen(browser: Browser, little: LittleSite) -> Iterator[tuple[LittleSite, RunningPreview, Page]]:
    """Jane's about page, with a box to type into."""
    little.change(
        "content/pages/about.md",
        "By hand.",
        'By hand. <input id="box"> <details><summary>More</summary>yes</details>',
    )
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(f"{preview.url}jane/about/")
        page.wait_for_selector("replisite-toolbar", state="attached")
        page.evaluate("window.mine = 'still the same document'")
        yield little, preview, page
        context.close()


Screen = tuple[LittleSite, RunningPreview, Page]


def test_an_edit_is_on_screen_and_what_was_typed_stays(screen: Screen) -> None:
    """Markdown, a template and a row of the roster; the document is never loaded again."""
    little, _, page = screen
    page.fill("#box", "half a sentence")
    page.click("summary")
    little.change("content/pages/about.md", "By hand.", "By foot.")
    expect(page.locator("p").first).to_contain_text("By foot.")
    little.change("themes/little/templates/base.html", "Your distributor:", "Ask")
    expect(page.locator("footer")).to_contain_text("Ask Jane Doe")
    little.change("content/roster.csv", "Jane,Doe", "Jane,Roe")
    expect(page.locator("footer")).to_contain_text("Jane Roe")
    assert page.input_value("#box") == "half a sentence"
    assert page.evaluate("document.activeElement.tagName") in {"INPUT", "SUMMARY"}
    assert page.locator("details").get_attribute("open") is not None
    assert page.evaluate("window.mine") == "still the same document"


def test_css_is_exchanged_in_the_same_document(screen: Screen) -> None:
    """The page's own style changes, and nothing is loaded again."""
    little, _, page = screen
    little.write("themes/little/static/css/little.css", "body { margin: 0; color: rgb(1, 2, 3) }\n")
    expect(page.locator("body")).to_have_css("color", "rgb(1, 2, 3)")
    assert page.evaluate("window.mine") == "still the same document"


def test_a_fault_stands_over_the_page_until_it_is_mended(screen: Screen) -> None:
    """With its place and its lines, and hostile text as text."""
    little, _, page = screen
    broken = "{% if <script>document.title = 'bad'</script> %}"
    little.change("themes/little/templates/page.html", "<h1>", f"{broken}<h1>")
    toolbar = page.locator("replisite-toolbar")
    expect(toolbar.get_by_text("themes/little/templates/page.html:1").first).to_be_visible()
    assert page.title() == "Little"
    assert page.locator("h1").inner_text() == "About"
    little.change("themes/little/templates/page.html", broken, "")
    expect(toolbar.get_by_text("themes/little/templates/page.html:1")).to_have_count(0)


def test_the_toolbar_switches_owner_and_shows_what_is_personal(screen: Screen) -> None:
    """By typing a name; the boxes stand where the slots are."""
    _, preview, page = screen
    box = page.locator("replisite-toolbar").get_by_role("combobox", name="Owner")
    box.click()
    box.fill("oma")
    page.locator("replisite-toolbar").get_by_role("option").filter(has_text="omar").click()
    page.wait_for_url(f"{preview.url}omar/about/")
    expect(page.locator("footer")).to_contain_text("Omar A")
    page.locator("replisite-toolbar").get_by_role("button", name="Personal").click()
    expect(
        page.locator("replisite-toolbar").get_by_text("if not distributor.is_company").first
    ).to_be_visible()
    assert "replisite:" in page.evaluate("document.querySelector('footer').innerHTML")


def test_the_address_keeps_edition_reader_and_case(screen: Screen) -> None:
    """Links of a page lead to pages that are shown the same way."""
    _, preview, page = screen
    page.goto(f"{preview.url}jane--case-longest-name/about/")
    expect(page.locator("footer")).to_contain_text("Featherstonehaugh")
    page.click("text=Home")
    page.wait_for_url(f"{preview.url}jane--case-longest-name/")
    expect(page.locator("footer")).to_contain_text("Featherstonehaugh")


def test_a_server_that_comes_back_is_found_again(screen: Screen) -> None:
    """The preview is ended and started again at the same port; the page catches up."""
    little, preview, page = screen
    port = preview.port
    preview.stop()
    little.change("content/pages/about.md", "By hand.", "By boat.")
    with RunningPreview(little.root, port=port):
        expect(page.locator("p").first).to_contain_text("By boat.", timeout=20_000)
    assert page.evaluate("window.mine") == "still the same document"
