"""Money, dates and times as readers of an edition write them."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment

from replisite.model.site import Market
from replisite.pages.functions import moment

EVENING = datetime.datetime(2026, 12, 9, 19, 30, tzinfo=datetime.UTC)
SUMMER = datetime.datetime(2026, 7, 9, 19, 30, tzinfo=datetime.UTC)


def _written(value: datetime.datetime, zone: str, market: str, language: str = "en") -> str:
    environment = Environment()
    environment.filters["moment"] = moment
    template = environment.from_string("{{ value|moment(zone) }}")
    where = Market(market, market, "GBP", (language,), "open")
    return template.render(value=value, zone=zone, market=where, language=language)


@pytest.mark.parametrize(
    ("value", "zone", "market", "expected"),
    [
        (EVENING, "Europe/London", "GB", "Wednesday 9 December 2026, 19:30 GMT"),
        (EVENING, "Europe/London", "US", "Wednesday 9 December 2026, 19:30 GMT"),
        (SUMMER, "Europe/London", "US", "Thursday 9 July 2026, 20:30 British Summer Time"),
        (SUMMER, "America/New_York", "GB", "Thursday 9 July 2026, 15:30 Eastern Daylight Time"),
        (SUMMER, "America/New_York", "US", "Thursday 9 July 2026, 15:30 EDT"),
        (EVENING, "UTC", "GB", "Wednesday 9 December 2026, 19:30 UTC"),
        (EVENING, "Asia/Kathmandu", "GB", "Thursday 10 December 2026, 01:15 GMT+05:45"),
        (EVENING.astimezone(datetime.timezone(datetime.timedelta(hours=-5))), "", "US", "Wednesday 9 December 2026, 14:30 UTC-05:00"),
        (EVENING.astimezone(ZoneInfo("Europe/Paris")), "", "GB", "Wednesday 9 December 2026, 20:30 CET"),
    ],
)  # fmt: skip
def test_a_time_carries_the_name_of_its_zone(
    value: datetime.datetime, zone: str, market: str, expected: str
) -> None:
    """Never a bare "+0000"."""
    assert _written(value, zone, market) == expected
