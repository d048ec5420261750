"""Referral links: RFC 6570 templates filled with hostile values."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uritemplate import URITemplate

from replisite.links.uri_template import expand, shortened, variables

SHOP = "https://shop.tea.example/{market}/{sku}{?id}"


def test_a_link_carries_its_owner() -> None:
    """Every variable lands where the template has it."""
    assert expand(SHOP, {"market": "GB", "sku": "OOL-50", "id": "1007"}) == (
        "https://shop.tea.example/GB/OOL-50?id=1007"
    )


@pytest.mark.parametrize(
    ("template", "expanded"),
    [
        ("{var}", "value"),
        ("{hello}", "Hello%20World%21"),
        ("{half}", "50%25"),
        ("O{empty}X", "OX"),
        ("O{undef}X", "OX"),
        ("{x,y}", "1024,768"),
        ("{x,hello,y}", "1024,Hello%20World%21,768"),
        ("{var:3}", "val"),
        ("{var:30}", "value"),
        ("X{.var}", "X.value"),
        ("X{.x,y}", "X.1024.768"),
        ("{/var}", "/value"),
        ("{/var,x}/here", "/value/1024/here"),
        ("{;x,y}", ";x=1024;y=768"),
        ("{;x,y,empty}", ";x=1024;y=768;empty"),
        ("{?x,y}", "?x=1024&y=768"),
        ("{?x,y,empty}", "?x=1024&y=768&empty="),
        ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
        ("{&x,y,empty}", "&x=1024&y=768&empty="),
        ("{?undef,y}", "?y=768"),
    ],
)
def test_expansion_is_that_of_the_rfc(template: str, expanded: str) -> None:
    """The examples of RFC 6570 §1.2 and §3.2 hold, but for the operators that are refused."""
    values = {"var": "value", "hello": "Hello World!", "half": "50%", "empty": "", "x": "1024", "y": "768"}
    assert expand(template, values) == expanded


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=40), st.text(max_size=40))
def test_no_value_changes_where_a_link_leads(owner: str, sku: str) -> None:
    """Whatever the values, scheme, host and the names in the query stay, and the values come back whole."""
    link = expand(SHOP, {"market": "GB", "sku": sku, "id": owner})
    parts = urlsplit(link)
    told = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", owner)
    assert re.fullmatch(r"[A-Za-z0-9%._~/:?=-]+", link)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "shop.tea.example", "")
    assert parse_qs(parts.query, keep_blank_values=True) == {"id": [told]}
    assert unquote(parts.path) == f"/GB/{sku}"


TEMPLATES = st.sampled_from(
    [
        "{id}",
        "a{/id,sku}b{?id}",
        "{a.b}",
        "{;id,sku}",
        "x{.sku}{&id,page}",
        "{id}{id}",
        "{sku:2}{?id}",
        "%00{id}",
        "plain",
        "{?id*}",
    ]
)


@given(TEMPLATES, st.dictionaries(st.sampled_from(["id", "sku", "page", "a.b"]), st.text(max_size=5)))
def test_an_expansion_is_the_one_that_the_library_makes(template: str, values: dict[str, str]) -> None:
    """Expanding a template once for all owners changes no byte of any owner's link."""
    assert expand(template, values) == URITemplate(template).expand(dict(values))


def test_a_value_is_no_template() -> None:
    """Braces in a value are text."""
    assert (
        expand("https://x.example/{sku}{?id}", {"sku": "{id}", "id": "7"})
        == "https://x.example/%7Bid%7D?id=7"
    )


def test_variables_are_named() -> None:
    """Each variable is told once, without its operator and its modifiers."""
    assert variables("https://x.example/{market}{/sku:3}{?id,page*}{&id}") == {"market", "sku", "id", "page"}


def test_a_shortened_variable_is_told() -> None:
    """A template that takes the first letters only of a value says so."""
    assert shortened("https://x.example/{sku:3}{?id}") == {"sku"}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("https://x.example/{id", '"{" without its partner'),
        ("https://x.example/id}", '"}" without its partner'),
        ("https://x.example/{{id}}", '"{" without its partner'),
        ("https://x.example/{}", '"{}" names no variable'),
        ("https://x.example/{?}", '"" in "{?}" is no name of a variable'),
        ("https://x.example/{id,}", '"" in "{id,}" is no name of a variable'),
        ("https://x.example/{i d}", '"i d" in "{i d}" is no name of a variable'),
        ("https://x.example/{id:0}", '"id:0" in "{id:0}" is no name of a variable'),
        ("https://x.example/{id=5}", '"id=5" in "{id=5}" is no name of a variable'),
        ("https://x.example/{@id}", '"{@id}" begins with "@", which RFC 6570 keeps for later'),
        ("https://x.example/{+id}", '"{+id}" would let a value through unescaped; write "{id}"'),
        ("https://x.example/{#id}", '"{#id}" would let a value through unescaped; write "#{id}"'),
        ("https://x.example/a b", "a blank may not stand in a link; write it percent-encoded"),
        ("https://x.example/a\nb", "a control character may not stand in a link; write it percent-encoded"),
        ("https://x.example/é", '"é" may not stand in a link; write it percent-encoded'),
        ("https://x.example/50%", '"%" is not followed by two hexadecimal digits'),
    ],
)
def test_what_is_no_template_is_refused(template: str, message: str) -> None:
    """The library would read each of these as something that its writer did not mean."""
    with pytest.raises(ValueError) as caught:
        variables(template)
    assert str(caught.value) == message
    with pytest.raises(ValueError):
        expand(template, {"id": "7"})


@given(st.text(alphabet="{}?&+#:,*id= %é/", max_size=20))
def test_any_text_is_read_or_refused(template: str) -> None:
    """No text makes the library fail in its own way."""
    try:
        variables(template)
    except ValueError as error:
        assert "invalid literal" not in str(error)
    else:
        expand(template, {"id": "7"})
