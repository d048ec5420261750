"""Links to files that exist once get a way to them; all others stay as they are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replisite.content.marks import mark_of
from replisite.model.distributor import Distributor
from replisite.pages.finish import Finish
from replisite.pages.site_files import SiteFiles
from replisite.staging import Plate
from tests.slots import PlainSlot

OWNER = {"distributor": Distributor(id="A1", alias="jane", name="Jane")}
OWN = {"index.html", "x/index.html", "about/index.html", "products/x/index.html", "products/y/index.html"}
ONCE = {
    "theme/a.css",
    "images/b c.svg",
    "feeds/all.xml",
    "images/cup.png",
    "images/cup2.png",
    "products/x/own.pdf",
}
FILES = SiteFiles(
    OWN, OWN | {"404.html"}, ONCE, {"training/x/index.html": "index.html"}, "https://www.tea.example"
)
HOSTS = replace(FILES, has_hosts=True)


def _pages(page: str, text: str, files: SiteFiles = FILES) -> tuple[str, ...]:
    plates = [Finish(page, files, {}, is_owner)(Plate("t", (text,))) for is_owner in (False, True)]
    assert all(plate.is_shared for plate in plates)
    return tuple(plate.text({}) for plate in plates)


def _owners(text: str, page: str = "products/x/index.html", files: SiteFiles = FILES) -> str:
    return Finish(page, files, {}, is_owner=True)(Plate("t", (text,))).text({})


@pytest.mark.parametrize(
    ("page", "url", "owners"),
    [
        ("index.html", "./theme/a.css", "../theme/a.css"),
        ("index.html", "theme/a.css", "../theme/a.css"),
        ("products/x/index.html", "../../theme/a.css?v=1#x", "../../../theme/a.css?v=1#x"),
        ("products/x/index.html", "../../images/b%20c.svg", "../../../images/b%20c.svg"),
        ("products/x/index.html", "../../feeds/all.xml", "../../../feeds/all.xml"),
        ("products/x/index.html", "../y/", "../y/"),
        ("products/x/index.html", "#top", "#top"),
        (
            "products/x/index.html",
            "https://www.tea.example/theme/a.css",
            "https://www.tea.example/theme/a.css",
        ),
        ("products/x/index.html", "mailto:a@b.example", "mailto:a@b.example"),
        ("products/x/index.html", "", ""),
    ],
)
def test_an_owner_goes_one_level_further_up(page: str, url: str, owners: str) -> None:
    """On the corporate site the link is what Pelican wrote."""
    text = f'<a class="x" href="{url}">'
    assert _pages(page, text) == (text, f'<a class="x" href="{owners}">')


def test_an_owner_with_a_host_goes_to_the_corporate_host() -> None:
    """There is no way up from another host."""
    company, owner = _pages("x/index.html", "<img src='../theme/a.css'>", HOSTS)
    assert company == "<img src='../theme/a.css'>"
    assert owner == "<img src='https://www.tea.example/theme/a.css'>"


def test_a_page_that_an_edition_lacks_is_linked_to_another() -> None:
    """No price in this market, or members only: the link leads to what there is."""
    assert _pages("help/a/index.html", '<a href="../../training/x/">')[0] == '<a href="../../">'


def test_links_in_slots_are_finished_too() -> None:
    """What a slot writes is part of the page."""

    class Slot(PlainSlot):
        key = "slot"

        def render(self, record: object) -> str:  # noqa: ARG002 - the protocol's
            return '<img src="../theme/a.css">'

    company, owner = (
        Finish("x/index.html", FILES, {}, is_owner)(Plate("t", ("a", Slot(), "b")))
        for is_owner in (False, True)
    )
    assert owner.text({}) == 'a<img src="../../theme/a.css">b'
    assert company.text({}) == 'a<img src="../theme/a.css">b'


def test_marks_in_slots_are_filled_too() -> None:
    """Content that stands in a branch over the owner."""
    key, mark = mark_of("distributor.name")

    class Slot(PlainSlot):
        key = "slot"

        def render(self, record: object) -> str:  # noqa: ARG002 - the protocol's
            return f'<p>{mark}</p><img src="../theme/a.css">'

    class Name(PlainSlot):
        key = "name"

        def render(self, record: Mapping[str, Any]) -> str:
            return str(record["distributor"].name)

    plate = Finish("x/index.html", FILES, {key: Name()}, is_owner=True)(Plate("t", (Slot(), mark)))
    assert plate.text(OWNER) == '<p>Jane</p><img src="../../theme/a.css">Jane'


@pytest.mark.parametrize(
    ("written", "path", "hosts"),
    [
        ("/about/", "../../about/", "../../about/"),
        ("/about", "../../about/", "../../about/"),
        ("/", "../../", "../../"),
        ("/index.html", "../../index.html", "../../index.html"),
        ("/./x/..//about/?a=1#b", "../../about/?a=1#b", "../../about/?a=1#b"),
        ("https://www.tea.example/about/", "../../about/", "../../about/"),
        ("//WWW.tea.example/about/", "../../about/", "../../about/"),
        ("../../../../about/", "../../about/", "../../about/"),
        ("/images/cup.png", "/images/cup.png", "https://www.tea.example/images/cup.png"),
        (
            "https://www.tea.example/images/cup.png",
            "https://www.tea.example/images/cup.png",
            "https://www.tea.example/images/cup.png",
        ),
        ("../../images/b%20c.svg", "../../../images/b%20c.svg", "https://www.tea.example/images/b%20c.svg"),
        ("own.pdf", "../../../products/x/own.pdf", "https://www.tea.example/products/x/own.pdf"),
        ("/training/x/", "../../", "../../"),
        ("/elsewhere/", "/elsewhere/", "/elsewhere/"),
        ("https://tea.example/about/", "https://tea.example/about/", "https://tea.example/about/"),
    ],
)
def test_an_owner_stays_on_the_own_site(written: str, path: str, hosts: str) -> None:
    """Pages lead to the owner's own, files to the shared ones, however the address is written."""
    assert _owners(f'<a href="{written}">') == f'<a href="{path}">'
    assert _owners(f'<a href="{written}">', files=HOSTS) == f'<a href="{hosts}">'


@pytest.mark.parametrize(
    ("written", "owners"),
    [
        ('<link rel="canonical" href="/about/">', '<link rel="canonical" href="/about/">'),
        (
            "<link rel=canonical href=../../about/>",
            "<link rel=canonical href=https://www.tea.example/about/>",
        ),
        (
            '<meta property="og:url" content="https://www.tea.example/">',
            '<meta property="og:url" content="https://www.tea.example/">',
        ),
        (
            '<link rel="alternate" hreflang="es" href="/about/">',
            '<link rel="alternate" hreflang="es" href="/about/">',
        ),
        (
            '<a rel="external" href="https://www.tea.example/">',
            '<a rel="external" href="https://www.tea.example/">',
        ),
        ('<link rel="next" href="/about/">', '<link rel="next" href="../../about/">'),
        ("<link rel=alternate href=../../feeds/all.xml>", "<link rel=alternate href=../../../feeds/all.xml>"),
    ],
)
def test_what_names_the_company_s_page_stays(written: str, owners: str) -> None:
    """A canonical address, ``og:url``, ``hreflang`` and links marked as external."""
    assert _owners(written) == owners


def test_canonical_addresses_of_owners_with_hosts() -> None:
    """What begins with a slash would be the owner's own page."""
    text = '<link rel="canonical" href="/about/">'
    assert _owners(text, files=HOSTS) == '<link rel="canonical" href="https://www.tea.example/about/">'


def test_a_site_in_a_folder_of_its_host() -> None:
    """Addresses from the root of the host or of the site; the corporate site's lead somewhere, too."""
    files = replace(FILES, url="https://tea.example/uk")
    assert (
        _owners('<a href="/uk/about/"><img src="/uk/images/cup.png">', files=files)
        == '<a href="../../about/"><img src="/uk/images/cup.png">'
    )
    text = '<a href="/about/"><img src="/images/cup.png">'
    company, owner = _pages("x/index.html", text, files)
    assert company == '<a href="../about/"><img src="../images/cup.png">'
    assert owner == '<a href="../about/"><img src="../../images/cup.png">'


def test_a_base_is_the_owner_s() -> None:
    """Relative addresses behind it are taken from the owner's own root."""
    text = '<base href="/"><a href="about/"><img src="images/cup.png">'
    assert _owners(text) == '<base href="../../"><a href="about/"><img src="../images/cup.png">'


def test_code_samples_are_left_alone() -> None:
    """And text that looks like an attribute inside another one."""
    text = (
        '<p title=\'a href="/about/"\'>src="/about/"<!-- <a href="/about/"> --></p><script>"/about/"</script>'
    )
    assert _owners(text) == text


@dataclass(frozen=True)
class Said(PlainSlot):
    """A slot that says something for one owner."""

    text: str

    @property
    def key(self) -> str:
        return self.text

    def render(self, record: object) -> str:  # noqa: ARG002 - the protocol's
        return self.text


@pytest.mark.parametrize(
    ("parts", "owners"),
    [
        (('<a href="/', Said("about"), '/">'), '<a href="../../about/">'),
        (('<img src="../../images/', Said("cup"), ".png", '">'), '<img src="../../../images/cup.png">'),
        (('<img src="', Said("../../images/cup.png"), '">'), '<img src="../../../images/cup.png">'),
        (("<a ", Said('href="/about/"'), ">"), '<a href="../../about/">'),
        (("<a", Said(' class="b"'), ' href="/about/">'), '<a class="b" href="../../about/">'),
        (("<a ", Said('class="b" '), 'href="/about/">'), '<a class="b" href="../../about/">'),
        (("<link ", Said('href="/about/"'), ' rel="canonical">'), '<link href="/about/" rel="canonical">'),
        (
            ("<p style=\"background:url('../../images/", Said("cup"), ".png')\">"),
            "<p style=\"background:url('../../../images/cup.png')\">",
        ),
        (
            ("<style>a{background:url(../../images/", Said("cup"), ".png)}", Said("b{}"), "</style>"),
            "<style>a{background:url(../../../images/cup.png)}b{}</style>",
        ),
        (
            ("<style>", Said("a{background:url(../../images/cup.png)}"), "</style>"),
            "<style>a{background:url(../../../images/cup.png)}</style>",
        ),
        (
            ('<img srcset="../../images/cup.png 1x, ../../images/', Said("cup2"), '.png 2x">'),
            '<img srcset="../../../images/cup.png 1x, ../../../images/cup2.png 2x">',
        ),
        (
            ("<b>", Said('<img srcset="https://x.example/a.png 1x, ../../images/cup.png 2x">')),
            '<b><img srcset="https://x.example/a.png 1x, ../../../images/cup.png 2x">',
        ),
        (("<script>", Said('"<a href=/about/>"'), "</script>"), '<script>"<a href=/about/>"</script>'),
        (('<p title="', Said("href=/about/"), '">'), '<p title="href=/about/">'),
        (('<a href="https://shop.example/', Said("about"), '">'), '<a href="https://shop.example/about">'),
        (('<a href="', Said("https://www.tea.example"), '/about/">'), '<a href="../../about/">'),
    ],
)
def test_addresses_that_slots_take_part_in(parts: tuple[str | Said, ...], owners: str) -> None:
    """A slot that is part of an address, a whole one, an attribute, or markup; and one that is none of these."""
    plate = Finish("products/x/index.html", FILES, {}, is_owner=True)(Plate("t", parts))
    assert plate.text({}) == owners


_TOKENS = st.sampled_from(
    [
        ("<a ", "href=", '"', "/about/", '">'),
        ("<a", " class='x'", " href='/", "about", "/'>"),
        ("<p>", "text = /about/", "</p>"),
        ("<img ", 'src="../../images/cup.png" ', 'alt="', "../../images/cup.png", '">'),
        ('<p style="', "background:url(/about/)", '">'),
        ("<!-- ", '<a href="/about/">', "-->"),
        ("", '<b><a href="/about/">x</a></b>', ""),
        ("<script>", "'<a href=/about/>'", "</script>"),
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(_TOKENS, st.booleans()), max_size=5), st.booleans())
def test_slots_make_no_difference(tokens: list[tuple[tuple[str, ...], bool]], has_hosts: bool) -> None:
    """Where a slot says what could have been text, the page is the same."""
    finish = Finish("products/x/index.html", HOSTS if has_hosts else FILES, {}, is_owner=True)
    parts: list[str | Said] = []
    for pieces, is_slot in tokens:
        middle = len(pieces) // 2
        hole = {3: 1, 5: 3}.get(len(pieces), middle)
        parts += [Said(piece) if is_slot and place == hole else piece for place, piece in enumerate(pieces)]
    text = "".join(part if isinstance(part, str) else part.text for part in parts)
    assert finish(Plate("t", tuple(parts))).text({}) == finish(Plate("t", (text,))).text({})


_WAYS = st.sampled_from(
    [
        "/",
        "./",
        "../../",
        "../",
        "https://www.tea.example/",
        "//www.tea.example/",
        "/x/../",
        "",
        "/products/../",
    ]
)
_TAILS = st.sampled_from(["", "?a=1&amp;b", "#c", "?a#b/../"])


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(sorted(OWN)),
    _WAYS,
    st.sampled_from(sorted(OWN | ONCE)),
    _TAILS,
    st.booleans(),
)
def test_a_browser_arrives_where_the_company_s_visitor_does(
    page: str, way: str, file: str, tail: str, has_hosts: bool
) -> None:
    """Joined to the owner's page as a browser joins it, an address gives the owner's page or the shared file."""
    written = way + quote(file.removesuffix("index.html")) + tail
    company = "https://www.tea.example/"
    home = "https://jane.tea.example/" if has_hosts else f"{company}jane/"
    meant = urljoin(company + page, written.replace("&amp;", "&"))
    target = unquote(urlsplit(meant).path).lstrip("/")
    target = f"{target}index.html" if target.endswith("/") or not target else target
    led = _owners(f'<a href="{written}">', page, HOSTS if has_hosts else FILES)[9:-2].replace("&amp;", "&")
    arrived = urljoin(home + page, led)
    if target in OWN:
        assert arrived == meant.replace(company, home, 1).replace("http:", "https:")
    elif target in ONCE:
        assert arrived == meant


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="<>a=\"' hrefsct/.:#", max_size=50))
def test_what_slots_write_is_read_only_where_it_may_matter(text: str) -> None:
    """A quick look lets nothing pass that the whole reading would change."""
    for written in (text, f"<a href={text}>", f'<a href="{text}">', f'<img srcset="{text}">'):
        finish = Finish("products/x/index.html", FILES, {}, is_owner=True)
        assert finish(Plate("t", ("<b>", Said(written)))).text({}) == finish(
            Plate("t", ("<b>", written))
        ).text({})


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<a b='",
        '="',
        "=",
        "= ",
        "url(",
        "/*",
        "image-set(",
        "<!--",
        "<svg>",
        "<style>",
        "<script>",
        "&",
        "<a srcset='(",
        ",",
    ],
)
def test_reading_a_page_takes_no_longer_than_it_is_long(piece: str) -> None:
    """A third of a megabyte of nonsense, in a text and in a slot."""
    text = (piece * 300_000)[:300_000]
    finish = Finish("products/x/index.html", FILES, {}, is_owner=True)
    started = time.process_time()
    for parts in ((text,), ("<b>", Said(text)), ("<style>", text), ("<img srcset='", text, "'>")):
        finish(Plate("t", parts)).text({})
    assert time.process_time() - started < 6
