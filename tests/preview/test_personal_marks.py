"""What is personal in a page is marked, and the page stays as it was."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator, Sequence
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, sync_playwright

from replisite.preview.personal_marks import Piece, marked
from tests.theme.window import CHROMIUM

_OPEN, _CLOSE = "⟦", "⟧"
_MARK = re.compile(r'<!--/?replisite:\d+-->| data-replisite-slots="[\d ]+"')

FRAGMENTS = (
    *(
        "<",
        "</",
        '<a b="',
        "<a b='",
        '"',
        "'",
        ">",
        "/>",
        "<!--",
        "-->",
        "--!>",
        "<!-->",
        "<!--->",
        "<!",
        "<?x ",
    ),
    *("<![CDATA[", "]]>", "<script>", "</script>", "</scrip", "<SCRIPT src=x/>", "</script x='>'>"),
    *("<style>", "</style >", "<textarea>", "\n", "</textarea>", "<title>", "</title>", "<xmp>", "</xmp>"),
    *("<svg/>", "<svg><style/><title/><path d=M0/></svg>", "<math>x</math>", "<svg><![CDATA[>]]></svg>"),
    *(
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        '<i class="x y">',
        "</i>",
        "<img alt=>",
        "<br/>",
        "<pre>",
        "</pre>",
        "<div a = b>",
    ),
    *(
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<select>",
        "<option>",
        "</select>",
        "<ul><li>",
        "<template>",
        "</template>",
    ),
    *("<html lang=en>", "<head>", "<body>", "</body>", "</html>", "<!doctype html>"),
    *("Jo", "&", "amp;", "&lt;", "#38;", "é", " ", "=", "/", "-", "!", "x=y", "{ a < b }", "plain"),
)
SOUP = (*FRAGMENTS, "<svg>", "</svg>", "<math>", "</math>", "<style/>", "<title/>", "<script/>")
pages = st.lists(st.sampled_from(SOUP), max_size=40).map("".join)


def unmarked(page: str) -> str:
    """The page without its marks."""
    return _MARK.sub("", page)


def _read(told: str) -> tuple[str, list[Piece]]:
    """A page in which the pieces stand in brackets; their slots are counted from 1."""
    page, pieces, starts = "", [], []
    for part in re.split(f"([{_OPEN}{_CLOSE}])", told):
        if part == _OPEN:
            starts.append((len(page), len(pieces) + len(starts) + 1))
        elif part == _CLOSE:
            start, slot = starts.pop()
            pieces.append(Piece(start, len(page), slot))
        else:
            page += part
    return page, pieces


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("<p>Ask ⟦Jo⟧.</p>", "<p>Ask {1}Jo{/1}.</p>"),
        ("⟦⟧<p>⟦<b>Jo</b> and⟧ me</p>⟦⟧", "{1}{/1}<p>{2}<b>Jo</b> and{/2} me</p>{3}{/3}"),
        ("⟦a⟧⟦⟧⟦b⟧", "{1}a{/1}{2}{/2}{3}b{/3}"),
        ("<p>⟦Jo</p><p>Li⟧</p>", "<p>{1}Jo</p><p>Li{/1}</p>"),
        ("a < b ⟦<⟧ c", "a < b {1}<{/1} c"),
        ("<table><tr>⟦<td>1</td>⟧</tr></table>", "<table><tr>{1}<td>1</td>{/1}</tr></table>"),
        ("<select>⟦<option>1⟧</select>", "<select>{1}<option>1{/1}</select>"),
        ("<svg><title>⟦Jo⟧</title></svg>", "<svg><title{=1}>Jo</title></svg>"),
    ],
)
def test_a_piece_between_tags_stands_between_comments(told: str, expected: str) -> None:
    """A script finds where each piece begins and ends, also of one that gave nothing."""
    assert marked(*_read(told)) == _told(expected)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ('<a href="⟦x⟧">Jo</a>', '<a{=1} href="x">Jo</a>'),
        ('<a href="/⟦x⟧?b=⟦y⟧" ⟦hidden⟧>⟦Jo⟧</a>', '<a{=1 2 3} href="/x?b=y" hidden>{4}Jo{/4}</a>'),
        ("<a href=⟦⟧>", "<a{=1} href=>"),
        ("<img alt='a > b ⟦\"⟧'/>", "<img{=1} alt='a > b \"'/>"),
        ("<h⟦2⟧>Jo</h⟦2⟧>", "<h2{=1}>Jo</h2>"),
        ("<br⟦/⟧>", "<br{=1}/>"),
        ('<p>⟦<a href="x⟧y"><i>', '<p><a{=1} href="xy"><i>'),
        ('<a href="x⟦"><i>⟧', '<a{=1} href="x"><i>'),
        ('<a b="⟦never closed <p>⟧', '<a{=1} b="never closed <p>'),
    ],
)
def test_a_piece_in_a_tag_marks_the_tag(told: str, expected: str) -> None:
    """A value, a name or a half of a tag is told by an attribute of the first tag that it touches."""
    assert marked(*_read(told)) == _told(expected)


def test_a_slot_is_told_once_of_a_tag() -> None:
    """However often it stands in it."""
    page = '<a href="x" title="x">'
    assert marked(page, [Piece(9, 10, 4), Piece(12, 13, 2), Piece(19, 20, 4)]) == _told(
        '<a{=4 2} href="x" title="x">'
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("<title>⟦Jo⟧ &amp; co</title>", "<title{=1}>Jo &amp; co</title>"),
        ("<title>⟦⟧</title>", "<title{=1}></title>"),
        ('<script type=x>a<b;"⟦Jo⟧"</script>', '<script{=1} type=x>a<b;"Jo"</script>'),
        (
            "<script><!--<script>⟦1⟧</script>⟦2⟧--></script>⟦3⟧",
            "<script{=1 2}><!--<script>1</script>2--></script>{3}3{/3}",
        ),
        ("<script><!--><script>⟦1⟧</script>⟦2⟧", "<script{=1}><!--><script>1</script>{2}2{/2}"),
        ("<svg><p><script/>⟦1⟧</script>⟦2⟧", "<svg><p><script{=1}/>1</script>{2}2{/2}"),
        ("<STYLE>a{⟦b⟧}</scrip</Style >⟦c⟧", "<STYLE{=1}>a{b}</scrip</Style >{2}c{/2}"),
        ("<textarea>⟦<p>⟧</textarea\n>", "<textarea{=1}><p></textarea\n>"),
        ("<head><noscript>⟦x⟧</noscript>", "<head><noscript{=1}>x</noscript>"),
        ("<plaintext>⟦x⟧</plaintext>⟦y⟧", "<plaintext{=1 2}>x</plaintext>y"),
        ("⟦<p><title>x⟧</title>", "<p{=1}><title>x</title>"),
        ("<svg><style/><b>⟦Jo⟧</b></svg>", "<svg><style/><b>{1}Jo{/1}</b></svg>"),
    ],
)
def test_a_piece_in_raw_text_marks_its_element(told: str, expected: str) -> None:
    """A comment in a script or a title would be part of it."""
    assert marked(*_read(told)) == _told(expected)


@pytest.mark.parametrize(
    "told",
    [
        "<!-- ⟦Jo⟧ -->",
        "<!doctype ⟦html⟧>",
        "<!⟦x⟧>",
        "<?⟦x⟧>",
        "<svg><![CDATA[ > ⟦Jo⟧ ]]></svg>",
        "<!-- --!⟦Jo⟧ >",
        "a <!-- ⟦b --> c⟧",
        "</p ⟦x⟧>",
    ],
)
def test_comments_and_their_like_are_left_alone(told: str) -> None:
    """What no browser shows needs no mark."""
    page, pieces = _read(told)
    assert marked(page, pieces) == page


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("R&⟦amp;D⟧", "R{1}&amp;D{/1}"),
        ("⟦R&a⟧mp;D", "{1}R&amp;{/1}D"),
        ("&#3⟦8;⟧", "{1}&#38;{/1}"),
        ("<pre>⟦\nJo⟧</pre>", "<pre>\n{1}Jo{/1}</pre>"),
        ("<pre>⟦⟧\r\nJo</pre>", "<pre>\r\n{1}{/1}Jo</pre>"),
    ],
)
def test_a_comment_takes_nothing_apart(told: str, expected: str) -> None:
    """A character reference and the line break that ``<pre>`` swallows stay in one piece."""
    assert marked(*_read(told)) == _told(expected)


@given(pages, st.data())
def test_without_its_marks_the_page_is_as_it_was(page: str, data: st.DataObject) -> None:
    """Marks are only ever put in, whatever the page and the pieces; each slot stands at most where a piece is."""
    places = st.integers(0, len(page))
    cuts = sorted(data.draw(st.lists(places, max_size=12)))
    pieces = [
        Piece(start, end, slot) for slot, (start, end) in enumerate(zip(cuts[::2], cuts[1::2], strict=False))
    ]
    told = marked(page, pieces)
    assert unmarked(told) == page
    for piece in pieces:
        assert (
            told.count(f"<!--replisite:{piece.slot}-->") == told.count(f"<!--/replisite:{piece.slot}-->") <= 1
        )


@given(pages.map(lambda page: page + "<p>"), st.integers(0, 3))
def test_every_piece_in_prose_is_marked(before: str, slot: int) -> None:
    """Whatever stands closed before a paragraph, its name is found."""
    closed = f"{before}\"'>-->]]></script></style></textarea></title></xmp>"
    assert f"<!--replisite:{slot}-->Jo<!--/replisite:{slot}-->" in marked(
        f"{closed}<p>Jo", [Piece(len(closed) + 3, len(closed) + 5, slot)]
    )


def test_a_page_is_marked_in_no_time() -> None:
    """A page of 10 kB with 100 pieces takes some milliseconds, a broken one of 1 MB no more than its length."""
    row = '<p class="row" title="Jo">Ask <b>Jo Doe</b>, your distributor in the town.</p>\n<script>x</script>'
    page = row * 100
    pieces = [Piece(at * len(row) + 29, at * len(row) + 36, at) for at in range(100)]
    assert min(_seconds(page, pieces) for _ in range(5)) < 0.02
    for broken in ("<", "<a ", '<a b="', "<!--", "<title>", "</script", "<script><!--", "&", "<a" + " " * 9):
        assert min(_seconds((broken * 1_000_000)[:1_000_000], pieces) for _ in range(2)) < 4


def _seconds(page: str, pieces: Sequence[Piece]) -> float:
    begun = process_time()
    marked(page, pieces)
    return process_time() - begun


def _told(expected: str) -> str:
    """``{1}`` and ``{/1}`` written as comments, ``{=1}`` as an attribute."""
    comments = re.sub(
        r"\{(/?\d+)\}",
        lambda found: (
            f"<!--{found[1].replace('/', '/replisite:') if '/' in found[1] else 'replisite:' + found[1]}-->"
        ),
        expected,
    )
    return re.sub(r"\{=([\d ]+)\}", r' data-replisite-slots="\1"', comments)


_SHOWN = """pages => pages.map(page => {
  const read = new DOMParser().parseFromString(page, "text/html");
  const clean = root => {
    const all = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
    const marks = [];
    while (all.nextNode()) {
      const node = all.currentNode;
      if (node.nodeType === Node.COMMENT_NODE) /^\\/?replisite:\\d+$/.test(node.data) && marks.push(node);
      else {
        node.removeAttribute("data-replisite-slots");
        if (node.content) clean(node.content);
      }
    }
    marks.forEach(mark => mark.remove());
  };
  clean(read);
  return read.compatMode + read.documentElement.outerHTML.replace(/\\s/g, "");
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.mark.browser
def test_chromium_reads_the_same_page(browser: Browser) -> None:
    """With the marks taken out of what the browser made of it, nothing differs from the page without marks.

    Only where the white space of text in a table without cells goes may differ, so none is compared.
    """
    dice = random.Random(7)
    before, after, count = [], [], 0
    for _ in range(3000):
        page = "".join(dice.choices(FRAGMENTS, k=dice.randrange(1, 25)))
        cuts = sorted(dice.randrange(len(page) + 1) for _ in range(2 * dice.randrange(1, 6)))
        pieces = [
            Piece(start, end, slot)
            for slot, (start, end) in enumerate(zip(cuts[::2], cuts[1::2], strict=True))
        ]
        before.append(page)
        after.append(marked(page, pieces))
        count += page != after[-1]
    tab = browser.new_page()
    differing = [
        told
        for told, old, new in zip(
            after, tab.evaluate(_SHOWN, before), tab.evaluate(_SHOWN, after), strict=True
        )
        if old != new
    ]
    assert differing == []
    assert count > 2000


@pytest.mark.browser
def test_chromium_finds_every_mark(browser: Browser) -> None:
    """In tables, lists of choices, drawings and titles, a script meets each slot, as a comment or on its element."""
    page, pieces = _read(
        "<!doctype html><title>⟦Jo⟧</title><noscript>⟦x⟧</noscript><body ⟦class=a⟧>⟦⟧<table>⟦<tr>⟦<td>1</td>⟧</tr>⟧</table>"
        "<select>⟦<option⟦ value=1⟧>⟦Jo⟧</option>⟧</select><textarea>⟦Jo⟧</textarea><svg><text>⟦Jo⟧</text></svg>"
        "<script>/* ⟦Jo⟧ */</script><ul>⟦<li>⟦Jo⟧⟧</ul>"
    )
    tab = browser.new_page()
    tab.set_content(marked(page, pieces))
    found = tab.evaluate(
        """() => {
          const all = document.createTreeWalker(document, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_COMMENT);
          const slots = [];
          while (all.nextNode()) {
            const node = all.currentNode;
            if (node.nodeType === Node.COMMENT_NODE) slots.push(node.data.replace(/^replisite:/, ""));
            else slots.push(...(node.dataset.replisiteSlots ?? "").split(" ").filter(Boolean));
          }
          return slots.filter(slot => !slot.startsWith("/")).map(Number);
        }"""
    )
    assert sorted(found) == sorted(piece.slot for piece in pieces)
    assert tab.title() == "Jo"
