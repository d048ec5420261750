"""Where sites lie and what they are called, in each of the three styles."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.model.address import parse_host, site_prefix, site_url
from replisite.model.site import Addresses, Company, Market, Site

PATH = Addresses()
SUBDOMAIN = Addresses(style="subdomain", host="tea.example")
DOMAIN = Addresses(style="domain", host="tea.example", domain_field="domain")


def a_site(addresses: Addresses = PATH, url: str = "https://www.tea.example") -> Site:
    """Return a site with these addresses."""
    market = Market("GB", "United Kingdom", "GBP", ("en",))
    return Site(Path("/srv"), "Tea", url, Company("HOUSE", "Tea"), (market,), addresses=addresses)


@pytest.mark.parametrize(
    ("addresses", "host", "prefix", "url"),
    [
        (PATH, "", "jane/", "https://www.tea.example/jane/"),
        (SUBDOMAIN, "", "_hosts/jane.tea.example/", "https://jane.tea.example/"),
        (DOMAIN, "oneil.example", "_hosts/oneil.example/", "https://oneil.example/"),
        (DOMAIN, "", "_hosts/jane.tea.example/", "https://jane.tea.example/"),
        (PATH, "oneil.example", "jane/", "https://www.tea.example/jane/"),
        (SUBDOMAIN, "oneil.example", "_hosts/jane.tea.example/", "https://jane.tea.example/"),
    ],
)
def test_each_style_has_its_folder_and_its_address(
    addresses: Addresses, host: str, prefix: str, url: str
) -> None:
    """The folder in the output and the address on the web belong together."""
    assert (site_prefix(addresses, "jane", host), site_url(a_site(addresses), "jane", host)) == (prefix, url)


@pytest.mark.parametrize("addresses", [PATH, SUBDOMAIN, DOMAIN])
def test_the_corporate_site_is_at_the_root(addresses: Addresses) -> None:
    """No alias means the company, whose site has no folder of its own."""
    assert (site_prefix(addresses, ""), site_url(a_site(addresses), "")) == ("", "https://www.tea.example/")


def test_the_scheme_is_that_of_the_corporate_site() -> None:
    """A company without TLS has no distributors with it; a path in its address stays."""
    assert site_url(a_site(SUBDOMAIN, "http://tea.example"), "jane") == "http://jane.tea.example/"
    assert site_url(a_site(PATH, "http://tea.example/shop"), "jane") == "http://tea.example/shop/jane/"


@pytest.mark.parametrize(
    "host", ["tea.example", "a.b.c.example", "xn--bcher-kva.example", "1.tea.example", "a-b.c1"]
)
def test_a_host_name_is_one(host: str) -> None:
    """Labels of letters, digits and hyphens make a host name."""
    assert parse_host(host) == host


LABELS = "each part is 1 to 63 of a-z 0-9 -, without a hyphen at its ends"


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("", "is empty; write a host name such as tea.example"),
        ("Tea.example", '"Tea.example" has capital letters; write "tea.example"'),
        ("localhost", '"localhost" is one word; write a whole host name such as localhost.example'),
        (
            "https://tea.example",
            '"https://tea.example" is an address; write the host name alone, such as tea.example',
        ),
        (
            "tea.example/shop",
            '"tea.example/shop" is an address; write the host name alone, such as tea.example',
        ),
        ("../..", '"../.." is an address; write the host name alone, such as tea.example'),
        ("tea.example:8080", '"tea.example:8080" has a port; leave it out'),
        ("127.0.0.1", '"127.0.0.1" is a number, not a name; write a host name such as tea.example'),
        ("[::1]", '"[::1]" is a number, not a name; write a host name such as tea.example'),
        ("::1", '"::1" is a number, not a name; write a host name such as tea.example'),
        ("10.0.0.0x1", '"10.0.0.0x1" ends in a number; a host name ends in letters'),
        ("tea.42", '"tea.42" ends in a number; a host name ends in letters'),
        (
            "bücher.example",
            '"bücher.example" has letters beyond a-z; write its ASCII form, which begins with xn--',
        ),
        ("tea..example", f'"tea..example" is no host name; {LABELS}'),
        ("tea.example.", f'"tea.example." is no host name; {LABELS}'),
        (".tea.example", f'".tea.example" is no host name; {LABELS}'),
        ("-tea.example", f'"-tea.example" is no host name; {LABELS}'),
        ("tea-.example", f'"tea-.example" is no host name; {LABELS}'),
        ("t_a.example", f'"t_a.example" is no host name; {LABELS}'),
        ("tea.example\n", f'"tea.example\n" is no host name; {LABELS}'),
        ("a" * 64 + ".example", f'"{"a" * 64}.example" is no host name; {LABELS}'),
        ("a." * 124 + "example", "is 255 letters long; a host name has 253 at most"),
    ],
)
def test_what_is_no_host_name_is_refused(host: str, message: str) -> None:
    """Each refusal says what is wrong and what to write."""
    with pytest.raises(ValueError) as caught:
        parse_host(host)
    assert str(caught.value) == message


@given(st.text(alphabet="ab0-./\\:%\n\x00 ü", max_size=20))
def test_no_host_leaves_the_output(host: str) -> None:
    """Whatever an owner brings as a host, their folder is one folder below _hosts, or refused."""
    try:
        prefix = site_prefix(DOMAIN, "jane", host)
    except ValueError:
        return
    folders = prefix.split("/")
    assert (folders[0], len(folders), folders[2]) == ("_hosts", 3, "")
    assert folders[1].strip(".") == folders[1] != ""
