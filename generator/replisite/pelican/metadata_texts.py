"""Placeholders in the metadata of articles and pages: keys that may hold them, and keys that may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pelican.utils import slugify

from replisite.content.marks import OPEN, without_marks
from replisite.pelican.conversion import marked_text
from replisite.pelican.placeholders import Placeholders

__all__ = ["CANNOT_STAND", "marked_metadata", "static_slug"]

CANNOT_STAND = "an owner's value cannot stand here", "write a text that is the same for all owners"
"""The fault of a placeholder in a name, a date or an address, and the advice."""

_FIXED = frozenset(
    {
        "author",
        "authors",
        "category",
        "date",
        "expires",
        "lang",
        "modified",
        "path",
        "save_as",
        "slug",
        "status",
        "tags",
        "template",
        "timezone",
        "translation",
        "url",
    }
)
"""Keys of which Pelican makes names, dates and addresses."""


def marked_metadata(name: str, value: Any, placeholders: Placeholders) -> Any:
    """Return a value with marks in it, unless Pelican makes something else of this key than text."""
    if isinstance(value, list):
        return [marked_metadata(name, item, placeholders) for item in value]
    if not isinstance(value, str):
        return value
    if name not in _FIXED:
        return marked_text(placeholders, value)
    for braces in placeholders.syntax.find(value):
        placeholders.refuse(braces.raw, *CANNOT_STAND)
    return value


def static_slug(metadata: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the slug that a title with an owner's value gives without it; nothing where there is another slug.

    Raises ValueError if nothing is left.
    """
    title = str(metadata.get("title", ""))
    named = f"{settings['FILENAME_METADATA']}{settings['PATH_METADATA']}"
    if (
        OPEN not in title
        or "slug" in metadata
        or settings["SLUGIFY_SOURCE"] != "title"
        or "?P<slug>" in named
    ):
        return {}
    slug = slugify(
        without_marks(title),
        regex_subs=settings.get("SLUG_REGEX_SUBSTITUTIONS", []),
        preserve_case=settings.get("SLUGIFY_PRESERVE_CASE", False),
        use_unicode=settings.get("SLUGIFY_USE_UNICODE", False),
    )
    if not slug:
        raise ValueError("no address can be made of an owner's value alone")
    return {"slug": slug}
