"""Commands report their phases, their progress and their findings one way."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from replisite.commands.build import BuildOptions, build
from replisite.commands.check import CheckOptions, check
from replisite.commands.explain import ExplainOptions, explain
from replisite.commands.roster import count_roster
from replisite.config import load_site
from replisite.model.options import Options
from replisite.model.site import Site
from replisite.rendering.steps import Findings
from replisite.reporting import MemoryReporter, NoticeKind, Reporter
from tests.little_site import LittleSite

SOURCE = Options(jobs=1)

COMMANDS: dict[str, tuple[Callable[[Site, Reporter], Findings], str]] = {
    "build": (
        lambda site, reporter: build(site, BuildOptions(source=SOURCE), reporter),
        "content roster photos prove press commit",
    ),
    "check": (
        lambda site, reporter: check(site, CheckOptions(counts_links=True, source=SOURCE), reporter),
        "content roster photos prove links",
    ),
    "explain": (
        lambda site, reporter: explain(site, ExplainOptions(source=SOURCE), reporter),
        "content",
    ),
    "roster": (lambda site, reporter: count_roster(site, SOURCE, reporter), "content roster"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_phases_are_reported_and_timed(little: LittleSite, name: str) -> None:
    """In the order of the work, and the report has the seconds of each."""
    command, phases = COMMANDS[name]
    reporter = MemoryReporter()
    report = command(load_site(little.root), reporter)
    assert reporter.phases == phases.split()
    assert list(report.seconds) == phases.split()


def test_sites_and_pages_are_counted_while_they_are_pressed(little: LittleSite) -> None:
    """Of all sites, or of those that are built; the last report is the result."""
    for only, total in ((), 2), (("jane",), 1):
        reporter = MemoryReporter()
        options = BuildOptions(only=only, source=SOURCE)
        report = build(load_site(little.root), options, reporter)
        pressed = reporter.events[reporter.events.index(("begin", "press")) :]
        assert ("advance", total, total, report.pages, 0) in pressed
        assert report.sites == total


def test_json_has_the_notices_as_texts(little: LittleSite) -> None:
    """Under the key that it always had, and in its order."""
    little.change("content/roster.csv", "active", "lapsed")
    report = build(load_site(little.root), BuildOptions(source=SOURCE), MemoryReporter())
    text = "no active distributor on the roster: only the corporate site is built"
    assert [(notice.kind, notice.text) for notice in report.notices] == [(NoticeKind.ROSTER, text)]
    plain = json.loads(json.dumps(report.as_json()))
    assert plain["warnings"] == [text]
    assert list(plain)[4:7] == ["seconds", "warnings", "skipped"]
    assert "notices" not in plain
