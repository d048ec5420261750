"""What the preview draws above a page: the faults, the boxes around what is personal; and all of it at every size and in every light."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.preview.canned import FAULT, HOSTILE, PERSONAL, PERSONAL_PAGE, PLAIN_FAULT, document
from tests.preview.tab import SHOWN, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("preview")]


def test_faults_are_shown_over_the_last_good_page(tab: Tab) -> None:
    """Where, what, the marked line with its piece, what next, a link to the editor; and away when mended."""
    tab.open(document("<p>good</p><input id=f>"))
    tab.page.focus("#f")
    tab.server.tell("faults", [FAULT, PLAIN_FAULT])
    panel = tab.part(".faults")
    expect(panel).to_be_visible()
    assert panel.get_by_role("heading").inner_text() == "2 faults"
    assert panel.get_by_role("button").inner_text().split() == ["Hide", "Esc"]
    assert panel.locator(".faults-foot").inner_text() == (
        "The page behind is the last version without faults, if there is one. "
        "This panel closes when the faults are fixed."
    )
    first = tab.part(".fault").first
    assert first.locator(".fault-place code").inner_text() == "content/x.md:4:7"
    assert first.locator(".fault-what").inner_text() == 'no field "fone" in the roster'
    assert first.locator(".marked .frame-number").inner_text() == "4"
    assert first.locator(".marked .frame-code").inner_text() == f"Call: fone {HOSTILE}"
    assert first.locator("mark").inner_text() == "fone"
    assert first.locator(".fault-next").inner_text() == 'Did you mean "phone"?'
    assert first.get_by_role("link").get_attribute("href") == "vscode://file/content/x.md:4:7"
    assert tab.part(".fault").nth(1).locator(".fault-what").inner_text() == f"unknown {HOSTILE}"
    assert tab.part(".fault").nth(1).get_by_role("link").count() == 0
    assert tab.page.evaluate("document.activeElement.id") == "f"
    tab.server.tell("faults", [])
    expect(panel).to_be_hidden()
    expect(tab.part(".badge")).to_be_hidden()
    assert tab.page.evaluate("globalThis.isHarmed") is None
    assert tab.complaints == []


def test_faults_are_put_aside(tab: Tab) -> None:
    """Escape clears the view and leaves a badge, which opens them again; the same faults do not come back, others do."""
    tab.server.faults = [FAULT]
    tab.open(document("<p>good</p>"))
    panel, badge = tab.part(".faults"), tab.part(".badge")
    expect(panel).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert badge.inner_text() == "1 fault"
    tab.server.tell("faults", [FAULT])
    tab.change(document("<p>better</p>"))
    expect(panel).to_be_hidden()
    badge.press("Enter")
    expect(panel).to_be_visible()
    assert panel.get_by_role("button").evaluate("button => button.getRootNode().activeElement === button")
    tab.page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    tab.server.tell("faults", [FAULT | {"line": 5}])
    expect(panel).to_be_visible()
    expect(badge).to_be_hidden()


def test_what_is_personal_is_framed(tab: Tab) -> None:
    """Boxes lie exactly on what each slot gave, in text and in attributes; the list tells of those that cannot be seen."""
    tab.server.personal = PERSONAL
    tab.open(PERSONAL_PAGE)
    tab.page.evaluate("document.querySelector('h1').mark = 1")
    tab.page.get_by_role("button", name="Personal").click()
    expect(tab.part(".box")).to_have_count(3)
    boxes: list[list[Any]] = [["", 0, 0, 0, 0]]
    while not all(width for *_, width, _ in boxes):  # drawn anew just now
        boxes = tab.part(".box").evaluate_all(
            "boxes => boxes.map(box => { const {x, y, width, height} = box.getBoundingClientRect(); return [box.dataset.slot, x, y, width, height] })"
        )
    expected = tab.page.evaluate("""() => {
      const texts = [document.querySelector("h1"), document.querySelector("b")].map(element => {
        const range = document.createRange();
        range.selectNode([...element.childNodes].find(node => node.data === "Jane"));
        return ["0", range.getBoundingClientRect()];
      });
      return [...texts, ["1", document.querySelector("a").getBoundingClientRect()]]
        .map(([slot, {x, y, width, height}]) => [slot, x, y, width, height]);
    }""")
    assert [[slot, *(pytest.approx(each, abs=1) for each in rect)] for slot, *rect in expected] == boxes
    panel = tab.part(".slots")
    assert panel.get_by_role("heading").all_inner_texts() == [
        "4 personal slots",
        "Not visible on the page (2)",
    ]
    assert panel.locator("li").first.inner_text().split() == [
        "0",
        "distributor.first_name",
        "base.html:12",
        "·",
        "2",
        "times",
    ]
    assert panel.locator("code").all_inner_texts() == [slot["expression"] for slot in PERSONAL["slots"]]
    assert tab.page.evaluate("document.querySelector('h1').mark") == 1
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert tab.complaints == []


def test_boxes_follow_the_page(tab: Tab) -> None:
    """After scrolling, a change of width and a refresh the boxes lie where the words now are."""
    tab.server.personal = PERSONAL
    tab.open(PERSONAL_PAGE)
    tab.page.get_by_role("button", name="Personal").click()
    expect(tab.part(".box")).to_have_count(3)
    off = """() => { const [box] = [...document.querySelector("replisite-toolbar").shadowRoot.querySelectorAll(".box[data-slot='1']")];
      return ["x", "y"].map(side => Math.abs(box.getBoundingClientRect()[side] - document.querySelector("a").getBoundingClientRect()[side])) }"""
    near = f"Math.max(...({off})()) < 1"
    for move in (
        "scrollTo(0, 300)",
        "document.body.style.padding = '33px 66px'",
        "document.documentElement.style.cssText = 'position: relative; margin: 20px'",
    ):
        tab.page.evaluate(move)
        tab.page.wait_for_function(near)
    tab.page.set_viewport_size({"width": 500, "height": 700})
    tab.page.wait_for_function(near)
    tab.server.personal = PERSONAL | {"html": PERSONAL["html"].replace("<h1>", "<h2>more</h2><h1>")}
    tab.change(PERSONAL_PAGE.replace("<h1>", "<h2>more</h2><h1>"))
    assert tab.shows("more")
    tab.page.wait_for_function(near)


def test_a_slot_is_pointed_at(tab: Tab) -> None:
    """A pointer on a box's number shows the expression and its place; the list lights the boxes and leads to them."""
    tab.server.personal = PERSONAL
    tab.open(PERSONAL_PAGE)
    tab.page.get_by_role("button", name="Personal").click()
    tab.part(".boxes .chip").first.hover()
    card = tab.part(".card")
    expect(card).to_contain_text("distributor.first_name")
    assert card.get_by_role("link").get_attribute("href") == "vscode://file/base.html:12"
    card.hover()
    tab.page.mouse.move(640, 500)
    expect(card).to_be_hidden()
    entry = tab.part(".slots li").first
    entry.hover()
    expect(tab.part(".box.lit")).to_have_count(2)
    tab.page.evaluate("scrollTo(0, 900)")
    entry.get_by_role("button").click()
    tab.page.wait_for_function("document.querySelector('h1').getBoundingClientRect().top >= 0")


def test_the_marks_go_away(tab: Tab) -> None:
    """Put off, the page is as it was, to the last comment; put on, the next page shows it too."""
    tab.server.personal = PERSONAL
    tab.open(PERSONAL_PAGE)
    before = tab.page.evaluate(SHOWN)
    button = tab.page.get_by_role("button", name="Personal")
    button.click()
    expect(tab.part(".box")).to_have_count(3)
    assert "replisite:0" in tab.page.evaluate(SHOWN)
    tab.page.reload()
    expect(tab.part(".box")).to_have_count(3)
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    expect(tab.part(".box")).to_have_count(0)
    expect(tab.part(".slots")).to_be_hidden()
    assert tab.page.evaluate(SHOWN) == before


@pytest.mark.parametrize("width", [320, 390, 900, 1280])
def test_nothing_sticks_out(tab: Tab, width: int) -> None:
    """On every width bar, panels and faults lie within the window; the page does not scroll sideways."""
    tab.page.set_viewport_size({"width": width, "height": 700})
    tab.server.personal = PERSONAL
    tab.server.facts["widened"] = "base.html:4: " + "a" * 200
    tab.server.facts["is_unlocked"] = True
    tab.open(PERSONAL_PAGE)
    tab.page.get_by_role("button", name="Personal").click()
    expect(tab.part(".slots")).to_be_visible()
    outside = """() => [...document.querySelector("replisite-toolbar").shadowRoot.querySelectorAll(".bar, .panel, .faults, .badge, .banner, .row-end")]
      .filter(part => part.checkVisibility()).flatMap(part => { const {left, top, right, bottom} = part.getBoundingClientRect();
        return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight ? [`${part.className} ${left} ${top} ${right} ${bottom}`] : [] })"""
    tab.server.tell("faults", [FAULT, PLAIN_FAULT])
    expect(tab.part(".faults")).to_be_visible()
    assert tab.page.evaluate(outside) == []
    tab.page.keyboard.press("Escape")
    for opener in (
        tab.part(".owner"),
        tab.part(".bar button[aria-expanded]").first,
        tab.part(".bar button[aria-expanded]").last,
    ):
        opener.click()
        assert tab.page.evaluate(outside) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier(tab: Tab, scheme: Any) -> None:
    """Bar, lists, panels, faults and slots have nothing that axe knows of (WCAG 2.2 AA), by day and by night."""
    tab.page.emulate_media(color_scheme=scheme)
    tab.server.personal = PERSONAL
    tab.server.facts |= {"is_unlocked": True, "widened": "base.html:4: reason"}
    tab.server.roster = tab.server.facts["roster"] = {"state": "reading", "done": 1, "total": 9}
    tab.open(document("<h1>a</h1>"))
    found = tab.barriers()
    tab.page.get_by_role("button", name="Personal").click()
    expect(tab.part(".slots")).to_be_visible()
    tab.page.get_by_role("combobox", name="Owner").click()
    expect(tab.part("#owners")).to_be_visible()
    tab.page.keyboard.press("ArrowDown")
    found += tab.barriers()
    for opener in tab.part(".bar button[aria-expanded]").all():
        opener.click()
        found += tab.barriers()
    tab.server.tell("faults", [FAULT, PLAIN_FAULT])
    expect(tab.part(".faults")).to_be_visible()
    found += tab.barriers()
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Escape")
    tab.server.tell("bye", {})
    expect(tab.part(".badge")).to_be_visible()
    assert found + tab.barriers() == []
