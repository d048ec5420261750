"""A roster is read on terms: each field of site.toml is one of them, or is known not to matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replisite.model.roster_terms import IRRELEVANT, roster_terms
from replisite.model.site import Roster
from tests.site_fields import changed_sites, full_site

SITES = (full_site(Path("/site")), replace(full_site(Path("/site")), roster=Roster()))
NAMES = list(dict.fromkeys(name for name, _ in changed_sites(SITES[0])))


def is_irrelevant(name: str) -> bool:
    return any(name == other or name.startswith(f"{other}.") for other in IRRELEVANT)


@pytest.mark.parametrize("name", NAMES)
def test_each_field_changes_the_terms_or_is_irrelevant(name: str) -> None:
    """A new field of `Site` fails here until it is read into the terms, or listed with a reason."""
    terms = [
        (roster_terms(site), roster_terms(changed))
        for site in SITES
        for other, changed in changed_sites(site)
        if other == name
    ]
    assert any(before != after for before, after in terms) != is_irrelevant(name)


def test_each_irrelevant_field_exists_and_has_a_reason() -> None:
    """A field that is gone must not stay in the list."""
    for name, reason in IRRELEVANT.items():
        assert reason
        assert any(known == name or known.startswith(f"{name}.") for known in NAMES), name
