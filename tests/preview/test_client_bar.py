"""The bar above a page: whose site, which edition, as whom, and what the preview knows of the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.preview.canned import COMPANY, FACTS, FAULT, HOSTILE, document
from tests.preview.tab import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("preview")]


def test_an_owner_is_found_by_keyboard(tab: Tab) -> None:
    """The combobox pattern: typing searches, arrows choose, Enter goes there, Escape leaves all as it was."""
    tab.open(document("<p>a</p>"))
    box = tab.page.get_by_role("combobox", name="Owner")
    expect(box).to_have_value("jane — Jane O.")
    assert box.get_attribute("placeholder") == "Search 1,000,000 people"
    box.focus()
    assert tab.part("#owners").is_hidden()
    tab.page.keyboard.press("ArrowDown")
    expect(tab.part("#owners [role=option]")).to_have_count(4)
    tab.page.keyboard.type("jan")
    tab.page.keyboard.type("e")
    expect(tab.part("#owners [role=option]")).to_have_count(3)
    assert tab.part("#owners [role=option]").all_inner_texts() == [
        COMPANY,
        "jane — Jane O. — GB",
        "janet — Janet <b>Bold</b> — US",
    ]
    active = "box => box.getRootNode().getElementById(box.getAttribute('aria-activedescendant')).innerText"
    assert box.evaluate(active) == "jane — Jane O. — GB"
    tab.page.keyboard.press("ArrowDown")
    assert box.evaluate(active).startswith("janet")
    tab.page.keyboard.press("ArrowDown")
    assert box.evaluate(active) == COMPANY
    tab.page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    expect(box).to_have_value("jane — Jane O.")
    assert tab.server.gone == []
    tab.page.keyboard.type("janu")
    expect(tab.part("[aria-selected=true]")).to_have_text("janus — Janus T. — GB (lapsed)")
    assert tab.sent_by(lambda: tab.page.keyboard.press("Enter")) == [{"at": "/", "owner": "janus"}]


def test_the_company_is_an_owner(tab: Tab) -> None:
    """The first entry leads to the company's own site."""
    tab.open(document("<p>a</p>"), path="/jane/x/")
    tab.page.get_by_role("combobox", name="Owner").click()
    company = tab.page.get_by_role("option", name=COMPANY)
    assert tab.sent_by(company.click) == [{"at": "/jane/x/", "owner": ""}]


@pytest.mark.parametrize(
    ("name", "choice", "expected"),
    [
        ("Edition", "US · en", {"edition": "US-en"}),
        ("View as", "Member", {"view": "member"}),
        ("Edge case", "No photo", {"case": "no-photo"}),
    ],
)
def test_another_view_of_the_page(tab: Tab, name: str, choice: str, expected: dict[str, str]) -> None:
    """Edition, reader and hard case: each leads to the page's address with that choice."""
    tab.open(document("<p>a</p>"), path="/jane/x/")
    box = tab.page.get_by_role("combobox", name=name)
    assert tab.sent_by(lambda: box.select_option(label=choice)) == [{"at": "/jane/x/", **expected}]


def test_the_bar_knows_the_page(tab: Tab) -> None:
    """Size, slots, times, the reason of a widening, warnings and the source; after each refresh anew."""
    tab.open(document("<p>a</p>"))
    button = tab.page.get_by_role("button", name="9.7 kB · 11 slots")
    button.click()
    panel = tab.part(".facts-panel")
    assert panel.locator("dd").all_inner_texts() == [
        "content/products/oolong.md",
        "themes/storefront/templates/product.html",
        "9,650 bytes, 3,120 compressed",
        "11 slots",
        "in 14.2 ms, once for all owners",
        "in 0.1 ms for this owner",
        "Jane O., active",
    ]
    assert panel.locator(".warning").count() == 0
    assert tab.page.get_by_role("link", name="Source", exact=True).get_attribute("href") == FACTS["editor"]
    tab.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    tab.server.facts |= {"slots": 1, "widened": f"base.html:4: {HOSTILE}", "warnings": ["odd"], "editor": ""}
    tab.change(document("<p>b</p>"))
    tab.page.get_by_role("button", name="9.7 kB · 1 slot with warnings").click()
    assert panel.locator(".warning").all_inner_texts() == [
        f"Rendered whole for each owner: base.html:4: {HOSTILE}",
        "odd",
    ]
    expect(tab.page.get_by_role("link", name="Source", exact=True)).to_have_count(0)
    tab.page.mouse.click(600, 100)
    expect(panel).to_be_hidden()
    assert tab.complaints == []


def test_the_bar_does_not_wait_for_a_busy_browser(tab: Tab) -> None:
    """Where the browser never finds an idle moment, the bar and the source are there all the same."""
    tab.page.add_init_script(
        "requestIdleCallback = (run, {timeout} = {}) => timeout && setTimeout(run, timeout)"
    )
    tab.open(document("<p>a</p>"))
    tab.page.get_by_role("button", name="9.7 kB · 11 slots").click()
    tab.server.facts["slots"] = 1
    tab.change(document("<p>b</p>"))
    expect(tab.page.get_by_role("button", name="9.7 kB · 1 slot")).to_be_visible()


def test_the_code_is_for_a_phone(tab: Tab) -> None:
    """A button shows the address as a QR code, where there is one."""
    tab.open(document("<p>a</p>"))
    tab.page.get_by_role("button", name="QR").click()
    image = tab.page.get_by_alt_text("QR code of http://192.0.2.7:8000/jane/")
    expect(image).to_be_visible()
    assert image.get_attribute("src") == "/_replisite/qr.svg?at=%2F"
    tab.server.facts["qr"] = ""
    tab.change(document("<p>b</p>"))
    expect(tab.part(".bar").get_by_role("button", name="QR")).to_have_count(0)


def test_the_roster_is_read_in_sight(tab: Tab) -> None:
    """While the roster is read the bar says how far, and afterwards nothing; a failure is told."""
    tab.server.facts["roster"] = tab.server.roster = {"state": "reading", "done": 12_000, "total": 48_000}
    tab.open(document("<p>a</p>"))
    progress, reading = tab.part("[role=progressbar]"), tab.part(".reading")
    expect(reading).to_have_text("Reading the roster: 12,000 of 48,000")
    assert progress.get_attribute("aria-valuenow") == "25"
    tab.server.tell("roster", {"state": "reading", "done": 13_000, "total": 0})
    expect(reading).to_have_text("Reading the roster: 13,000")
    assert progress.get_attribute("aria-valuenow") is None
    tab.server.tell("roster", {"state": "failed", "done": 0, "total": 0})
    expect(reading).to_have_text("The roster could not be read")
    tab.server.facts["roster"] = {"state": "ready", "done": 0, "total": 0}
    tab.server.tell("roster", {"state": "ready", "done": 0, "total": 0})
    expect(reading).to_be_hidden()
    expect(progress).to_be_hidden()


def test_an_unlocked_page_says_so(tab: Tab) -> None:
    """A member page that only this preview shows in clear carries a strip."""
    tab.server.facts["is_unlocked"] = True
    tab.open(document("<p>a</p>"))
    expect(tab.part(".banner")).to_have_text(
        "Member page, shown in this preview only. Visitors cannot see it."
    )


def test_the_bar_is_hidden_and_folded(tab: Tab) -> None:
    """Alt+Shift+P hides and shows it, a button folds it into a tab; the next page remembers, and which side it is on."""
    tab.open(document("<p>a</p>"))
    bar, corner = tab.part(".bar"), tab.part(".tab")
    tab.page.keyboard.press("Alt+Shift+P")
    expect(bar).to_be_hidden()
    expect(corner).to_be_hidden()
    tab.page.reload()
    tab.settle()
    expect(bar).to_be_hidden()
    tab.page.keyboard.press("Alt+Shift+P")
    expect(bar).to_be_visible()
    tab.page.get_by_role("button", name="Move the toolbar to the top").click()
    assert bar.bounding_box()["y"] == 0
    tab.page.get_by_role("button", name="Minimize the preview toolbar").click()
    expect(bar).to_be_hidden()
    tab.page.reload()
    tab.settle()
    corner.click()
    expect(bar).to_be_visible()
    assert bar.bounding_box()["y"] == 0


def test_paper_carries_no_preview(tab: Tab) -> None:
    """Nothing of the preview is printed."""
    tab.server.faults = [FAULT]
    tab.server.facts["is_unlocked"] = True
    tab.open(document("<p>a</p>"))
    expect(tab.part(".banner")).to_be_visible()
    tab.page.emulate_media(media="print")
    assert tab.part("*:visible").count() == 0


def test_the_page_and_the_bar_do_not_touch(tab: Tab) -> None:
    """Nothing of the page moves for the bar, and no style of the page reaches it."""
    wild = """* { all: unset !important; display: none !important; color: red !important; font-size: 40px !important }
      html, body, p { display: block !important } html > :last-child { position: absolute !important; opacity: 0 !important }
      :root { --paper: red; --bar: 200px }"""
    tab.open(document("<p>a</p>", head=f"<style>{wild}</style>"))
    expect(tab.part(".bar")).to_be_visible()
    assert tab.part(".bar").bounding_box() == {"x": 0, "y": 800 - 45, "width": 1280, "height": 45}
    assert tab.part(".bar").evaluate(
        "bar => [getComputedStyle(bar).color, getComputedStyle(bar).fontSize]"
    ) == ["rgb(27, 31, 36)", "13px"]
    layout = "[document.documentElement.scrollHeight, document.body.getBoundingClientRect().height]"
    with_bar = tab.page.evaluate(layout)
    tab.page.evaluate("document.querySelector('replisite-toolbar').remove()")
    assert tab.page.evaluate(layout) == with_bar
