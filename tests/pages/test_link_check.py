"""Addresses that lead astray on a finished page: those of pictures that are none."""

import pytest

from replisite.model.distributor import Distributor
from replisite.pages.link_check import LinkCheck
from replisite.pages.site_files import SiteFiles

URL = "https://tea.example"
FILES = SiteFiles(
    own=frozenset({"index.html", "about/index.html"}),
    company=frozenset({"index.html", "about/index.html", "plan/index.html"}),
    once=frozenset({"images/cup.png", "theme/film.mp4"}),
    url=URL,
)
JANE = Distributor("A1", "jane", "Jane", url=f"{URL}/jane/")
HOUSE = Distributor("", "", "Tea", url=f"{URL}/", is_company=True)
PAGE = "leads to a page and not to a picture"
EMPTY = "names no picture"


def told(owner, text, page="about/index.html"):
    """Return what leads astray on a page of the owner's."""
    return [link.what for link in LinkCheck(FILES, owner).page(text, page)]


@pytest.mark.parametrize("owner", [JANE, HOUSE])
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<img src="../" alt="">', f"the src of <img> {PAGE}"),
        ('<img src="./" alt="">', f"the src of <img> {PAGE}"),
        ('<img src="../about/">', f"the src of <img> {PAGE}"),
        ('<img src="../about/index.html">', f"the src of <img> {PAGE}"),
        ('<img src="" alt="">', f"the src of <img> {EMPTY}"),
        ("<img src alt>", f"the src of <img> {EMPTY}"),
        ('<img alt="" src=" ">', f"the src of <img> {EMPTY}"),
        ('<source srcset="">', f"the srcset of <source> {EMPTY}"),
        ('<source srcset="../ 1x">', f"the srcset of <source> {PAGE}"),
        ('<source src="">', f"the src of <source> {EMPTY}"),
        ('<video poster="../"></video>', f"the poster of <video> {PAGE}"),
        ('<video poster=""></video>', f"the poster of <video> {EMPTY}"),
        ("<p style=\"background: url('../')\">", f"the style of <p> {PAGE}"),
        ('<p style="background-image: url()">', f"the style of <p> {EMPTY}"),
        ('<td background="../">', f"the background of <td> {PAGE}"),
        ('<svg><image href="../"/></svg>', f"the href of <image> {PAGE}"),
    ],
)
def test_a_picture_that_is_none_is_reported(owner, text, what):
    """It may be filled in by a script: it is no certain fault."""
    (link,) = LinkCheck(FILES, owner).page(text, "about/index.html")
    assert (link.what, link.is_certain) == (what, False)


@pytest.mark.parametrize(
    "text",
    [
        '<img src="{up}images/cup.png" srcset="">',
        '<img src="" srcset="{up}images/cup.png 2x">',
        '<img src="" data-src="{up}images/cup.png">',
        '<img src="" :src="cup">',
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        '<img src="https://photos.example/">',
        '<img alt="src">',
        '<source src="{up}theme/film.mp4">',
        '<a href="../">Home</a><a href="">Here</a><iframe src="../"></iframe>',
        '<p style="color: red"></p><p style=""></p>',
        '<svg><rect fill="url(#shade)" style="fill: url(#shade)"/></svg>',
        '<textarea><img src=""></textarea><!-- <img src=""> -->',
        "<script>let cup = '<img src=\"\">';</script>",
    ],
)
def test_what_may_be_a_picture_is_not_reported(text):
    """Another attribute or a script gives the address, or it is on another host, or no picture at all."""
    assert told(HOUSE, text.replace("{up}", "../")) == []
    assert told(JANE, text.replace("{up}", "../../")) == []


def test_a_base_without_address_changes_nothing():
    """As browsers read it."""
    assert told(HOUSE, '<base href=""><img src="../images/cup.png">') == []
