"""Where visitors are sent: always straight to a site that is there, and never to whoever else has the alias."""

from pathlib import Path

import pytest

from replisite.model.redirects import (
    MovedSite,
    Redirect,
    format_redirect,
    iter_joined,
    parse_redirect,
    redirects_of,
)
from replisite.model.site import Addresses
from tests.rosters import a_site

PATHS = a_site(Path("/site"))
HOSTS = a_site(Path("/site"), addresses=Addresses(style="subdomain", host="tea.example"))
DOMAINS = a_site(
    Path("/site"), addresses=Addresses(style="domain", host="tea.example", domain_field="domain")
)


def a_person(**changes):
    values = {
        "alias": "jane",
        "host": "",
        "previous": ("old", "older"),
        "has_site": True,
        "upline": ("ann", ""),
    }
    return MovedSite(**(values | changes))


def with_policy(site, lapsed):
    addresses = site.addresses
    return a_site(
        Path("/site"),
        addresses=Addresses(addresses.style, "folder", addresses.host, addresses.domain_field, (), lapsed),
    )


def test_every_earlier_alias_leads_straight_to_the_newest():
    """Old and older both, without a step between."""
    assert list(redirects_of(PATHS, a_person())) == [
        Redirect("/old/", "/jane/", 301),
        Redirect("/older/", "/jane/", 301),
    ]


def test_who_has_left_leads_to_the_nearest_upline_with_all_aliases():
    """For now: they may come back."""
    assert list(redirects_of(PATHS, a_person(has_site=False))) == [
        Redirect("/old/", "/ann/", 302),
        Redirect("/older/", "/ann/", 302),
        Redirect("/jane/", "/ann/", 302),
    ]


def test_without_an_upline_the_company_takes_the_visitor():
    assert {one.target for one in redirects_of(PATHS, a_person(has_site=False, upline=None))} == {"/"}
    assert {one.target for one in redirects_of(HOSTS, a_person(has_site=False, upline=None))} == {
        "https://www.tea.example/"
    }


def test_the_company_or_nobody_as_site_toml_says():
    closed = a_person(has_site=False)
    assert {one.target for one in redirects_of(with_policy(PATHS, "company"), closed)} == {"/"}
    assert list(redirects_of(with_policy(PATHS, "gone"), closed)) == []
    assert len(list(redirects_of(with_policy(PATHS, "gone"), a_person()))) == 2


def test_hosts_lead_to_hosts():
    assert list(redirects_of(HOSTS, a_person(previous=("old",)))) == [
        Redirect("old.tea.example", "https://jane.tea.example/", 301)
    ]


def test_a_domain_of_their_own_is_where_old_aliases_lead():
    """And it leads elsewhere itself when they have left."""
    jane = a_person(host="jane.example", previous=("old",), upline=("ann", "ann.example"))
    assert list(redirects_of(DOMAINS, jane)) == [Redirect("old.tea.example", "https://jane.example/", 301)]
    left = a_person(host="jane.example", previous=("old",), upline=("ann", "ann.example"), has_site=False)
    assert list(redirects_of(DOMAINS, left)) == [
        Redirect("old.tea.example", "https://ann.example/", 302),
        Redirect("jane.example", "https://ann.example/", 302),
    ]


def test_nothing_leads_to_itself():
    assert list(redirects_of(PATHS, a_person(previous=("jane", "old")))) == [Redirect("/old/", "/jane/", 301)]


def test_of_some_sites_built_anew_only_those_redirects_hold_that_lead_to_a_site():
    """Jane is Janet now and is not built yet; Bo was Janet's downline, and is gone."""
    old = [Redirect("/j/", "/jane/", 301), Redirect("/kept/", "/omar/", 301)]
    new = [
        Redirect("/bo/", "/omar/", 302),
        Redirect("/j/", "/janet/", 301),
        Redirect("/jane/", "/janet/", 301),
        Redirect("/kept/", "/omar/", 301),
        Redirect("/left/", "/", 302),
    ]
    before = {"jane/", "omar/", "theme/"}
    assert list(iter_joined(old, new, before, "/")) == [
        Redirect("/bo/", "/omar/", 302),
        Redirect("/j/", "/jane/", 301),
        Redirect("/kept/", "/omar/", 301),
        Redirect("/left/", "/", 302),
    ]
    after = {"janet/", "omar/", "theme/"}
    assert list(iter_joined(old, new, after, "/")) == new


def test_hosts_are_joined_by_their_folders():
    one = Redirect("old.tea.example", "https://jane.tea.example/", 301)
    home = Redirect("bo.tea.example", "https://www.tea.example/", 302)
    there = {"_hosts/jane.tea.example/"}
    assert list(iter_joined([one], [home], there, HOSTS.local_url_of(""))) == [home, one]
    assert list(iter_joined([one], [], set(), HOSTS.local_url_of(""))) == []


@pytest.mark.parametrize(
    "redirect",
    [
        Redirect("/old/", "/new/", 301),
        Redirect("/old/", "/", 302),
        Redirect("a.example", "https://b.example/", 302),
    ],
)
def test_a_line_is_read_as_it_was_written(redirect):
    assert parse_redirect(format_redirect(redirect)) == redirect


@pytest.mark.parametrize(
    "line",
    [
        "301 /old/ /new/;",
        "301 /old/ /new",
        "301 /o$ld/ /new/",
        "200 /old/ /new/",
        '301 /old/ https://b.example/" always;/',
        "301 /old/../ /new/",
        "301 /old/ //evil.example/",
        "301 /old/",
    ],
)
def test_anything_more_than_an_address_is_no_redirect(line):
    with pytest.raises(ValueError):
        parse_redirect(line)
