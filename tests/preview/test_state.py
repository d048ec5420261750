"""A change replaces the state; what could not be read leaves the last good parts as they are."""

from __future__ import annotations

import dataclasses
from typing import cast

import pytest

from replisite.errors import Fault
from replisite.model.site import Site
from replisite.preview.config import Config
from replisite.preview.messages import RosterResult, SiteIndex
from replisite.preview.state import RosterState, State

OLD, NEW = cast(Site, "the old site"), cast(Site, "the new site")
FAULT, OTHER = Fault("site.toml", 1, "is odd"), Fault("content/a.md", 2, "is odd")


@pytest.mark.parametrize(
    ("before", "config", "site"),
    [
        (OLD, Config(NEW), NEW),
        (OLD, Config(NEW, (FAULT,)), OLD),
        (None, Config(NEW, (FAULT,)), NEW),
        (OLD, Config(None, (FAULT,)), OLD),
    ],
)
def test_a_site_with_faults_replaces_none_without(before: Site | None, config: Config, site: Site) -> None:
    """It is shown only where there is no other; its faults are reported in any case."""
    state = State(before).with_config(config)
    assert (state.site, state.config_faults) == (site, config.faults)


def test_pages_stay_while_the_new_ones_have_faults() -> None:
    """Readings without faults are counted, and end the faults of the one before."""
    good = SiteIndex((), main="GB-en")
    first = State(OLD).with_content(good)
    broken = first.with_content(SiteIndex((OTHER,), main="US-en"))
    assert (broken.site_index, broken.content_faults, broken.generation) == (good, (OTHER,), 1)
    assert broken.version == first.version
    fixed = broken.with_content(good)
    assert (fixed.content_faults, fixed.generation) == ((), 2)


@pytest.mark.parametrize(
    ("result", "phase"), [(RosterResult(warnings=("odd",)), "ready"), (RosterResult((FAULT,), 7), "failed")]
)
def test_an_import_that_ends_changes_the_version(result: RosterResult, phase: str) -> None:
    """With faults or without: the people that a page shows may be others."""
    before = State(OLD)
    state = before.with_roster(result)
    assert (state.roster.phase, state.roster_faults, state.uncounted) == (
        phase,
        result.faults,
        result.uncounted,
    )
    assert state.warnings == result.warnings
    assert state.version != before.version
    assert before == State(OLD)


def test_a_fault_of_two_parts_is_one() -> None:
    """The file is read with site.toml and with the content."""
    state = State(OLD, config_faults=(FAULT,), content_faults=(FAULT, OTHER))
    assert state.faults == (FAULT, OTHER)


def test_a_state_is_frozen() -> None:
    """A response is made from one state, whatever changes meanwhile."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        State(OLD).generation = 1  # type: ignore[misc]


def test_progress_is_plain_data() -> None:
    """The browser's keys."""
    assert RosterState("reading", 3, 9).as_json() == {"state": "reading", "done": 3, "total": 9}
