"""Addresses in shared style sheets and in structured data are followed, and hints name the file that is meant."""

from __future__ import annotations

import json
import unicodedata

import pytest

from replisite.config import load_site
from replisite.model.view import EditionView
from replisite.preview.content_worker import ContentWorker
from replisite.preview.messages import ContentRequest
from replisite.reporting import SilentReporter
from tests.little_site import LittleSite, run_replisite
from tests.pages.test_local_addresses import PELICAN, STYLES, without_kinds

SHEET = "themes/little/static/css/little.css"
SOUND = """\
/* url(none.png) */ @namespace url(http://none.example/x);
@import "more.css"; @import url("https://fonts.example/a.css");
a { background: url(../img/dot.svg), url( '/images/bar.svg' ), url(data:image/png;base64,AA==), url(#blur) }
b { filter: url("../img/dot.svg#blur"); src: url(../img/dot.svg?#iefix); content: "url(none.png)" }
i { background: url(../img/a\\ b.svg), url("//cdn.example/x.png"), url(/about/), url("") }
"""
BROKEN = """\
@import "mroe.css";
a { background: url(../img/Dot.svg) }
b { src: url(font.eot?#iefix),
         url("/images/none.png"); }
"""


def _sheets(little: LittleSite, text: str) -> None:
    little.write(SHEET, text)
    little.write("themes/little/static/css/more.css", "p { margin: 0 }\n")
    little.write("themes/little/static/img/dot.svg", "<svg/>")
    little.write("themes/little/static/img/a b.svg", "<svg/>")


@pytest.mark.parametrize("style", STYLES)
def test_sound_addresses_of_a_style_sheet_are_silent(little: LittleSite, style: str) -> None:
    """Relative ones, ones from the root, remote ones, data, fragments; comments and strings hold none."""
    little.change("site.toml", "[company]", f"{STYLES[style]}[company]")
    _sheets(little, SOUND)
    assert little.report()["warnings"] == []


def test_a_broken_address_of_a_style_sheet_is_a_fault(little: LittleSite) -> None:
    """As a broken link of a page is: with the file, the line, and what may be meant."""
    _sheets(little, BROKEN)
    little.write("content/extra/own.css", "\n@import 'gone.css';\n")
    for told in (little.build(code=1).stderr, run_replisite("check", "--site", str(little.root)).stderr):
        assert (
            f'{SHEET}:1: address "mroe.css": there is no theme/css/mroe.css; did you mean "theme/css/more.css"?'
            in told
        )
        assert (
            f'{SHEET}:2: address "../img/Dot.svg": there is no theme/img/Dot.svg; '
            "there is theme/img/dot.svg: capital letters count" in told
        )
        assert f'{SHEET}:3: address "font.eot?#iefix": there is no theme/css/font.eot; ' in told
        assert f'{SHEET}:4: address "/images/none.png": there is no images/none.png; ' in told
        assert 'content/extra/own.css:2: address "gone.css": there is no gone.css' in told


def test_a_preview_says_the_same_of_style_sheets(little: LittleSite) -> None:
    """It shows the pages all the same."""
    _sheets(little, BROKEN)
    told = little.build(code=1).stderr
    site = load_site(little.root)
    (little.root / "scratch").mkdir()
    composing = ContentWorker(little.root / "scratch", SilentReporter())
    survey = composing.compose(
        ContentRequest(site, [EditionView(edition) for edition in site.open_editions], False, False, False)
    )
    assert survey.faults == ()
    shown = [warning for warning in survey.warnings if warning.startswith(SHEET)]
    assert len(shown) == 4
    assert all(warning in told for warning in shown)


def test_with_pelican_s_defaults_it_is_a_warning(little: LittleSite) -> None:
    """Third-party themes lack a font now and then, and Pelican promises no files."""
    little.write(
        "site.toml",
        (little.root / "site.toml").read_text() + PELICAN.format(url="https://www.little.example"),
    )
    without_kinds(little)
    little.write("content/extra/own.css", "\na { src: url(none.woff) }\n")
    little.change("site.toml", "[pelican]", '[pelican]\nSTATIC_PATHS = ["extra"]')
    warnings = little.report()["warnings"]
    assert isinstance(warnings, list)
    assert any(
        text.startswith('content/extra/own.css:2: address "none.woff": there is no extra/none.woff')
        for text in warnings
    )


@pytest.mark.parametrize(
    ("file", "written", "hint"),
    [
        ("images/foto.jpg", "![](/images/Foto.jpg)", "there is images/foto.jpg: capital letters count"),
        (
            "images/foto.jpg",
            '<img src="/images/foto.JPG">',
            "there is images/foto.jpg: capital letters count",
        ),
        (
            unicodedata.normalize("NFD", "images/über.jpg"),
            "![](/images/über.jpg)",
            "there is images/über.jpg with its accents written apart",
        ),
        (
            "images/über.jpg",
            f"![](/images/{unicodedata.normalize('NFD', 'über')}.jpg)",
            "and here the accents of images/über.jpg are written apart",
        ),
        ("images/a-b.jpg", "![](/images/a‑b.jpg)", "there is images/a-b.jpg: it looks the same"),  # noqa: RUF001
        ("images/x.jpg", "[a](/About/)", "there is about/: capital letters count"),
    ],
)
def test_a_plain_link_that_differs_in_letters_is_explained(
    little: LittleSite, file: str, written: str, hint: str
) -> None:
    """The file of the content is named although nothing asks for it yet."""
    (little.root / "content" / file).write_bytes(b"no picture")
    little.write("content/pages/links.md", f"---\ntitle: Links\n---\n{written}\n")
    told = little.build(code=1).stderr
    assert "content/pages/links.md:4: link to " in told
    assert hint in told


def _with_data(little: LittleSite, block: object) -> None:
    script = f'<script type="application/ld+json">{json.dumps(block)}</script>'
    little.change("themes/little/templates/base.html", "</head>", f"{script}</head>")


@pytest.mark.parametrize("style", STYLES)
def test_sound_structured_data_is_silent(little: LittleSite, style: str) -> None:
    """Addresses of pages and files, of other sites, names that nobody looks up, and what is no address."""
    little.change("site.toml", "[company]", f"{STYLES[style]}[company]")
    url = "https://www.little.example"
    block = {
        "@id": f"{url}/#organization",
        "url": "/about/",
        "logo": {"@type": "ImageObject", "url": f"{url}/theme/css/little.css"},
        "image": ["https://cdn.example/a.png", f"{url}/theme/css/little.css"],
        "name": "/nothing/",
        "itemListElement": [{"item": f"{url}/products/soap/"}],
    }
    _with_data(little, block)
    assert little.report()["warnings"] == []


@pytest.mark.parametrize(
    ("block", "address"),
    [
        ({"url": "/products/x/"}, "/products/x/"),
        ({"@graph": [{"logo": {"url": "/images/none.png"}}]}, "/images/none.png"),
        ({"itemListElement": [{"item": {"@id": "x", "image": ["/images/none.jpg"]}}]}, "/images/none.jpg"),
    ],
)
def test_a_broken_path_in_structured_data_is_a_fault(little: LittleSite, block: object, address: str) -> None:
    """Search engines follow it."""
    _with_data(little, block)
    told = little.build(code=1).stderr
    assert f'themes/little/templates/base.html:3: link to "{address}" on ' in told


def test_a_doubtful_address_in_structured_data_is_a_warning(little: LittleSite) -> None:
    """An ``@id`` need not lead anywhere, and the company's host may have more than this site."""
    _with_data(little, {"@id": "/ids/7", "url": "https://www.little.example/products/x/"})
    warnings = little.report()["warnings"]
    assert isinstance(warnings, list)
    assert len([text for text in warnings if '"/ids/7"' in text]) == 1
    assert len([text for text in warnings if "there is no products/x/" in text]) == 1


def test_structured_data_that_is_no_json_is_left_alone(little: LittleSite) -> None:
    """A template of a script library may look like it."""
    little.change(
        "themes/little/templates/base.html",
        "</head>",
        '<script type="application/ld+json">{"url": "/x/", }</script></head>',
    )
    assert little.report()["warnings"] == []
