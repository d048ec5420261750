"""Pages are reused as long as the fields of site.toml that they depend on are the same: each field is one, or is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replisite.rendering.cache_key import IRRELEVANT, named_fields, site_key
from tests.site_fields import changed_sites, full_site

SITE = full_site(Path("/site"))
CHANGES = list(changed_sites(SITE))


def is_irrelevant(name: str) -> bool:
    return any(name == other or name.startswith(f"{other}.") for other in IRRELEVANT)


@pytest.mark.parametrize(("name", "changed"), CHANGES, ids=[name for name, _ in CHANGES])
def test_each_field_is_in_the_key_or_irrelevant(name: str, changed: object) -> None:
    """A new field of `Site` is in the key until it is listed with a reason."""
    assert (site_key(changed) != site_key(SITE)) != is_irrelevant(name)  # type: ignore[arg-type]


def test_each_irrelevant_field_exists_and_has_a_reason() -> None:
    """A field that is gone must not stay in the list."""
    for name, reason in IRRELEVANT.items():
        assert reason
        assert any(known == name or known.startswith(f"{name}.") for known, _ in CHANGES), name


def test_items_that_are_added_or_swapped_change_the_key() -> None:
    """Not only a field of the first market counts."""
    (market,) = SITE.markets
    other = replace(market, code="US")
    keys = [
        site_key(replace(SITE, markets=markets)) for markets in [(market,), (market, other), (other, market)]
    ]
    assert len({repr(key) for key in keys}) == len(keys)


def test_with_pelicans_own_defaults_the_rosters_file_is_in_the_key() -> None:
    """Its STATIC_PATHS may name any file, the roster's too."""
    site = replace(SITE, pelican_defaults="pelican")
    other = replace(site, roster=replace(site.roster, source="content/other.csv"))
    assert site_key(site) != site_key(other)


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{ site.name }} {% if site.url %}x{% endif %} {% set site = 1 %} our site, {{ title }}", []),
        ('{{ distributor.name or "the owner of the site" }}', []),
        ("{{ site.targets.live.url }}", ["targets"]),
        ('{{ site["output"] }}', ["output"]),
        ("{% set s = site.addresses %}{{ s.reserved }}", ["addresses"]),
        ("{% for name in (site .headers) %}{% endfor %}", ["headers"]),
    ],
)
def test_a_field_that_a_template_names_is_found(template: str, names: list[str]) -> None:
    """However the template reads it from the site."""
    found = named_fields(template.encode())
    assert found == frozenset(names)


@pytest.mark.parametrize(
    "template",
    ["{{ site }}", "{{ show(site) }}", "{% set s = site %}", "{{ site|pprint }}", "{{ 'a' ~ site ~ 'b c' }}"],
)
def test_a_site_as_a_whole_names_all_fields(template: str) -> None:
    """What is done with it is not known."""
    assert named_fields(template.encode()) == {name.partition(".")[0] for name in IRRELEVANT}


def test_a_named_field_is_in_the_key() -> None:
    """With all of its parts."""
    changed = dict(CHANGES)
    for name in IRRELEVANT:
        named = frozenset({name.partition(".")[0]})
        (site, *_) = (
            site for other, site in changed.items() if other == name or other.startswith(f"{name}.")
        )
        assert site_key(site, named) != site_key(SITE, named)
