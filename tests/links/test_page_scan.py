"""The addresses of a page are found where a browser finds them, and nowhere else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replisite.links.page_links import Host, internal_links, page_addresses, parse_address, with_addresses
from replisite.links.page_scan import Holder, picture_addresses, scan


def _found(text: str) -> list[str]:
    return [link.text for link in page_addresses(text)]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ('<a href="/x">', ["/x"]),
        ("<A HREF = '/x'>", ["/x"]),
        ("<a class=b href=/x/>", ["/x/"]),
        ('<a\nhref\n=\n"/x"\n>', ["/x"]),
        ('<a href="&#x2F;x/?a=1&amp;b=2&copy=3">', ["/x/?a=1&b=2&copy=3"]),
        (
            '<img src="/a.png" srcset="/b.png 1x,/c,d.png 2x, /e.png">',
            ["/a.png", "/b.png", "/c,d.png", "/e.png"],
        ),
        ('<link rel=preload imagesrcset="/a.png 400w, /b.png 800w">', ["/a.png", "/b.png"]),
        ('<video poster=/p.jpg src="/v.mp4"></video>', ["/p.jpg", "/v.mp4"]),
        ('<form action="/f"><button formaction=/g></form>', ["/f", "/g"]),
        ('<object data="/o.svg"><param name=movie value="/m.swf"></object>', ["/o.svg", "/m.swf"]),
        ('<blockquote cite="/c"></blockquote><body background="/b.gif">', ["/c", "/b.gif"]),
        ('<a ping="/p /q" href="#">', ["/p", "/q", "#"]),
        ('<svg><use xlink:href="/s.svg#a"/><use href="/t.svg#b"/></svg>', ["/s.svg#a", "/t.svg#b"]),
        (
            '<svg><rect fill="url(/s.svg#g)"/><title>x</title><script href="/s.js"/><a href="/y">',
            ["/s.svg#g", "/s.js", "/y"],
        ),
        ("<div style=\"background: URL( '/b.png' ) /* url(/c.png) */\">", ["/b.png"]),
        ('<div style="background:url(&quot;/b.png&quot;)">', ["/b.png"]),
        (
            "<style>@import '/a.css'; a { content: \"url(/no)\"; background: image-set('/b.png' type('image/png') 1x) }</style>",
            ["/a.css", "/b.png"],
        ),
        ('<meta http-equiv="Refresh" content="0; URL=\'/r/\'">', ["/r/"]),
        ('<meta property="og:image" content="/i.png"><meta name="description" content="/no">', ["/i.png"]),
        (
            '<img data-src="/l.png" data-srcset="/l2.png 2x" data-id="/no" data-image="3">',
            ["/l.png", "/l2.png"],
        ),
        ('<div data-bg="url(/bg.jpg)" hx-get="/part/" data-hx-post="/send">', ["/bg.jpg", "/part/", "/send"]),
        ('<iframe srcdoc="<img src=&quot;/f.png&quot;>"></iframe>', ["/f.png"]),
        ('<noscript><img src="/n.png"></noscript>', ["/n.png"]),
        ('<script type="importmap">{"imports": {"a": "/a.js"}}</script>', ["/a.js"]),
        ('<base href="/b/">', ["/b/"]),
    ],
)
def test_every_attribute_that_holds_an_address(text: str, addresses: list[str]) -> None:
    """Quoted or not, in upper or lower case, with blanks and character references."""
    assert _found(text) == addresses


@pytest.mark.parametrize(
    "text",
    [
        '<pre><code>&lt;a href="/x"&gt;</code></pre>',
        '<p>Write src="/x" there.</p>',
        "<a title='a href=\"/x\"'>",
        '<!-- <a href="/x"> --><!--><b>',
        '<textarea><a href="/x"></textarea>',
        '<title><a href="/x"></title>',
        "<script type=text/template><a href='/x'></script>",
        '</a href="/x">',
        '<div data-x="/x" class="/y" alt="src=/z">',
        '<svg><![CDATA[<a href="/x">]]></svg>',
        "<style>/* url(/x) */ @namespace url(/y);</style>",
        '<xmp><img src="/x"></xmp>',
    ],
)
def test_what_only_looks_like_one(text: str) -> None:
    """Code samples, prose, comments, scripts and the values of other attributes."""
    assert _found(text) == []


def test_structured_data_is_read_and_never_changed() -> None:
    """JSON-LD names the company's pages: a link check reads the whole block, and its addresses stay as written."""
    page = '<script type="application/ld+json">{"url": "/x"}</script><a href="/y">'
    assert _found(page) == ['{"url": "/x"}', "/y"]
    assert with_addresses(page, lambda address, _: f"/jane{address}") == page.replace("/y", "/jane/y")
    assert list(internal_links(page, "index.html")) == [("/y", "y")]


def test_the_first_of_two_attributes_counts() -> None:
    """As in a browser."""
    assert _found('<a href="/x" href="/y">') == ["/x"]


class _Oracle(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


_NAMES = st.sampled_from(["href", "HREF", "class", "title", "data-x", "alt"])
_VALUES = st.text(alphabet="ab/.?#&;<> =x'", max_size=8)
_PIECES = st.one_of(
    st.builds(lambda name, value: f'<a {name}="{value}">', _NAMES, _VALUES),
    st.builds(lambda name, value: f'<a b {name} = "{value}" c>', _NAMES, _VALUES),
    st.text(alphabet="ab \n\"'=", max_size=6),
    st.builds(lambda text: f"<!-- {text} -->", st.text(alphabet="ab<>/\"' =", max_size=8)),
    st.sampled_from(
        [
            "</a>",
            "<p>",
            '<b title="<a href=x>">',
            "<script>'<a href=/x>'</script>",
            "&amp;",
            "&lt;a href=/x&gt;",
        ]
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(_PIECES, max_size=6).map("".join))
def test_it_reads_as_a_parser_does(text: str) -> None:
    """The standard library's parser finds the same addresses."""
    oracle = _Oracle()
    oracle.feed(text)
    oracle.close()
    found = [link.text for link in page_addresses(text) if link.holder.attribute == "href"]
    assert [address for address in found if address] == [
        address.strip() for address in oracle.found if address.strip()
    ]


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="<>a/!-=\"' hrefsctyl(){}&;#x[]\\,", max_size=60))
def test_a_page_without_changes_is_the_same_bytes(text: str) -> None:
    """Whatever is in it; and reading it ends."""
    assert with_addresses(text, lambda address, _: address) == text


HOST = Host.of("https://www.tea.example/uk")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("../a/", "p/a/"),
        (" /uk/a/b ", "a/b"),
        ("\\uk\\a", "a"),
        ("/uk//a//b.png", "a/b.png"),
        ("/uk/./x/%2e%2e/a", "a"),
        ("HTTPS://WWW.Tea.Example:443/uk/a/?b#c", "a/"),
        ("//www.tea.example/uk/a", "a"),
        ("http://www.tea.example/uk", ""),
        ("../../../../a", "a"),
    ],
)
def test_the_company_s_own_addresses(text: str, path: str) -> None:
    """However they are spelt."""
    address = parse_address(text, "p/q", HOST)
    assert address is not None
    assert (address.path, address.is_outside) == (path, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#a",
        "?a",
        "mailto:a@tea.example",
        "//tea.example/a",
        "https://www.tea.example.org/a",
        "data:,x",
        "https:a",
    ],
)
def test_addresses_elsewhere(text: str) -> None:
    """Other hosts, other schemes, and places on the same page."""
    assert parse_address(text, "p/q", HOST) is None


def test_a_base_counts_for_what_follows() -> None:
    """As in a browser; on another host nothing relative is the site's."""
    assert list(internal_links('<base href="/b/"><a href="c/">', "p/q.html")) == [("c/", "b/c/index.html")]
    assert list(internal_links('<base href="https://x.example/"><a href="c/">', "p/q.html")) == []


_PICTURE_PIECES = [
    '<p class="a">',
    "</p>",
    'text "quoted" src="no.png" ',
    '<picture class="a"><source type="image/webp" srcset="../_photos/0a/1b.webp">',
    '<img class="a" src="../_photos/0a/1b.jpg" alt="" loading="lazy">',
    '<img alt="<img src=" src="b.png">',
    '<img alt="<img " src="b.png" class="c">',
    '<img src="a.png" src="b.png">',
    '<img src="a.png" srcset="b.png">',
    '<img src="a&amp;b.png">',
    "<img src='a.png'>",
    '<img src=" a.png">',
    "<img src=a.png>",
    '<IMG SRC="a.png">',
    '<source srcset="a.png 2x, b.png">',
    '<source srcset="a.png,b.png">',
    '<img src="a.png"',
    '<img src="a.png"/>',
    '<imgs src="a.png">',
    '<a href="/x">',
    '<a href="#x">',
    "<style>",
    "</style>",
    "<title>",
    "<svg>",
    "<!--",
    "-->",
    "<",
    '"',
    ">",
    " ",
]


@given(st.lists(st.sampled_from(_PICTURE_PIECES), max_size=8).map("".join))
def test_pictures_are_where_the_whole_reading_finds_them(text: str) -> None:
    """Or the short way says that it cannot tell."""
    found = picture_addresses(text)
    whole = [
        (holder.start, holder.end)
        for holder in scan(text)
        if isinstance(holder, Holder) and not text.startswith("#", holder.start)
    ]
    assert found is None or found == whole


def test_the_pictures_of_a_photo_are_found() -> None:
    """Each avatar is one, on every page: the short way is taken."""
    text = "".join(_PICTURE_PIECES[:2] + _PICTURE_PIECES[3:5]) + "</picture>"
    assert [text[start:end] for start, end in picture_addresses(text) or ()] == [
        "../_photos/0a/1b.webp",
        "../_photos/0a/1b.jpg",
    ]
