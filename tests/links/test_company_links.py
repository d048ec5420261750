"""Addresses that lead to the company's shop, wherever a page has them, and whose they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replisite.links.company_links import CompanyLinks, Referral, leads_to_host
from replisite.model.distributor import Distributor
from replisite.model.site import Addresses, Company, Market, Site

LINKS = {"shop": "https://shop.tea.example/{sku}{?id}", "enroll": "https://join.tea.example/r/{id}"}
CARRIED, OWNERLESS, LOST = Referral.CARRIED, Referral.OWNERLESS, Referral.LOST


def a_site(**more: Any) -> Site:
    """Return a site with two hosts of links."""
    values: dict[str, Any] = {
        "root": Path("/site"),
        "name": "Tea",
        "url": "https://www.tea.example",
        "company": Company("HOUSE", "Tea"),
        "markets": (Market("GB", "Britain", "GBP", ("en",)),),
        "links": LINKS,
    }
    return Site(**{**values, **more})


def an_owner(owner: str = "A1", url: str = "https://www.tea.example/jane/") -> Distributor:
    """Return Jane."""
    return Distributor(id=owner, alias="jane", name="Jane", url=url)


def judged(page: str, site: Site | None = None, owner: Distributor | None = None) -> list[Referral]:
    """Return whose the company links of a page are."""
    links = CompanyLinks(site or a_site())
    found = [links.judge(found, owner or an_owner()) for found in links.find(page.encode())]
    return [referral for referral in found if referral is not None]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://shop.tea.example/OOL?id=A1">',
        "<a href='https://shop.tea.example/OOL?id=A1'>",
        "<a href=https://shop.tea.example/OOL?id=A1>",
        '<A HREF = " https://SHOP.tea.example/OOL?id=A1 ">',
        '<a href="HTTP://shop.tea.example/OOL?id=A1">',
        '<a href="//shop.tea.example/OOL?id=A1">',
        '<a href="https://shop.tea.example:443/OOL?id=A1">',
        '<a href="https://shop.tea.example/?x=1&amp;id=A1">',
        '<a href="https://shop.tea.example/?x=1&id=A1">',
        '<a href="https://shop.tea.example/?x=1&#38;id=A1#top">',
        '<a href="https&#58;&#47;&#47;shop.tea.example/?id=A1">',
        '<a href="https://shop.tea.example/an oolong?q=o\'neil&amp;id=A1">',
        '<a href="https://join.tea.example/r/A1">',
        '<a href="https://join.tea.example/r/../r/A1?x=1">',
        '<form method="post" action="https://shop.tea.example/?id=A1">',
        '<button data-url="https://shop.tea.example/?id=A1">',
        '<div data-options=\'{"url": "https:\\/\\/shop.tea.example\\/?a=1\\u0026id=A1"}\'>',
        '<div data-options="{&#34;url&#34;: &#34;https://shop.tea.example/?a=1&amp;id=A1&#34;}">',
        '<meta http-equiv="refresh" content="0; url=https://shop.tea.example/?id=A1">',
        '<meta property="og:url" content="https://shop.tea.example/?id=A1">',
        '<script type="application/ld+json">{"url": "https://shop.tea.example/?a=1&id=A1"}</script>',
        '<script type="application/ld+json">{"url": "https:\\/\\/shop.tea.example/?a=1\\u0026id=A1"}</script>',
        '<iframe src="https://shop.tea.example/?id=A1">',
        "<p>Order at https://shop.tea.example/?id=A1.</p>",
        "<p>(https://shop.tea.example/?id=A1)</p>",
        '<a href="https://wa.me/?text=Hi%20https%3A%2F%2Fshop.tea.example%2F%3Fa%3D1%26id%3DA1%20!">',
        '<a href="https://share.example/?u=https%3A%2F%2Fshop.tea.example%2F%3Fid%3DA1&amp;t=Tea">',
        "<a onclick=\"location='https://shop.tea.example/?id=A1'\">",
    ],
)
def test_a_link_that_carries_its_owner_is_found_wherever_it_stands(page: str) -> None:
    """In any attribute, in text and in scripts, however it is escaped."""
    assert judged(page) == [CARRIED]
    assert judged(page, owner=an_owner("A11")) == [LOST]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://shop.tea.example/">',
        '<a href="https://shop.tea.example">',
        '<a href="https://shop.tea.example?id=A2">',
        '<a href="https://shop.tea.example/?id=">',
        '<a href="https://shop.tea.example/?ref=A1">',
        '<a href="https://shop.tea.example/A1">',
        '<a href="https://shop.tea.example/?id=HOUSE&amp;id=A1">',
        '<a href="https://shop.tea.example/?x=1?id=A1">',
        '<a href="https://shop.tea.example/#?id=A1">',
        '<a href="https://join.tea.example/A1">',
        '<a href="https://join.tea.example/x/r/A1">',
        '<a href="https://shop.tea.example/?x=1&amp;amp;id=A1">',
        '<script>let url = "https://shop.tea.example/?x=1&amp;id=A1"</script>',
        '<form action="https://shop.tea.example/?id=A1"><input name="q"></form>',
        '<form method="get" action="https://shop.tea.example/"><input type="hidden" name="id" value="A2"></form>',
        "<p>Our shop is https://shop.tea.example.</p>",
        '<link rel="canonical" href="https://shop.tea.example/OOL">',
        '<a href="https://me@shop.tea.example/">',
    ],
)
def test_a_link_that_carries_nobody_or_another_is_found(page: str) -> None:
    """Also where the id is in it, but not where a template of that host has it, or where the form drops it."""
    assert judged(page) == [LOST]


def test_a_form_that_is_sent_by_get_carries_the_owner_in_a_field() -> None:
    """The browser drops the query of its address."""
    form = '<form action="https://shop.tea.example/?x=1"><input type=hidden value=A1 name=id><input name="q"></form>'
    assert judged(form) == [CARRIED]


@pytest.mark.parametrize(
    "page",
    [
        '<img src="https://shop.tea.example/cup.png" srcset="https://shop.tea.example/cup2.png 2x">',
        '<script src="https://shop.tea.example/a.js"></script>',
        '<link rel="stylesheet" href="https://shop.tea.example/a.css">',
        '<link href="https://shop.tea.example" rel="dns-prefetch preconnect">',
        '<meta http-equiv="Content-Security-Policy" content="form-action https://shop.tea.example">',
        '<p style="background: url(https://shop.tea.example/cup.png)">',
        '<style>@import "https://shop.tea.example/a.css"; a { background: url("https://shop.tea.example/b.png") }</style>',
        '<!-- <a href="https://shop.tea.example/"> -->',
        '<svg><image href="https://shop.tea.example/cup.png"/></svg>',
        '<a href="https://shop.tea.example.other.example/">',
        '<a href="https://myshop.tea.example/">',
        '<a href="https://shop.tea.example:8443/">',
        '<a href="mailto:desk@shop.tea.example">',
        "<p>shop.tea.example</p>",
        '<a href="/shop.tea.example/">',
    ],
)
def test_what_leads_nobody_to_the_shop_does_not_count(page: str) -> None:
    """What is loaded, what is commented out, and other hosts."""
    assert judged(page) == []


def test_every_link_of_a_page_counts() -> None:
    """Two of a host in one attribute, and the same one twice."""
    page = '<a title="https://shop.tea.example/ https://shop.tea.example/?id=A1" href="https://join.tea.example/r/A1">'
    assert sorted(referral.value for referral in judged(page + page)) == ["carried"] * 4 + ["lost"] * 2


def test_some_addresses_need_no_owner() -> None:
    """site.toml lists them; one that carries its owner all the same counts as that."""
    site = a_site(
        ownerless_links=(
            "https://shop.tea.example/terms/*",
            "https://Shop.tea.example",
            "https://join.tea.example/faq",
        )
    )
    assert judged('<a href="https://shop.tea.example/terms/returns?x=1">', site) == [OWNERLESS]
    assert judged('<a href="http://shop.tea.example/#top">', site) == [OWNERLESS]
    assert judged('<a href="https://join.tea.example/faq">', site) == [OWNERLESS]
    assert judged('<a href="https://join.tea.example/faq/more">', site) == [LOST]
    assert judged('<a href="https://shop.tea.example/terms">', site) == [LOST]
    assert judged('<a href="https://shop.tea.example/terms/?id=A1">', site) == [CARRIED]


def test_a_shop_on_the_site_s_own_host_is_known_by_its_path() -> None:
    """Canonical addresses and links to pages of the site are no company links."""
    site = a_site(
        links={"shop": "https://www.tea.example/shop/{sku}{?id}", "club": "https://www.tea.example/club{?id}"}
    )
    page = '<link rel="canonical" href="https://www.tea.example/about/"><a href="https://www.tea.example/clubs/">'
    assert judged(page, site) == []
    assert judged('<a href="https://www.tea.example/shop/OOL">', site) == [LOST]
    assert judged('<a href="https://www.tea.example/club?x=1">', site) == [LOST]
    assert judged('<a href="https://www.tea.example/club?id=A1">', site) == [CARRIED]


def test_a_host_may_hold_variables() -> None:
    """Every market's shop counts, and the owners' own hosts below the same domain do not."""
    site = a_site(
        links={"shop": "https://{market}.tea.example/{?id}"},
        addresses=Addresses(style="subdomain", host="tea.example"),
    )
    owner = an_owner(url="https://jane.tea.example/")
    assert judged('<a href="https://gb.tea.example/?id=A1">', site, owner) == [CARRIED]
    assert judged('<a href="https://jane.tea.example/about/">', site, owner) == []
    assert judged('<a href="https://www.tea.example/">', site, owner) == []
    other = a_site(links={"shop": "https://{market}.shop.example/{?id}"})
    assert judged('<a href="https://gb.shop.example/">', other) == [LOST]


def test_a_shop_that_routes_in_the_browser_carries_the_owner_behind_the_hash() -> None:
    """Where site.toml says so."""
    page = '<a href="https://shop.tea.example/#/join/A1">'
    links = {"shop": "https://shop.tea.example/#/join/{id}"}
    assert judged(page, a_site(links=links, fragment_links=("shop",))) == [CARRIED]
    assert judged(page, a_site(links=links)) == [LOST]


def test_a_port_is_part_of_a_host() -> None:
    """As in a shop on this machine."""
    site = a_site(links={"shop": "http://localhost:8080/{?id}"})
    assert judged('<a href="http://localhost:8080/">', site) == [LOST]
    assert judged('<a href="http://localhost:80801/"><a href="http://localhost/">', site) == []


def test_a_host_of_links_is_known() -> None:
    """For addresses that site.toml lists."""
    assert leads_to_host("https://SHOP.tea.example", LINKS.values())
    assert leads_to_host("https://join.tea.example/terms/", LINKS.values())
    assert not leads_to_host("https://shop.tea.example.org/", LINKS.values())


def test_ids_of_any_letters_are_read() -> None:
    """As the link functions write them."""
    site = a_site()
    owner = an_owner("B&b é/7.")
    page = '<a href="https://shop.tea.example/?id=B%26b%20%C3%A9%2F7.">https://shop.tea.example/?id=B%26b%20%C3%A9%2F7.</a>'
    assert judged(page, site, owner) == [CARRIED, CARRIED]
