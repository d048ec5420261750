"""Items of an edition are joined with the items that they belong to."""

from __future__ import annotations

import datetime
from typing import Any

from replisite.content.front_matter import Module, Step
from replisite.content.item import EditionItems
from replisite.content.kinds import KINDS
from replisite.content.relations import (
    help_topics,
    is_over_from,
    relate_courses,
    relate_lessons,
    relate_lines,
    relate_plan,
    relate_products,
)
from tests.content.items import an_item


def an_edition(*items: Any) -> EditionItems:
    """Return an edition in which every item is listed."""
    by_kind = {kind.name: [item for item in items if item.kind is kind] for kind in KINDS}
    return EditionItems(by_kind, by_kind)


def test_lines_and_products_know_each_other() -> None:
    """A product without its line has none."""
    line = an_item("line", "green")
    sencha, stray = (an_item("product", slug, sku=slug, line=slug) for slug in ("green", "black"))
    edition = an_edition(line, sencha, stray)
    relate_lines(edition)
    relate_products(edition)
    assert line.products == [sencha]
    assert (sencha.line_page, stray.line_page) == (line, None)


def test_lessons_know_their_neighbours_and_their_module() -> None:
    """In either order of the two steps."""
    for steps in ((relate_courses, relate_lessons), (relate_lessons, relate_courses)):
        course = an_item("course", "course", modules=[Module(id="start", title="The start")])
        first, second = (an_item("lesson", slug, module="start") for slug in ("a", "b"))
        edition = an_edition(course, first, second)
        for step in steps:
            step(edition)
        assert (first.previous, first.next, second.previous, second.next) == (None, second, first, None)
        assert (first.module_title, course.modules[0].lessons) == ("The start", (first, second))


def test_a_step_of_the_plan_has_its_lesson() -> None:
    """Or None, where the reader may not see the lesson."""
    lesson = an_item("lesson", "a", module="start")
    steps = [Step(every="daily", do="Do.", lesson=path) for path in ("training/a.md", "training/b.md")]
    element = an_item("plan_element", "list", element="list", steps=steps)
    relate_plan(an_edition(lesson, element))
    assert [step["lesson"] for step in element.steps] == [lesson, None]


def test_help_articles_stand_under_their_topics() -> None:
    """In the order of the first article of each."""
    about = {"a": "My account", "b": "Delivery", "c": "My account"}
    articles = [an_item("help_article", slug, topic=topic) for slug, topic in about.items()]
    topics = help_topics(articles)["help_topics"]
    assert [(topic.title, topic.slug) for topic in topics] == [
        ("My account", "my-account"),
        ("Delivery", "delivery"),
    ]
    assert topics[0].articles == (articles[0], articles[2])


def test_an_event_without_an_end_is_over_with_its_day() -> None:
    """In its own time zone."""
    starts = datetime.datetime(2026, 6, 1, 20, tzinfo=datetime.UTC)
    event = an_item("event", "tasting", starts=starts, timezone="Asia/Tokyo")
    assert is_over_from(event) == datetime.datetime(2026, 6, 2, 15, tzinfo=datetime.UTC)
    event.ends = starts + datetime.timedelta(hours=1)
    assert is_over_from(event) == event.ends
