"""The names that templates get beside Pelican's own: those of an edition, and those of a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pelican.contents import Content

from replisite.content.catalog import Catalog
from replisite.content.kinds import KINDS, index_url
from replisite.model.site import Site
from replisite.pelican.writer import Recorded

__all__ = ["edition_names", "page_names"]


def edition_names(site: Site, catalog: Catalog, news_url: str) -> Mapping[str, Any]:
    """Return the names that every page of an edition has; ``urls`` has "" for a list that is empty there."""
    shown = {kind.index for kind in KINDS if kind.name in catalog.present}
    urls = {
        kind.index: index_url(kind, site.addresses.page_urls) if kind.index in shown else ""
        for kind in KINDS
        if kind.index
    }
    return {
        "site": site,
        "edition": catalog.edition,
        "market": catalog.edition.market,
        "language": catalog.edition.language,
        "urls": {"home": "", **urls, "news": news_url},
    }


def page_names(site: Site, recorded: Recorded, *, is_corporate: bool) -> Mapping[str, Any]:
    """Return ``page_kind``, ``protected`` and ``canonical`` of a page; the last only of a page of the corporate site."""
    subject_kind, subject = _subject(recorded)
    listed = recorded.own.get("page_kind", "")
    items = recorded.context.get(listed)
    if items and not subject_kind:
        protected = all(content.is_protected for content in items)
    else:
        protected = getattr(subject, "tier", "public") != "public"
    other = "home" if recorded.path == "index.html" else "list"
    return {
        "page_kind": subject_kind or listed or other,
        "protected": protected,
        "canonical": f"{site.url}/{recorded.path.removesuffix('index.html')}" if is_corporate else "",
    }


def _subject(recorded: Recorded) -> tuple[str, Any]:
    """Return the name and the value of the item that a page is about; ("", None) for a list."""
    for name in (*(kind.name for kind in KINDS), "page", "article"):
        if name in recorded.own and isinstance(recorded.context.get(name), Content):
            return name, recorded.context[name]
    return "", None
