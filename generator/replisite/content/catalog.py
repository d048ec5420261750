"""What one edition shows: the products that have a price there, with their prices, and all lists in order."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pelican.settings import DEFAULT_CONFIG
from pelican.utils import slugify

from replisite.content.kinds import KINDS, KindContent
from replisite.content.marks import without_marks
from replisite.content.near_names import near_name
from replisite.model.site import Site
from replisite.model.view import EditionView

__all__ = ["Catalog", "PackLine", "Topic", "check_references", "is_over_from", "make_catalog"]


@dataclass(frozen=True, slots=True)
class PackLine:
    """One line of a pack: a product and how many of it."""

    product: KindContent
    quantity: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading of the help desk and its articles."""

    title: str
    slug: str
    articles: tuple[KindContent, ...]


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module of the course and its lessons."""

    id: str
    title: str
    summary: str
    lessons: tuple[KindContent, ...]


class Catalog:
    """The content of one edition, as one kind of reader sees it.

    ``lists`` are the names that every template of the edition gets. ``own(content)`` is the edition's own
    view of a piece of content, or None where the edition does not have it. ``present`` names the kinds of which
    it has any.
    """

    def __init__(
        self,
        edition_view: EditionView,
        lists: Mapping[str, Any],
        views: Mapping[int, KindContent],
        present: frozenset[str],
    ) -> None:
        self.key = edition_view.key
        self.edition = edition_view.edition
        self.lists = lists
        self.present = present
        self._views = views

    def own(self, content: KindContent) -> KindContent | None:
        """Return this edition's view of a piece of content."""
        return self._views.get(id(content))


def make_catalog(
    site: Site, edition_view: EditionView, contents: Iterable[KindContent], now: datetime.datetime
) -> Catalog:
    """Return what an edition shows to somebody: content of its market that is not kept from that reader.

    Events that are over ``now`` keep their pages and leave ``events`` for ``past_events``, newest first.
    """
    code = edition_view.edition.market.code
    views: dict[int, KindContent] = {}
    by_kind: dict[str, list[KindContent]] = {kind.name: [] for kind in KINDS}
    for content in contents:
        if content.markets and code not in content.markets:
            continue
        if not edition_view.includes(site, content.tier, getattr(content, "min_rank", "")):
            continue
        view = copy.copy(content)
        if isinstance(content.markets, Mapping):
            view.price = content.markets[code]
        views[id(content)] = view
        if content.status == "published":
            by_kind[content.kind.name].append(view)
    for listed in by_kind.values():
        listed.sort(key=lambda content: (content.order, without_marks(str(content.title))))
    by_kind["event"].sort(key=lambda event: event.starts)
    for view in views.values():
        if view.kind.name == "event":
            view.is_over = is_over_from(view) <= now
    _relate(views.values(), by_kind)
    lists: dict[str, Any] = {kind.list_name: by_kind[kind.name] for kind in KINDS}
    lists["events"] = [event for event in by_kind["event"] if not event.is_over]
    lists["past_events"] = [event for event in reversed(by_kind["event"]) if event.is_over]
    lists["course"] = next(iter(by_kind["course"]), None)
    lists["starter_kit"] = next((pack for pack in by_kind["pack"] if pack.starter), None)
    lists["help_topics"] = _topics(by_kind["help_article"])
    present = frozenset(name for name, listed in by_kind.items() if listed)
    return Catalog(edition_view, lists, views, present)


def is_over_from(event: KindContent) -> datetime.datetime:
    """Return the moment from which an event is over: its end, or else the end of its day in its own zone."""
    ends: datetime.datetime | None = event.ends
    if ends is not None:
        return ends
    begins: datetime.datetime = event.starts.astimezone(ZoneInfo(str(event.timezone)))
    return datetime.datetime.combine(
        begins.date() + datetime.timedelta(days=1), datetime.time(), begins.tzinfo
    )


def _relate(views: Iterable[KindContent], by_kind: Mapping[str, Sequence[KindContent]]) -> None:
    """Join what belongs together: lines and products, packs and products, lessons in their order."""
    lines = {line.slug: line for line in by_kind["line"]}
    products = {view.sku: view for view in views if view.kind.name == "product"}
    for line in by_kind["line"]:
        line.products = [product for product in by_kind["product"] if product.line == line.slug]
    for view in views:
        if view.kind.name == "product":
            view.line_page = lines.get(view.line)
        elif view.kind.name == "pack":
            items = [(products.get(item.product), item.quantity) for item in view.contents]
            view.items = [PackLine(product, quantity) for product, quantity in items if product is not None]
    lessons = by_kind["lesson"]
    for place, lesson in enumerate(lessons):
        lesson.previous = lessons[place - 1] if place else None
        lesson.next = lessons[place + 1] if place + 1 < len(lessons) else None
    for course in by_kind["course"]:
        course.modules = [
            ModuleView(m.id, m.title, m.summary, tuple(les for les in lessons if les.module == m.id))
            for m in course.modules
        ]
    titles = {module.id: module.title for course in by_kind["course"] for module in course.modules}
    for lesson in lessons:
        lesson.module_title = titles.get(lesson.module, "")
    by_path = {lesson.relative_source_path: lesson for lesson in lessons}
    for element in by_kind["plan_element"]:
        element.steps = [
            {"every": step.every, "do": step.do, "lesson": by_path.get(step.lesson)} for step in element.steps
        ]


def _topics(articles: Sequence[KindContent]) -> list[Topic]:
    titles = dict.fromkeys(article.topic for article in articles)
    return [
        Topic(
            title,
            slugify(without_marks(title), DEFAULT_CONFIG["SLUG_REGEX_SUBSTITUTIONS"]),
            tuple(article for article in articles if article.topic == title),
        )
        for title in titles
    ]


def check_references(contents: Sequence[KindContent]) -> Iterable[tuple[KindContent, str, str, str]]:
    """Yield (content, key, what, what next) for front matter that names what does not exist."""
    lines = {content.slug for content in contents if content.kind.name == "line"}
    skus: dict[str, KindContent] = {}
    modules = {m.id for content in contents if content.kind.name == "course" for m in content.modules}
    lessons = {content.relative_source_path for content in contents if content.kind.name == "lesson"}
    for content in contents:
        name = content.kind.name
        if name in {"product", "pack"} and (other := skus.setdefault(content.sku, content)) is not content:
            yield content, "sku", f'sku "{content.sku}" is also {other.relative_source_path}', "change one"
    for content in contents:
        name = content.kind.name
        if name == "product" and content.line not in lines:
            yield content, "line", f'no line "{content.line}"', f"write lines/{content.line}.md"
        elif name == "pack":
            for item in content.contents:
                if item.product not in skus:
                    yield content, "contents", f'no product with the sku "{item.product}"', "mend the sku"
        elif name == "lesson" and content.module not in modules:
            yield content, "module", f'no module "{content.module}" in training/course.md', "add it there"
        elif name == "plan_element":
            for step in content.steps:
                if step.lesson and step.lesson not in lessons:
                    advice = near_name(step.lesson, lessons) or "write its path under the content folder"
                    yield content, "steps", f'no lesson "{step.lesson}"', advice
    starters = [content for content in contents if content.kind.name == "pack" and content.starter]
    for extra in starters[1:]:
        yield extra, "starter", f"{starters[0].relative_source_path} is the starter kit already", "keep one"
