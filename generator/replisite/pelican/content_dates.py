"""Dates of content: what is built now, what has expired, and when the next item comes or goes."""

from __future__ import annotations

import datetime
from contextlib import suppress
from typing import Any

from pelican.contents import Content

from replisite.content.relations import is_over_from
from replisite.pelican.content_class import KindContent
from replisite.pelican.faults import PelicanFaults

__all__ = ["NextChange", "is_due", "leave_out_expired", "moment", "note_dates"]

_A_DAY = datetime.timedelta(days=1)


def moment(value: datetime.datetime) -> datetime.datetime:
    """Return a time as a moment: without a zone it is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)


def is_due(content: Any, now: datetime.datetime, *, drafts: bool, future: bool) -> bool:
    """Say whether an item of our kinds is built now."""
    if content.status == "draft" and not drafts:
        return False
    if getattr(content, "date", None) is not None and moment(content.date) > now and not future:
        return False
    return content.expires is None or moment(content.expires) > now


class NextChange:
    """Finds the first moment after ``now`` at which dated content makes other pages: ``until``, or None."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now
        self.until: datetime.datetime | None = None

    def note(self, when: datetime.date) -> None:
        """Note a date of some content. A time without a zone may already have come somewhere."""
        if not isinstance(when, datetime.datetime):
            when = datetime.datetime.combine(when, datetime.time())
        then = moment(when)
        if then + _A_DAY <= self.now:
            return
        if when.tzinfo is None:  # somewhere it is that time a day earlier
            then = max(then - _A_DAY, self.now)
        if then >= self.now and (self.until is None or then < self.until):
            self.until = then


def note_dates(content: Content, next_change: NextChange) -> None:
    """Note when an item comes, when it expires, and when an event is over."""
    for when in (getattr(content, "date", None), getattr(content, "expires", None)):
        with suppress(ValueError, TypeError, AttributeError):  # `leave_out_expired` reports it
            next_change.note(
                when if isinstance(when, datetime.date) else datetime.datetime.fromisoformat(str(when))
            )
    if isinstance(content, KindContent) and content.kind.is_dated:
        next_change.note(is_over_from(content))


def leave_out_expired(content: Content, now: datetime.datetime, noted_faults: PelicanFaults) -> None:
    """Hide an article or a page that has expired; our kinds are left out where they are read."""
    expires = getattr(content, "expires", None)
    if isinstance(content, KindContent) or not expires:
        return
    try:
        when = moment(datetime.datetime.fromisoformat(str(expires)))
    except ValueError:
        what = f"expires: wants a date, got {expires!r}"
        noted_faults.note(content.source_path, 1, what, "write 2026-12-31")
        return
    if when <= now:
        content.status = "hidden"
        content.override_save_as = ""
