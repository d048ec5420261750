"""Dates decide what is built now, and until when the pages stay as they are."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from replisite.errors import Fault
from replisite.pelican.content_dates import NextChange, is_due, leave_out_expired, moment
from replisite.pelican.faults import PelicanFaults

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR


def an_item(**fields: Any) -> Any:
    """Return a published item that neither comes nor goes."""
    return SimpleNamespace(**{"status": "published", "date": None, "expires": None, **fields})


@pytest.mark.parametrize(
    ("fields", "usual", "with_drafts", "with_future"),
    [
        ({}, True, True, True),
        ({"status": "hidden"}, True, True, True),
        ({"status": "draft"}, False, True, False),
        ({"date": NOW + HOUR}, False, False, True),
        ({"date": (NOW - HOUR).replace(tzinfo=None)}, True, True, True),
        ({"expires": NOW}, False, False, False),
        ({"expires": NOW + HOUR}, True, True, True),
    ],
)
def test_an_item_is_built_when_it_is_due(
    fields: dict[str, Any], usual: bool, with_drafts: bool, with_future: bool
) -> None:
    """Drafts and later dates are built on request; what has expired is not."""
    item = an_item(**fields)
    assert is_due(item, NOW, drafts=False, future=False) is usual
    assert is_due(item, NOW, drafts=True, future=False) is with_drafts
    assert is_due(item, NOW, drafts=False, future=True) is with_future


@pytest.mark.parametrize(
    ("dates", "until"),
    [
        ([], None),
        ([NOW - HOUR], None),
        ([NOW + DAY, NOW + HOUR], NOW + HOUR),
        ([NOW], NOW),
        ([datetime.date(2026, 6, 4)], datetime.datetime(2026, 6, 3, tzinfo=datetime.UTC)),
        ([datetime.datetime(2026, 6, 2, 6)], NOW),  # noqa: DTZ001 - a time without a zone
        ([datetime.date(2026, 5, 1)], None),
    ],
)
def test_the_next_change_is_the_first_date_to_come(
    dates: list[datetime.date], until: datetime.datetime | None
) -> None:
    """A time without a zone comes up to a day earlier somewhere."""
    change = NextChange(NOW)
    for date in dates:
        change.note(date)
    assert change.until == until


def test_a_time_without_a_zone_is_utc() -> None:
    """As Pelican's own dates are."""
    assert moment(NOW.replace(tzinfo=None)) == NOW


@pytest.mark.parametrize(
    ("expires", "status"),
    [("2026-06-01", "hidden"), ("2026-06-02", "published"), (None, "published"), ("soon", "published")],
)
def test_an_expired_page_is_hidden_and_not_written(expires: str | None, status: str) -> None:
    """A date that cannot be read is a fault."""
    page = an_item(expires=expires, source_path="/site/content/pages/p.md")
    noted = PelicanFaults(Path("/site"), Path("/site/content"))
    leave_out_expired(page, NOW, noted)
    assert page.status == status
    assert getattr(page, "override_save_as", None) == ("" if status == "hidden" else None)
    advice = "write 2026-12-31"
    faults = [Fault("content/pages/p.md", 1, "expires: wants a date, got 'soon'", advice)]
    assert noted.faults == (faults if expires == "soon" else [])
