"""Dates in front matter are exact, and the switches of other generators are recognised."""

from __future__ import annotations

import pytest

from replisite.pelican.yaml_metadata import exact_date, is_text_or_texts, is_unpublished


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("date", "2026-10-05", "2026-10-05"),
        ("modified", "2026-10-05T19:00:00+00:00", "2026-10-05 19:00:00+00:00"),
        ("date", "5 October 2026", "5 October 2026"),
        ("expires", "soon", "soon"),
        ("title", "2026-10-05", "2026-10-05"),
        ("date", ["2026-10-05"], ["2026-10-05"]),
    ],
)
def test_a_date_is_written_for_pelican(name: str, text: object, expected: object) -> None:
    """Other values stay as they are."""
    assert exact_date(name, text) == expected


@pytest.mark.parametrize("text", ["19:00", "October", "Monday"])
def test_a_date_without_a_day_is_refused(text: str) -> None:
    """Pelican would take the missing part from today's date."""
    with pytest.raises(ValueError, match=f'"{text}" names no day'):
        exact_date("date", text)


@pytest.mark.parametrize(
    ("name", "value", "is_kept_back"),
    [
        ("draft", "True", True),
        ("draft", "false", False),
        ("published", " no ", True),
        ("published", "2026-10-05", False),
        ("status", "true", False),
        ("draft", None, False),
    ],
)
def test_switches_of_other_generators_are_recognised(name: str, value: object, is_kept_back: bool) -> None:
    """A page that they keep back would be published here."""
    assert is_unpublished(name, value) is is_kept_back


def test_a_value_is_a_text_or_a_list_of_texts() -> None:
    """Nothing else has a meaning to Pelican."""
    assert [is_text_or_texts(value) for value in ("a", ["a", "b"], {"a": "b"}, [["a"]])] == [
        True,
        True,
        False,
        False,
    ]
