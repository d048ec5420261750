"""An item of the company's content, and what is declared of each kind of item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from replisite.content.front_matter import FrontMatter
from replisite.content.marks import without_marks

__all__ = ["Check", "ContentItem", "EditionItems", "Finding", "Kind", "Relate", "by_order_and_title"]


class ContentItem(Protocol):
    """One file of the content after it was read: its front matter's fields are its attributes.

    ``pelican/content_class.py`` makes items of Pelican's contents; tests make them of plain values. The fields of
    its kind's front matter and what `Relate` adds are attributes too.
    """

    kind: Kind
    title: str
    slug: str
    status: str
    tier: str
    order: int
    markets: Any
    relative_source_path: str

    def slug_of(self, text: str) -> str:
        """Return a text as a part of an address."""

    def __getattr__(self, name: str) -> Any: ...

    def __setattr__(self, name: str, value: Any, /) -> None: ...


@dataclass(frozen=True, slots=True)
class EditionItems:
    """The items of one edition by the name of their kind: all that have a page, and those that stand in lists."""

    items: Mapping[str, Sequence[ContentItem]]
    listed: Mapping[str, Sequence[ContentItem]]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of an item's front matter: its key, what is wrong, and what to do next."""

    item: ContentItem
    key: str
    what: str
    next: str


Relate = Callable[[EditionItems], None]
"""Sets attributes of the items of one kind that are made of other items: a pack gets its products."""

Check = Callable[[Mapping[str, Sequence[ContentItem]]], Iterator[Finding]]
"""Finds faults in what items, given by the name of their kind, say of each other."""

ListNames = Callable[[Sequence[ContentItem]], Mapping[str, Any]]
"""Makes further names of every template of the listed items of one kind."""


def by_order_and_title(item: ContentItem) -> tuple[Any, ...]:
    """Return the key by which lists are sorted: ``order``, then the title without the owner's values."""
    return item.order, without_marks(str(item.title))


def _nothing(_: EditionItems) -> None:
    """Relate items of a kind that stand alone."""


def _no_names(_: Iterable[ContentItem]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Kind:
    """One kind of content. A new kind is one entry in `kinds.KINDS`, and a template of its name.

    ``name`` is what templates call an item, and the name of its page's template; ``folder`` lies under the content
    folder; ``matter`` validates the front matter; ``list_name`` is the name of the list in every template.

    ``index`` is the address of the list page ("" for none), ``index_template`` its template. ``has_page`` is false for
    items that are shown on the list page only: their address is the list page, with the value of ``anchor_key``
    as its anchor. ``only_file`` names the one file, without its suffix, that a kind has in a folder which it
    shares with another kind.

    ``sort_key`` sorts the list. ``is_dated`` items are over at some time: they leave the list for ``past_<list_name>``,
    the last one first. ``list_names`` makes further names for templates, ``relate`` joins items of the kind with
    others, ``checks`` find references that lead nowhere.
    """

    name: str
    folder: str
    matter: type[FrontMatter]
    list_name: str
    index: str = ""
    index_template: str = ""
    has_page: bool = True
    only_file: str = ""
    anchor_key: str = ""
    is_dated: bool = False
    sort_key: Callable[[ContentItem], tuple[Any, ...]] = by_order_and_title
    list_names: ListNames = _no_names
    relate: Relate = _nothing
    checks: tuple[Check, ...] = ()
