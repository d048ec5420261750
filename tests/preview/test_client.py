"""The browser's side of the preview: what an author changed comes into the page, and nothing else is touched."""

from __future__ import annotations

import random

import pytest

from tests.preview.canned import document
from tests.preview.tab import SHOWN, WRITTEN, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("preview")]


LONG = "<p>tea</p>" * 200


PAIRS = {
    "text": ("<p>Green tea</p>", "<p>Black tea</p>"),
    "an entity": ("<p>a &amp; b</p>", "<p>a &lt;b&gt; &amp; b</p>"),
    "an item before": ("<ul><li>b</li><li>c</li></ul>", "<ul><li>a</li><li>b</li><li>c</li></ul>"),
    "an order": (
        "<ul><li>a</li><li>b</li><li>c</li><li>d</li></ul>",
        "<ul><li>d</li><li>b</li><li>a</li></ul>",
    ),
    "ids that change places": ("<p id=a>1</p><p id=b>2</p>", "<p id=b>3</p><p id=a>4</p>"),
    "another tag": ("<p>a</p><h2>b</h2>", "<h2>a</h2><p>b</p>"),
    "attributes": (
        '<a class="x y" href="/a" title="t" style="color: red">a</a>',
        '<a class="y z" href="/b" style="margin: 0">a</a>',
    ),
    "odd attributes": ("<p @click='a' :b='c'>a</p>", "<p @click='z' :b='c' x.y='1'>a</p>"),
    "a drawing": (
        '<svg viewBox="0 0 1 1"><use xlink:href="#a"/></svg>',
        '<svg viewBox="0 0 2 2"><use xlink:href="#b"/><path d="M0 0"/></svg>',
    ),
    "a template": ("<template><p>a</p></template>", "<template><p>b</p><i>c</i></template>"),
    "a template in a template": (
        "<template><template><p>a</p></template></template>",
        "<template><template><p>b</p></template></template>",
    ),
    "for those without scripts": ("<noscript><p>a</p></noscript>", "<noscript><p>b</p></noscript>"),
    "a comment": ("<!-- a --><p>x</p>", "<p>x</p><!-- b -->"),
    "everything": ("<main><p>a</p></main>", "<table><tr><td>b</td></tr></table>"),
    "nothing": ("<main><p>a</p></main>", ""),
    "what is no program": (
        '<script type="application/ld+json">{"a": 1}</script>',
        '<script type="application/ld+json">{"a": 2}</script>',
    ),
}


@pytest.mark.parametrize(("before", "after"), PAIRS.values(), ids=PAIRS)
def test_the_page_becomes_what_the_author_wrote(tab: Tab, before: str, after: str) -> None:
    """After a refresh the page is, node by node, what it would be if it had just been opened; and back again."""
    tab.open(document(before))
    for body in (after, before):
        tab.change(document(body))
        assert tab.page.evaluate(SHOWN) == tab.page.evaluate(WRITTEN)
    assert tab.complaints == []


def _grown(chance: random.Random, depth: int = 0) -> str:
    tags = ["p", "div", "ul", "li", "section", "b", "span", "h2"]
    parts = []
    for _ in range(chance.randrange(1, 6)):
        if depth > 3 or chance.random() < 0.3:
            parts.append(chance.choice(["tea ", "leaf", " \n ", "<!--c-->", "<br>", "<input value=v>"]))
            continue
        tag = chance.choice(tags)
        identity = chance.choice(["", "", f" id=i{chance.randrange(9)}", f" class=c{chance.randrange(3)}"])
        parts.append(f"<{tag}{identity}>{_grown(chance, depth + 1)}</{tag}>")
    return "".join(parts)


@pytest.mark.parametrize("seed", range(4))
def test_any_page_becomes_any_other(tab: Tab, seed: int) -> None:
    """Pages of chance, one after the other: the page is always what its source says."""
    chance = random.Random(seed)
    tab.open(document(_grown(chance)))
    for _ in range(12):
        tab.change(document(_grown(chance), head=f"<meta name=a content={chance.random()}>"))
        assert tab.page.evaluate(SHOWN) == tab.page.evaluate(WRITTEN)
    assert tab.complaints == []


def test_an_equal_page_is_not_touched(tab: Tab) -> None:
    """No observer sees anything when the page has the same source again."""
    tab.open(
        document(
            "<main><p class=a>Tea</p><noscript><img src=x alt=''></noscript></main>",
            head="<style>p{}</style>",
        )
    )
    tab.page.evaluate("""() => {
      globalThis.seen = 0;
      new MutationObserver(records => seen += records.length)
        .observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
    }""")
    tab.server.tell("page", {"digest": "as if it were another"})
    tab.page.wait_for_function("refreshed.length === 1")
    assert tab.page.evaluate("seen") == 0


def test_the_head_is_changed_and_its_stylesheets_stay(tab: Tab) -> None:
    """The title and the attributes of html and body change; a stylesheet that stays is the same element with the same sheet."""
    tab.open(
        document(
            "<p>a</p>", head="<meta name=x content=1><style>p { color: red }</style>", attributes=" data-a=1"
        )
    )
    tab.page.evaluate("globalThis.sheet = document.styleSheets[0]")
    changed = document(
        "<p>a</p>",
        head="<meta name=x content=2><style>p { color: red }</style>",
        attributes=" data-a=2 dir=rtl",
    )
    tab.change(changed.replace("<title>Tea", "<title>Leaf").replace("<body>", "<body class=b>"))
    assert tab.page.title() == "Leaf"
    assert tab.page.evaluate(
        "[document.dir, document.documentElement.dataset.a, document.body.className]"
    ) == ["rtl", "2", "b"]
    assert tab.page.evaluate("document.styleSheets[0] === sheet")
    assert tab.page.evaluate("document.querySelector('meta[name=x]').content") == "2"


@pytest.mark.parametrize(
    "field", ["<input id=f value=mine>", "<textarea id=f>mine</textarea>", "<input name=f value=mine>"]
)
def test_the_reader_goes_on_writing(tab: Tab, field: str) -> None:
    """The focus, the caret and what was typed stay, though everything around the field has changed."""
    tab.open(document(f"<p>a</p><form><label>x {field}</label></form>"))
    box = tab.page.locator("form :is(input, textarea)")
    box.fill("written")
    box.evaluate("field => field.setSelectionRange(2, 4)")
    box.focus()
    tab.change(
        document(
            f"<h1>new</h1><p>b</p><form class=n><p>c</p><label>y {field.replace('mine', 'other')}</label></form>"
        )
    )
    assert box.evaluate("f => [f.value, f.selectionStart, f.selectionEnd, f === document.activeElement]") == [
        "written",
        2,
        4,
        True,
    ]


def test_a_new_default_shows_where_nobody_wrote(tab: Tab) -> None:
    """An untouched field follows the author; a choice made by hand stays, with another default too."""
    fields = "<input value={0}><textarea>{0}</textarea><input type=checkbox {1}><select id=a>{2}</select><select id=b>{2}</select>"
    options = "<option{}>x</option><option{}>y</option><option>z</option>"
    tab.open(document(fields.format("old", "", options.format(" selected", ""))))
    tab.page.select_option("#b", "z")
    tab.change(document(fields.format("new", "checked", options.format("", " selected"))))
    values = "[...document.body.querySelectorAll('input, textarea, select')].map(f => f.type === 'checkbox' ? f.checked : f.value)"
    assert tab.page.evaluate(values) == ["new", "new", True, "y", "z"]


def test_what_the_reader_ticked_stays(tab: Tab) -> None:
    """A box that was ticked by hand stays so, although its label changes."""
    tab.open(document("<label><input type=checkbox> a</label>"))
    tab.page.check("input")
    tab.change(document("<label class=n><input type=checkbox> b</label>"))
    assert tab.page.is_checked("input")


def test_what_the_reader_opened_stays_open(tab: Tab) -> None:
    """Details and dialogs stay as they were put by hand, until the author writes otherwise."""
    body = "<details><summary>s</summary>{0}</details><details open><summary>t</summary>{0}</details><dialog>{0}</dialog>"
    tab.open(document(body.format("a")))
    tab.page.evaluate(
        "document.querySelectorAll('summary').forEach(each => each.click()), document.querySelector('dialog').show()"
    )
    tab.change(document(body.format("b")))
    opened = "[...document.querySelectorAll('details, dialog')].map(each => each.open)"
    assert tab.page.evaluate(opened) == [True, False, True]
    tab.change(
        document(
            body.format("b")
            .replace("<details>", "<details open>")
            .replace("<details open><summary>t", "<details><summary>t")
        )
    )
    assert tab.page.evaluate(opened) == [True, False, True]


def test_nothing_scrolls(tab: Tab) -> None:
    """The window and a scroller in the page stay where they are."""
    body = "<div style='height:100px;overflow:auto' id=s>{0}" + LONG + "</div>" + LONG + "<p id=end>{0}</p>"
    tab.open(document(body.format("a")))
    tab.page.evaluate("document.querySelector('#s').scrollTop = 333, scrollTo(0, 777)")
    tab.change(document(body.format("b")))
    assert tab.page.evaluate("[document.querySelector('#s').scrollTop, scrollY]") == [333, 777]


def test_a_selection_stays(tab: Tab) -> None:
    """Selected words stay selected when the author changes a word beside them."""
    tab.open(document("<p>one two three four</p>"))
    tab.page.evaluate(
        "getSelection().setBaseAndExtent(document.querySelector('p').firstChild, 8, document.querySelector('p').firstChild, 13)"
    )
    tab.change(document("<p>one TWO three four</p>"))
    assert tab.page.evaluate("`${getSelection()}`") == "three"


def test_frames_and_animations_go_on(tab: Tab) -> None:
    """A frame is not loaded again and an animation does not restart when their surroundings change, or they are moved."""
    tab.server.pages["/frame/"] = document("<p>inner</p>")
    style = "<style>@keyframes go { to { opacity: 0 } } i { animation: go 100s }</style>"
    tab.open(document("<p>a</p><i id=i>x</i><p>1</p><p>2</p><iframe id=f src=/frame/></iframe>", head=style))
    tab.page.wait_for_function("frames[0]?.isReady")
    tab.page.evaluate("frames[0].mark = 1, document.getAnimations()[0].currentTime = 50000")
    tab.change(
        document(
            "<h1>b</h1><div>c</div><iframe id=f src=/frame/></iframe><p>1</p><p>2</p><i id=i class=n>y</i>",
            head=style,
        )
    )
    assert tab.page.evaluate("frames[0].mark") == 1
    assert tab.page.evaluate("document.getAnimations()[0].currentTime") >= 50000


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (["a", "b", "c"], ["new", "a", "b", "c"], "abc"),
        (["a", "b", "c"], ["new", "a", "b", "changed", "c"], "abc"),
        (["a", "b", "c"], ["c", "a", "b"], "abc"),
        (["a", "b", "c", "d"], ["b", "d"], "bd"),
        (["a", "b", "c"], ["a", "changed", "c"], "ac"),
    ],
)
def test_items_stay_themselves(tab: Tab, before: list[str], after: list[str], kept: str) -> None:
    """An item that was there before is the same node afterwards, wherever others come, go or move."""

    def listed(items: list[str]) -> str:
        return document("<ul>\n" + "".join(f"  <li>{item}</li>\n" for item in items) + "</ul>")

    tab.open(listed(before))
    tab.page.evaluate("document.querySelectorAll('li').forEach(item => item.mark = item.innerText)")
    tab.change(listed(after))
    items = tab.page.evaluate(
        "[...document.querySelectorAll('li')].map(item => [item.innerText, item.mark ?? ''])"
    )
    assert [text for text, _mark in items] == after
    assert all(mark == text for text, mark in items if text in kept)


def test_what_scripts_did_stays(tab: Tab) -> None:
    """Classes, attributes, styles and elements that the page's scripts added at run time survive an author's change of the same element."""
    head = "<script>document.documentElement.classList.add('js')</script>"
    body = "<nav class='a {0}' style='color: {1}' aria-expanded=false><p>{0}</p></nav><script>{2}</script>"
    script = """const nav = document.querySelector("nav"); nav.classList.add("open"); nav.style.top = "1px";
      nav.setAttribute("aria-expanded", "true"); nav.prepend(Object.assign(document.createElement("b"), {textContent: "made"}))"""
    tab.open(document(body.format("x", "red", script), head=head))
    tab.change(document(body.format("y", "blue", script), head=head, attributes=" class=n"))
    nav = tab.page.locator("nav")
    assert nav.get_attribute("class") == "a open y"
    assert nav.get_attribute("aria-expanded") == "true"
    assert nav.evaluate("nav => [nav.style.top, nav.style.color, nav.innerText.split(/\\s+/).join(' ')]") == [
        "1px",
        "blue",
        "made y",
    ]
    assert sorted(tab.page.evaluate("[...document.documentElement.classList]")) == ["js", "n"]


def test_the_author_wins_over_a_script(tab: Tab) -> None:
    """Where a script rewrote or took away what the author now changes, the author's words are shown, and once."""
    body = "<time>{0}</time><p id=p>{0}</p><script>document.querySelector('time').textContent='now'; document.querySelector('#p').remove()</script>"
    tab.open(document(body.format("one")))
    assert tab.page.inner_text("body") == "now"
    tab.change(document(body.format("two")))
    assert [tab.page.inner_text("time"), tab.page.inner_text("p")] == ["two", "two"]
