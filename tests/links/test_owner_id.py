"""Where a server reads the owner's id in an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.links.owner_id import carriers, carriers_of
from replisite.links.uri_template import expand


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://shop.example/?id=A1", {("query", "id")}),
        ("https://shop.example?ref=A1&x=1", {("query", "ref")}),
        ("https://shop.example/r/A1/", {("path", 2), ("path", -2)}),
        ("https://shop.example/r/../A1", {("path", 1), ("path", -1)}),
        ("https://shop.example/A1/../r", set()),
        ("https://shop.example/A1/%2e%2e", set()),
        ("https://shop.example/?next=/cart?id=A1", set()),
        ("https://shop.example/?next?id=A1", set()),
        ("https://shop.example/p&id=A1", set()),
        ("https://shop.example/?a=1&amp;id=A1", set()),
        ("https://shop.example/?a=1;id=A1", set()),
        ("https://shop.example/?id=house&id=A1", set()),
        ("https://shop.example/?ID=house&id=A1", set()),
        ("https://shop.example/?id=A1&id=A1", set()),
        ("https://shop.example/?id=A1;id=house", set()),
        ("https://shop.example/?=A1", set()),
        ("https://shop.example/?A1", set()),
        ("https://shop.example/p;id=A1", set()),
        ("https://shop.example/p.A1", set()),
        ("https://shop.example/A1,jane", set()),
        ("https://shop.example/#A1", set()),
        ("https://shop.example/#?id=A1", set()),
        ("https://A1.shop.example/", set()),
        ("https://A1@shop.example/", set()),
        ("https://[shop/?id=A1", set()),
    ],
)
def test_an_id_counts_where_a_server_reads_it(address: str, found: set[tuple[str, str | int]]) -> None:
    """As the only value of one parameter, or as a whole segment of the path that browsers ask for."""
    assert carriers(address, "A1") == found


@pytest.mark.parametrize(
    ("fragment", "found"),
    [
        ("A1", {("fragment path", 1), ("fragment path", -1)}),
        ("/join/A1", {("fragment path", 2), ("fragment path", -1)}),
        ("!/join/A1", {("fragment path", 2), ("fragment path", -1)}),
        ("/join?id=A1", {("fragment query", "id")}),
        ("id=A1&x=1", {("fragment query", "id")}),
        ("topA1", set()),
        ("/join?next=a?id=A1", set()),
    ],
)
def test_a_shop_that_routes_in_the_browser_reads_the_fragment(
    fragment: str, found: set[tuple[str, str | int]]
) -> None:
    """Its path and its query are read as a server reads those of an address."""
    assert carriers(f"https://shop.example/#{fragment}", "A1", reads_fragment=True) == found


def test_an_id_with_a_slash_is_no_segment() -> None:
    """Many servers decode ``%2F`` before they split the path."""
    assert carriers("https://shop.example/A%2F1?id=A%2F1", "A/1") == {("query", "id")}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("https://shop.example/{sku}{?id}", {("query", "id")}),
        ("https://shop.example/{?sku,id}", {("query", "id")}),
        ("https://shop.example/{?sku}{&id}", set()),
        ("https://shop.example{/sku,id}", {("path", -1)}),
        ("https://shop.example{/id,sku}", {("path", 1)}),
        ("https://shop.example{/sku,id,slug}", set()),
        ("https://shop.example/{id}{?id}", {("path", 1), ("path", -1), ("query", "id")}),
    ],
)
def test_a_template_carries_the_owner_only_where_each_expansion_does(
    template: str, found: set[tuple[str, str | int]]
) -> None:
    """Most links have no product, so no sku and no slug."""
    assert carriers_of(template) == found


@given(st.text(min_size=1, max_size=20).filter(lambda text: not any(0xD800 <= ord(c) < 0xE000 for c in text)))
def test_every_id_arrives_in_the_query(owner: str) -> None:
    """Whatever its letters are."""
    assert ("query", "id") in carriers(expand("https://shop.example/{?id}", {"id": owner}), owner)
