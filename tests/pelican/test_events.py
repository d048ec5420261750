"""Events that are over leave the lists of what is to come, on the day and not before."""

from __future__ import annotations

import pytest

from tests.little_site import LittleSite

HOME = '{% extends "base.html" %}{% block main %}<h1>Home</h1>'
LISTS = (
    "<ul>{% for e in events %}<li>next {{ e.title }}</li>{% endfor %}"
    "{% for e in past_events %}<li>past {{ e.title }}</li>{% endfor %}</ul>{% endblock %}"
)
EVENT = '{% extends "base.html" %}{% block main %}{{ "over" if event.is_over else "to come" }}{% endblock %}'


@pytest.fixture
def site(little: LittleSite) -> LittleSite:
    """A site with three events: one without an end, one with, one far away."""
    little.write("themes/little/templates/index.html", HOME + LISTS)
    little.write("themes/little/templates/event.html", EVENT)
    little.write("themes/little/templates/events.html", HOME + LISTS)
    for name, times in {
        "open": "starts: 2026-06-01T18:00:00+01:00\ntimezone: Europe/London",
        "closed": "starts: 2026-06-01T18:00:00+01:00\nends: 2026-06-01T20:00:00+01:00",
        "far": "starts: 2027-01-01T18:00:00+00:00",
    }.items():
        little.write(f"content/events/{name}.md", f"---\ntitle: {name}\n{times}\n---\nCome.\n")
    return little


def _lists(site: LittleSite, monkeypatch: pytest.MonkeyPatch, now: int) -> list[str]:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(now))
    site.build()
    home = (site.output / "jane/index.html").read_text()
    return (
        home.split("<ul>")[1].split("</ul>")[0].removeprefix("<li>").removesuffix("</li>").split("</li><li>")
    )


BEFORE = 1780333200  # 2026-06-01 17:00 UTC, when both have begun
AFTER = BEFORE + 2 * 3600 + 1  # 19:00:01 UTC
MIDNIGHT = BEFORE + 6 * 3600  # 23:00 UTC is midnight in London


def test_past_events_leave_the_list_at_their_end(site: LittleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that were kept from the last build are made again when an event ends."""
    assert _lists(site, monkeypatch, BEFORE) == ["next closed", "next open", "next far"]
    assert _lists(site, monkeypatch, AFTER) == ["next open", "next far", "past closed"]
    assert (site.output / "jane/events/closed/index.html").read_text().count("over") == 1


def test_an_event_without_an_end_ends_with_its_day(site: LittleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day is that of the event's own zone."""
    assert _lists(site, monkeypatch, MIDNIGHT - 1) == ["next open", "next far", "past closed"]
    assert _lists(site, monkeypatch, MIDNIGHT) == ["next far", "past open", "past closed"]


def test_the_list_page_stays_when_all_events_are_over(
    site: LittleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links to it still lead somewhere."""
    lists = _lists(site, monkeypatch, BEFORE + 400 * 86400)
    assert lists == ["past far", "past open", "past closed"]
    assert (site.output / "jane/events/index.html").is_file()


def test_an_unknown_time_zone_is_a_fault(site: LittleSite) -> None:
    """With its line, and the zone that was meant."""
    site.change("content/events/open.md", "Europe/London", "Europe/Londn")
    done = site.build(code=1)
    assert (
        'content/events/open.md:4: timezone: no time zone "Europe/Londn"; did you mean "Europe/London"?'
        in (done.stderr)
    )
