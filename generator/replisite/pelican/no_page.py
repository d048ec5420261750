"""The reason why a text has no page now: it is a draft, it is dated in the future, or it has expired."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pelican.contents import Content

from replisite.content.documents import parse_document
from replisite.content.yaml_text import YamlError
from replisite.pelican.content_class import KindContent
from replisite.pelican.content_dates import moment

__all__ = ["has_page", "why_no_page"]

_STATUSES = {
    "draft": ("is a draft", "publish it (status: published), remove the link, or build with --drafts"),
    "skip": ("has the status skip", "publish it (status: published), or remove the link"),
}


def has_page(content: Content) -> bool:
    """Say whether a page is written for content that was read; a part of a list's page counts."""
    return isinstance(content, KindContent) or bool(content.save_as)


def why_no_page(
    file: Path, name: str, now: datetime.datetime, *, drafts: bool, future: bool
) -> tuple[str, str] | None:
    """Return why a text has no page, with the line that says so, and what to do; None where its front matter has no reason.

    ``name`` is the file as the reason calls it. ``drafts`` and ``future``: drafts, and texts with a later date, are built.
    """
    try:
        document = parse_document(file.read_text(encoding="utf-8-sig"), "title: About", is_optional=True)
    except (OSError, UnicodeDecodeError, YamlError):  # it is reported where it is read
        return None
    values = {key: value for key, value in document.values.items() if isinstance(value, str)}
    reason = _status_reason(values, drafts=drafts) or _date_reason(values, now, future=future)
    if reason is None:
        return None
    key, what, advice = reason
    line = document.lines_of.get(key, 0)
    return f"{name} {what}{f' (line {line})' if line else ''}, so it has no page", advice


def _status_reason(values: Mapping[str, str], *, drafts: bool) -> tuple[str, str, str] | None:
    status = values.get("status", "").strip().lower()
    if status not in _STATUSES or (drafts and status == "draft"):
        return None
    return "status", *_STATUSES[status]


def _date_reason(
    values: Mapping[str, str], now: datetime.datetime, *, future: bool
) -> tuple[str, str, str] | None:
    date, expires = _moment_of(values, "date"), _moment_of(values, "expires")
    if date is not None and date > now and not future:
        what = f"is dated {values['date'].strip()}"
        return "date", what, "correct the date, remove the link, or build with --future"
    if expires is not None and expires <= now:
        return "expires", f"expired on {values['expires'].strip()}", "correct the date, or remove the link"
    return None


def _moment_of(values: Mapping[str, str], key: str) -> datetime.datetime | None:
    with suppress(ValueError):
        return moment(datetime.datetime.fromisoformat(values.get(key, "").strip()))
    return None
