"""The catalog of one edition: the items that its market has and its reader may see, with their prices, in order."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from replisite.content.item import ContentItem, EditionItems, Finding
from replisite.content.kinds import KINDS
from replisite.content.relations import is_over_from
from replisite.model.site import Site
from replisite.model.view import EditionView

__all__ = ["Catalog", "check_references", "make_catalog"]


class Catalog:
    """The content of one edition, as one kind of reader sees it.

    ``lists`` are the names that every template of the edition gets. ``own(content)`` is the edition's own
    view of an item, or None where the edition does not have it. ``present`` names the kinds of which it has any.
    """

    def __init__(
        self,
        edition_view: EditionView,
        lists: Mapping[str, Any],
        views: Mapping[int, ContentItem],
        present: frozenset[str],
    ) -> None:
        self.key = edition_view.key
        self.edition = edition_view.edition
        self.lists = lists
        self.present = present
        self._views = views

    def own(self, content: ContentItem) -> Any:
        """Return this edition's view of an item; None where the edition does not have it."""
        return self._views.get(id(content))


def make_catalog(
    site: Site, edition_view: EditionView, contents: Iterable[ContentItem], now: datetime.datetime
) -> Catalog:
    """Return what an edition shows: the items of its market that its reader may see.

    Items of a dated kind that are over ``now`` keep their pages and leave the list, such as ``events``, for another,
    such as ``past_events``, the last one first.
    """
    views = {id(item): _view(item, edition_view) for item in contents if _is_in(item, site, edition_view)}
    items = _by_kind(views.values())
    listed = {
        kind.name: sorted(
            (item for item in items[kind.name] if item.status == "published"), key=kind.sort_key
        )
        for kind in KINDS
    }
    for kind in KINDS:
        for item in items[kind.name] if kind.is_dated else ():
            item.is_over = is_over_from(item) <= now
    edition = EditionItems(items, listed)
    for kind in KINDS:
        kind.relate(edition)
    present = frozenset(name for name, of_kind in listed.items() if of_kind)
    return Catalog(edition_view, _lists(listed), views, present)


def _is_in(item: ContentItem, site: Site, edition_view: EditionView) -> bool:
    if item.markets and edition_view.edition.market.code not in item.markets:
        return False
    return edition_view.includes(site, item.tier, getattr(item, "min_rank", ""))


def _view(item: ContentItem, edition_view: EditionView) -> ContentItem:
    """Return a copy of an item, with the price of the edition's market if it has prices."""
    view = copy.copy(item)
    if isinstance(item.markets, Mapping):
        view.price = item.markets[edition_view.edition.market.code]
    return view


def _by_kind(items: Iterable[ContentItem]) -> dict[str, list[ContentItem]]:
    by_kind: dict[str, list[ContentItem]] = {kind.name: [] for kind in KINDS}
    for item in items:
        by_kind[item.kind.name].append(item)
    return by_kind


def _lists(listed: Mapping[str, Sequence[ContentItem]]) -> dict[str, Any]:
    lists: dict[str, Any] = {}
    for kind in KINDS:
        items = listed[kind.name]
        lists[kind.list_name] = items
        if kind.is_dated:
            lists[kind.list_name] = [item for item in items if not item.is_over]
            lists[f"past_{kind.list_name}"] = [item for item in reversed(items) if item.is_over]
        lists |= kind.list_names(items)
    return lists


def check_references(contents: Iterable[ContentItem]) -> Iterator[Finding]:
    """Find what front matter names and what does not exist, with the checks of all kinds."""
    items = _by_kind(contents)
    for check in dict.fromkeys(check for kind in KINDS for check in kind.checks):
        yield from check(items)
