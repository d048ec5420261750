"""The headers that protect visitors: there without a word, and site.toml changes each."""

from pathlib import Path

from replisite.model.security import security_headers
from replisite.model.site import Addresses
from tests.rosters import a_site


def policy(**changes):
    """The policy of a site, by directive."""
    told = security_headers(a_site(Path("/site"), **changes))["Content-Security-Policy"]
    return dict(rule.split(" ", 1) for rule in told.split("; "))


def test_without_a_word_all_of_them_are_sent():
    assert security_headers(a_site(Path("/site"), links={"shop": "https://shop.tea.example/{sku}{?id}"})) == {
        "Content-Security-Policy": "default-src 'self'; base-uri 'self'; form-action 'self' https://shop.tea.example; "
        "frame-ancestors 'self'; img-src 'self' data: https:; object-src 'none'; style-src 'self'; "
        "style-src-attr 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Frame-Options": "SAMEORIGIN",
        "Strict-Transport-Security": "max-age=31536000",
    }


def test_only_https_asks_for_https():
    assert "Strict-Transport-Security" not in security_headers(a_site(Path("/site"), url="http://tea.test"))


def test_site_toml_changes_drops_and_adds():
    headers = {"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "", "X-Tea": "oolong"}
    found = security_headers(a_site(Path("/site"), headers=headers))
    assert found["Content-Security-Policy"] == "default-src 'none'"
    assert "X-Frame-Options" not in found
    assert list(found)[-1] == "X-Tea"


def test_what_exists_once_may_come_from_the_company_where_owners_have_hosts():
    found = policy(addresses=Addresses(style="subdomain", host="tea.example"))
    assert found["default-src"] == found["style-src"] == "'self' https://www.tea.example"


def test_forms_may_lead_to_the_hosts_of_links():
    """To any of a scheme where the host differs by owner or market."""
    links = {
        "shop": "https://shop.tea.example/{sku}{?id}",
        "again": "https://shop.tea.example/again{?id}",
        "market": "https://{market}.tea.example/{?id}",
        "within": "https://shop.{market}.tea.example/{?id}",
        "path": "https://join.tea.example{/market}{?id}",
        "port": "http://localhost:8080/{?id}",
    }
    assert policy(links=links)["form-action"].split() == [
        "'self'",
        "https://shop.tea.example",
        "https:",
        "https://join.tea.example",
        "http://localhost:8080",
    ]
