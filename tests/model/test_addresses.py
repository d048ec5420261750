"""The folder and the address of a site, in each of the three styles."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.model.addresses import Addresses
from replisite.model.distributor import Distributor
from replisite.model.site import Company, Market, Site

PATH = Addresses()
SUBDOMAIN = Addresses(style="subdomain", host="tea.example")
DOMAIN = Addresses(style="domain", host="tea.example", domain_field="domain")


def a_site(addresses: Addresses = PATH, url: str = "https://www.tea.example") -> Site:
    """Return a site with these addresses."""
    market = Market("GB", "United Kingdom", "GBP", ("en",))
    return Site(Path("/srv"), "Tea", url, Company("HOUSE", "Tea"), (market,), addresses=addresses)


@pytest.mark.parametrize(
    ("addresses", "host", "folder", "url"),
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
    addresses: Addresses, host: str, folder: str, url: str
) -> None:
    """The folder in the output and the address on the web belong together."""
    assert (addresses.folder_of("jane", host), a_site(addresses).url_of("jane", host)) == (folder, url)


@pytest.mark.parametrize("addresses", [PATH, SUBDOMAIN, DOMAIN])
def test_the_corporate_site_is_at_the_root(addresses: Addresses) -> None:
    """No alias means the company, whose site has no folder of its own."""
    assert (addresses.folder_of(""), a_site(addresses).url_of("")) == ("", "https://www.tea.example/")


def test_the_scheme_is_that_of_the_corporate_site() -> None:
    """A company without TLS has no distributors with it; a path in its address stays."""
    assert a_site(SUBDOMAIN, "http://tea.example").url_of("jane") == "http://jane.tea.example/"
    assert a_site(PATH, "http://tea.example/shop").url_of("jane") == "http://tea.example/shop/jane/"


@pytest.mark.parametrize(
    ("addresses", "host", "root", "target", "home"),
    [
        (PATH, "", "/jane/", "/jane/", "/"),
        (SUBDOMAIN, "", "jane.tea.example", "https://jane.tea.example/", "https://www.tea.example/"),
        (DOMAIN, "oneil.example", "oneil.example", "https://oneil.example/", "https://www.tea.example/"),
    ],
)
def test_a_redirect_names_paths_on_a_shared_host_and_hosts_otherwise(
    addresses: Addresses, host: str, root: str, target: str, home: str
) -> None:
    """On one host a redirect leads from path to path; between hosts it needs whole addresses."""
    site = a_site(addresses)
    assert addresses.root_of("jane", host) == root
    assert (site.local_url_of("jane", host), site.local_url_of("")) == (target, home)


@pytest.mark.parametrize(
    ("addresses", "folder"),
    [(PATH, "jane/"), (SUBDOMAIN, "_hosts/jane.tea.example/"), (DOMAIN, "_hosts/oneil.example/")],
)
def test_an_own_host_counts_in_the_domain_style_alone(addresses: Addresses, folder: str) -> None:
    """An owner's field with a host is an ordinary field in the other styles."""
    owner = Distributor(id="7", alias="jane", name="Jane", fields={"domain": "oneil.example"})
    assert a_site(addresses).owner_folder(owner) == folder


@pytest.mark.parametrize(
    ("addresses", "has_hosts", "field", "suffix"),
    [
        (PATH, False, "", ""),
        (SUBDOMAIN, True, "", ".tea.example"),
        (DOMAIN, True, "domain", ".tea.example"),
    ],
)
def test_each_style_says_whether_sites_have_hosts(
    addresses: Addresses, has_hosts: bool, field: str, suffix: str
) -> None:
    """Callers ask for what follows from the style, and not for the style."""
    assert (addresses.has_hosts, addresses.own_host_field, addresses.host_suffix) == (
        has_hosts,
        field,
        suffix,
    )


@given(st.text(alphabet="ab0-./\\:%\n\x00 ü", max_size=20))
def test_no_host_leaves_the_output(host: str) -> None:
    """Whatever an owner brings as a host, their folder is one folder below _hosts, or refused."""
    try:
        folder = DOMAIN.folder_of("jane", host)
    except ValueError:
        return
    folders = folder.split("/")
    assert (folders[0], len(folders), folders[2]) == ("_hosts", 3, "")
    assert folders[1].strip(".") == folders[1] != ""
