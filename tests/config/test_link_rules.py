"""Link templates are accepted if the owner's id arrives, and refused with one that carries it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replisite.config.link_rules import link_template, ownerless_link
from replisite.config.values import referral_id
from replisite.links.uri_template import expand

CARRYING = [
    "https://shop.example/{market}/{sku}{?id}",
    "https://shop.example{?id}",
    "https://shop.example/{?sku,id}",
    "https://shop.example/{?id*}",
    "https://shop.example/?utm_source=site{&id}",
    "https://shop.example/?sku={sku}&ref={id}",
    "https://shop.example/?{&id}",
    "https://shop.example/?next=/cart&id={id}",
    "https://shop.example/?url=https://www.example/?a=1{&id}",
    "https://shop.example/{?id}#top",
    "https://shop.example/r/{id}/",
    "https://shop.example/{sku}/{id}",
    "https://shop.example{/market,id}",
    "https://shop.example/p;v=1/{id}",
    "https://{market}.shop.example/{?id}",
    "https://www{.alias}.shop.example/{?id}",
    "http://localhost:8080/{?id}",
]

CORRECTED = [
    ("https://shop.example/p?utm_source=site{?id}", "https://shop.example/p?utm_source=site{&id}"),
    ("https://shop.example/p{&id}", "https://shop.example/p{?id}"),
    ("https://shop.example/p&id={id}", "https://shop.example/p?id={id}"),
    ("https://shop.example/#top{?id}", "https://shop.example/{?id}#top"),
    ("https://shop.example/p#{id}", "https://shop.example/p{?id}"),
    ("https://shop.example/#/join/{id}", "https://shop.example/{?id}#/join/"),
    ("https://shop.example/?a=1#x{&id}", "https://shop.example/?a=1{&id}#x"),
    ("https://shop.example/?next=/cart?id={id}", "https://shop.example/?next=/cart&id={id}"),
    ("https://shop.example/?id={id}?x=1", "https://shop.example/?id={id}&x=1"),
    ("https://shop.example/??id={id}", "https://shop.example/?id={id}"),
    ("https://shop.example/?a=1&amp;id={id}", "https://shop.example/?a=1&id={id}"),
    ("https://shop.example/?a=1&#38;id={id}", "https://shop.example/?a=1&id={id}"),
    ("https://shop.example/{?id}&amp;x=1", "https://shop.example/{?id}&x=1"),
    ("https://shop.example/?a=1;id={id}", "https://shop.example/?a=1&id={id}"),
    ("https://shop.example/?id={id};x=1", "https://shop.example/?id={id}&x=1"),
    ("https://shop.example/p{;id}", "https://shop.example/p{?id}"),
    ("https://shop.example/p;id={id}", "https://shop.example/p?id={id}"),
    ("https://shop.example/{id}{;sku}", "https://shop.example/{id}{?sku}"),
    ("https://shop.example/p{.id}", "https://shop.example/p{?id}"),
    ("https://shop.example/p-{id}", "https://shop.example/p{?id}"),
    ("https://shop.example/{id}.html", "https://shop.example/{?id}"),
    ("https://shop.example/{id,alias}", "https://shop.example/{alias}{?id}"),
    ("https://shop.example{/sku,id,slug}", "https://shop.example{/sku,slug}{?id}"),
    ("https://shop.example/{id}/../x", "https://shop.example/../x{?id}"),
    ("https://shop.example/?x=pre{id}", "https://shop.example/?x={id}"),
    ("https://shop.example/?id={id}{sku}", "https://shop.example/?id={id}"),
    ("https://shop.example/?{id}", "https://shop.example/{?id}"),
    ("https://shop.example/?={id}", "https://shop.example/{?id}"),
    ("https://shop.example/?{market}={id}", "https://shop.example/?{market}={&id}"),
    ("https://shop.example/{?sku}{&id}", "https://shop.example/{?sku,id}"),
    ("https://shop.example/{?sku}{?id}", "https://shop.example/{?sku,id}"),
    ("https://shop.example/?id=house{&id}", "https://shop.example/{?id}"),
    ("https://shop.example/?x=1&ID=house{&id}", "https://shop.example/?x=1{&id}"),
    ("https://shop.example/{?id,id}", "https://shop.example/{?id}"),
    ("https://shop.example/{?id}/x", "https://shop.example/x{?id}"),
    ("https://shop.example{&id}", "https://shop.example{?id}"),
    ("https://shop.example&id={id}", "https://shop.example?id={id}"),
    ("https://{alias}.shop.example/{?id}", "https://shop.example/{?id}"),
    ("https://shop.example{/sku}.other.example/{?id}", "https://shop.example.other.example/{?id}"),
    ("https://shop.example/#{#id}", "https://shop.example/{?id}"),
    ("https://shop.example/?a=1{#id}", "https://shop.example/?a=1{&id}"),
    ("https://shop.example/?a=1#top", "https://shop.example/?a=1{&id}#top"),
]


@pytest.mark.parametrize("template", CARRYING)
def test_a_template_that_carries_the_owner_is_accepted(template: str) -> None:
    """Whatever else it says."""
    assert link_template(template) == template


@pytest.mark.parametrize(("template", "corrected"), CORRECTED)
def test_a_template_that_loses_the_owner_is_answered_with_one_that_does_not(
    template: str, corrected: str
) -> None:
    """The nearest to what was meant; it is accepted as it stands."""
    with pytest.raises(ValueError) as caught:
        link_template(template)
    assert caught.value.args[1].startswith(f'write "{corrected}"')
    assert link_template(corrected) == corrected


def test_the_fault_shows_the_address_in_which_the_owner_is_lost() -> None:
    """As a visitor would get it."""
    with pytest.raises(ValueError) as caught:
        link_template("https://shop.example/?a=1{?id}")
    what, todo = caught.value.args
    assert what == (
        'loses the referral: in "https://shop.example/?a=1?id=1007" the id 1007 is no parameter '
        "and no path segment of its own"
    )
    assert todo == 'write "https://shop.example/?a=1{&id}"'


FRAGMENTS = ["#/join/{id}", "#!/{sku}{?id}", "#{id}", "#id={id}", "#/join?x=1{&id}"]


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_the_id_is_behind_the_hash_only_where_site_toml_says_so(fragment: str) -> None:
    """The fault names both ways out: a query, or the key."""
    template = f"https://shop.example/{fragment}"
    assert link_template(template, reads_fragment=True) == template
    with pytest.raises(ValueError) as caught:
        link_template(template)
    assert caught.value.args[1].endswith(
        f'; or, if the shop reads it there, {{ template = "{template}", fragment = true }}'
    )


@pytest.mark.parametrize("fragment", ["#top{id}", "#/a?b=c?id={id}", "#/a{;id}", "#/a&id={id}"])
def test_a_fragment_too_has_a_place_for_the_id(fragment: str) -> None:
    """A router splits it as a server splits an address."""
    with pytest.raises(ValueError, match="loses the referral"):
        link_template(f"https://shop.example/{fragment}", reads_fragment=True)


PARTS = ["?", "&", ";", "/", "#", "=", "id=", "a=1", "p", ".", "&amp;", "x?", "-", "%2F", "..", "@", ":"]
EXPRESSIONS = [
    "{id}",
    "{?id}",
    "{&id}",
    "{;id}",
    "{/id}",
    "{.id}",
    "{?sku,id}",
    "{id,alias}",
    "{sku}",
    "{&sku}",
]


@given(st.lists(st.sampled_from(PARTS + EXPRESSIONS), max_size=7).map("".join))
@settings(max_examples=400, deadline=None)
def test_what_is_accepted_arrives_and_what_is_advised_is_accepted(end: str) -> None:
    """No template is accepted that a server reads otherwise, and no advice is refused in turn."""
    template = f"https://shop.example/{end}"
    try:
        link_template(template)
    except ValueError as error:
        advice = re.search(r'write "(http[^"]*)"', error.args[1])
        added = re.match(r'add "([^"]*)" at its end', error.args[1])
        assert (
            advice or added or not error.args[0].startswith(("loses", "carries", "does not carry", "leads"))
        )
        if advice:
            assert link_template(advice[1]) == advice[1]
        if added:
            link_template(template + added[1])
        return
    for values in ({"id": "A&1", "sku": "S", "alias": "jane"}, {"id": "A&1"}):
        parts = urlsplit(expand(template, values))
        named = [name for name, value in parse_qs(parts.query).items() if value == ["A&1"]]
        assert parts.hostname == "shop.example"
        assert named or "A&1" in map(unquote, parts.path.split("/"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("shop.example/terms", 'write "https://shop.example/terms"'),
        ("https://shop.example*", 'write "https://shop.example/*"'),
        ("https://*.example/", 'write one "*", at the end'),
        ("mailto:desk@shop.example", "write an address such as https://www.tea.example"),
    ],
)
def test_an_ownerless_link_is_an_address(written: str, told: str) -> None:
    """A star may stand at its end, behind the host."""
    assert ownerless_link("https://shop.example/terms/*") == "https://shop.example/terms/*"
    assert ownerless_link("https://shop.example/?a=1#x") == "https://shop.example/?a=1#x"
    with pytest.raises(ValueError) as caught:
        ownerless_link(written)
    assert caught.value.args[1] == told


@pytest.mark.parametrize("written", ["", " ", ".", "..", "HOUSE ", "HO\N{ZERO WIDTH SPACE}USE"])
def test_the_house_account_has_an_id_that_arrives(written: str) -> None:
    """As those of the roster have."""
    assert referral_id("HOUSE 1/a") == "HOUSE 1/a"
    with pytest.raises(ValueError):
        referral_id(written)
