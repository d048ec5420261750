"""Links to files that exist once get a way to them; all others stay as they are."""

from __future__ import annotations

import pytest

from replisite.model.distributor import Distributor
from replisite.pages.finish import Finish
from replisite.staging import Plate

COMPANY = {"distributor": Distributor(id="H", alias="", name="Tea", is_company=True)}
OWNER = {"distributor": Distributor(id="A1", alias="jane", name="Jane")}
ONCE = {"theme/a.css", "images/b c.svg", "feeds/all.xml", "404.html"}


def _pages(page: str, text: str, root: str = "") -> tuple[str, str]:
    finish = Finish(page, ONCE, {"training/x/index.html": "index.html"}, {}, root)
    plate = finish(Plate("t", (text,)))
    return plate.text(COMPANY), plate.text(OWNER)


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
    company, owner = _pages("x/index.html", "<img src='../theme/a.css'>", "https://www.tea.example/")
    assert company == "<img src='../theme/a.css'>"
    assert owner == "<img src='https://www.tea.example/theme/a.css'>"


def test_a_page_that_an_edition_lacks_is_linked_to_another() -> None:
    """No price in this market, or members only: the link leads to what there is."""
    assert _pages("help/a/index.html", '<a href="../../training/x/">')[0] == '<a href="../../">'


def test_links_in_slots_are_finished_too() -> None:
    """What a slot writes is part of the page."""

    class Slot:
        key = "slot"

        def render(self, record: object) -> str:  # noqa: ARG002 - the protocol's
            return '<img src="../theme/a.css">'

    finish = Finish("x/index.html", ONCE, {}, pytest.fail, "")
    plate = finish(Plate("t", ("a", Slot(), "b")))
    assert plate.text(OWNER) == 'a<img src="../../theme/a.css">b'
    assert plate.text(COMPANY) == 'a<img src="../theme/a.css">b'
