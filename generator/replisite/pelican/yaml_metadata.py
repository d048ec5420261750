"""Values of YAML front matter of articles and pages: what Pelican accepts, and what other generators mean."""

from __future__ import annotations

import datetime
from typing import Any, TypeGuard

from dateutil import parser as date_parser  # type: ignore[import-untyped]  # comes with Pelican, without types

from replisite.content.yaml_text import parse_moment

__all__ = ["exact_date", "is_text_or_texts", "is_unpublished"]

_DEFAULTS = (datetime.datetime(2000, 1, 1), datetime.datetime(2001, 2, 2))  # noqa: DTZ001 - as dateutil's default is
"""Two defaults of dateutil for missing parts of a date: different results show that a part is missing."""

_MOMENTS = frozenset({"date", "modified", "expires"})
"""Keys of dates, written in YAML's way or in any that Pelican understands."""


def is_unpublished(name: str, value: object) -> bool:
    """Say whether a key of Hugo, Jekyll and others (in small letters) keeps a page back: here it would be published.

    >>> is_unpublished("draft", "true"), is_unpublished("published", "No"), is_unpublished("draft", "false")
    (True, True, False)
    """
    meant = {"draft": {"true", "yes", "on", "1"}, "published": {"false", "no", "off", "0"}}.get(name, ())
    return isinstance(value, str) and value.strip().lower() in meant


def is_text_or_texts(value: object) -> TypeGuard[str | list[str]]:
    """Say whether a value is a text or a list of texts."""
    items = value if isinstance(value, list) else [value]
    return all(isinstance(item, str) for item in items)


def exact_date(name: str, text: Any) -> Any:
    """Return the value of a key; raises ValueError for a date of which Pelican would guess a part from today's."""
    if name not in _MOMENTS or not isinstance(text, str):
        return text
    date = parse_moment(text)
    if date is not None:
        return str(date)
    if name != "expires":
        days = {date_parser.parse(text.replace("_", " "), default=default).date() for default in _DEFAULTS}
        if len(days) > 1:
            raise ValueError(f'"{text}" names no day')
    return text
