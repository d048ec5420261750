"""Links to files that exist once get a way to them; all others stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from replisite.model.distributor import Distributor
from replisite.pages.finish import Finish
from replisite.pages.marks import mark_of
from replisite.pages.site_files import SiteFiles
from replisite.staging import Plate

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

    class Slot:
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

    class Slot:
        key = "slot"

        def render(self, record: object) -> str:  # noqa: ARG002 - the protocol's
            return f'<p>{mark}</p><img src="../theme/a.css">'

    class Name:
        key = "name"

        def render(self, record: Mapping[str, Any]) -> str:
            return str(record["distributor"].name)

    plate = Finish("x/index.html", FILES, {key: Name()}, is_owner=True)(Plate("t", (Slot(), mark)))
    assert plate.text(OWNER) == '<p>Jane</p><img src="../../theme/a.css">Jane'
