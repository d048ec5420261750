"""How the items of one edition are joined: a line has products, a pack has lines, a lesson has neighbours."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from replisite.content.item import ContentItem, EditionItems, by_order_and_title
from replisite.content.marks import without_marks

__all__ = [
    "ModuleView",
    "PackLine",
    "Topic",
    "by_start",
    "first_course",
    "help_topics",
    "is_over_from",
    "relate_courses",
    "relate_lessons",
    "relate_lines",
    "relate_packs",
    "relate_plan",
    "relate_products",
    "starter_kit",
]


@dataclass(frozen=True, slots=True)
class PackLine:
    """One line of a pack: a product and how many of it."""

    product: ContentItem
    quantity: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading of the help desk and its articles."""

    title: str
    slug: str
    articles: tuple[ContentItem, ...]


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module of the course and its lessons."""

    id: str
    title: str
    summary: str
    lessons: tuple[ContentItem, ...]


def relate_lines(edition: EditionItems) -> None:
    """Set ``products`` of each listed line."""
    for line in edition.listed["line"]:
        line.products = [product for product in edition.listed["product"] if product.line == line.slug]


def relate_products(edition: EditionItems) -> None:
    """Set ``line_page`` of each product: the listed line that it belongs to, or None."""
    lines = {line.slug: line for line in edition.listed["line"]}
    for product in edition.items["product"]:
        product.line_page = lines.get(product.line)


def relate_packs(edition: EditionItems) -> None:
    """Set ``items`` of each pack: those of its products that the edition has."""
    products = {product.sku: product for product in edition.items["product"]}
    for pack in edition.items["pack"]:
        lines = [(products.get(line.product), line.quantity) for line in pack.contents]
        pack.items = [PackLine(product, quantity) for product, quantity in lines if product is not None]


def relate_courses(edition: EditionItems) -> None:
    """Replace ``modules`` of each listed course by modules that have their lessons."""
    lessons = edition.listed["lesson"]
    for course in edition.listed["course"]:
        course.modules = [
            ModuleView(
                module.id,
                module.title,
                module.summary,
                tuple(lesson for lesson in lessons if lesson.module == module.id),
            )
            for module in course.modules
        ]


def relate_lessons(edition: EditionItems) -> None:
    """Set ``previous``, ``next`` and ``module_title`` of each listed lesson."""
    lessons = edition.listed["lesson"]
    titles = {module.id: module.title for course in edition.listed["course"] for module in course.modules}
    for index, lesson in enumerate(lessons):
        lesson.previous = lessons[index - 1] if index else None
        lesson.next = lessons[index + 1] if index + 1 < len(lessons) else None
        lesson.module_title = titles.get(lesson.module, "")


def relate_plan(edition: EditionItems) -> None:
    """Replace ``steps`` of each listed element of the plan by steps that have their lesson, or None."""
    lessons = {lesson.relative_source_path: lesson for lesson in edition.listed["lesson"]}
    for element in edition.listed["plan_element"]:
        element.steps = [
            {"every": step.every, "do": step.do, "lesson": lessons.get(step.lesson)} for step in element.steps
        ]


# -- lists of one kind -------------------------------------------------------------------------------


def first_course(courses: Sequence[ContentItem]) -> Mapping[str, Any]:
    """Give templates ``course``: the first one, or None."""
    return {"course": next(iter(courses), None)}


def starter_kit(packs: Sequence[ContentItem]) -> Mapping[str, Any]:
    """Give templates ``starter_kit``: the pack that a new distributor begins with, or None."""
    return {"starter_kit": next((pack for pack in packs if pack.starter), None)}


def help_topics(articles: Sequence[ContentItem]) -> Mapping[str, Any]:
    """Give templates ``help_topics``: the articles by their topic, in the order of the first article of each."""
    by_topic: dict[str, list[ContentItem]] = {}
    for article in articles:
        by_topic.setdefault(article.topic, []).append(article)
    return {
        "help_topics": [
            Topic(title, about[0].slug_of(without_marks(title)), tuple(about))
            for title, about in by_topic.items()
        ]
    }


def by_start(event: ContentItem) -> tuple[Any, ...]:
    """Return the key by which events are sorted: their start, then as other lists."""
    return event.starts, *by_order_and_title(event)


def is_over_from(event: ContentItem) -> datetime.datetime:
    """Return the moment from which a dated item is over: its end, or else the end of its day in its own zone."""
    ends: datetime.datetime | None = event.ends
    if ends is not None:
        return ends
    begins: datetime.datetime = event.starts.astimezone(ZoneInfo(str(event.timezone)))
    return datetime.datetime.combine(
        begins.date() + datetime.timedelta(days=1), datetime.time(), begins.tzinfo
    )
