"""Front matter that names what does not exist is a fault with its key."""

from __future__ import annotations

from typing import Any

from replisite.content.catalog import check_references
from replisite.content.front_matter import Module, PackItem, Step
from tests.content.items import an_item

LINE = an_item("line", "tea")


def findings(*items: Any) -> list[tuple[str, str, str, str]]:
    """Return what is wrong: the item's slug, the key, what it is and what to do."""
    return [(found.item.slug, found.key, found.what, found.next) for found in check_references(items)]


def test_a_sku_belongs_to_one_article() -> None:
    """Products and packs share the shop."""
    tea = an_item("product", "tea", sku="T1", line="tea")
    box = an_item("pack", "box", sku="T1")
    assert findings(tea, LINE, box) == [("tea", "sku", 'sku "T1" is also packs/box.md', "change one")]


def test_a_product_belongs_to_a_line() -> None:
    """Which has a file."""
    tea = an_item("product", "tea", sku="T1", line="coffee")
    assert findings(LINE, tea) == [("tea", "line", 'no line "coffee"', "write lines/coffee.md")]


def test_a_pack_holds_products_and_packs() -> None:
    """By their sku."""
    tea = an_item("product", "tea", sku="T1", line="tea")
    small = an_item("pack", "small", sku="P1", contents=[PackItem(product="T1")])
    big = an_item("pack", "big", sku="P2", contents=[PackItem(product="P1"), PackItem(product="T9")])
    assert findings(LINE, tea, small, big) == [
        ("big", "contents", 'no product with the sku "T9"', "fix the sku")
    ]


def test_one_pack_is_the_starter_kit() -> None:
    """Each further one is a fault."""
    packs = [an_item("pack", slug, sku=slug, starter=True) for slug in ("a", "b")]
    what = "packs/a.md is the starter kit already"
    assert findings(*packs) == [("b", "starter", what, "keep one")]


def test_a_lesson_belongs_to_a_module() -> None:
    """Of the course file."""
    course = an_item("course", "course", modules=[Module(id="start", title="Start")])
    lessons = [an_item("lesson", slug, module=slug) for slug in ("start", "end")]
    what = 'no module "end" in training/course.md'
    assert findings(course, *lessons) == [("end", "module", what, "add it there")]


def test_a_step_names_a_lesson_by_its_path() -> None:
    """The advice names the nearest one."""
    lesson = an_item("lesson", "brew", module="start")
    course = an_item("course", "course", modules=[Module(id="start", title="Start")])
    steps = [
        Step(every="daily", do="Brew.", lesson="training/brew.md"),
        Step(every="daily", do="Brew.", lesson="training/brw.md"),
        Step(every="weekly", do="Rest."),
    ]
    element = an_item("plan_element", "list", element="list", steps=steps)
    ((slug, key, what, advice),) = findings(lesson, course, element)
    assert (slug, key, what) == ("list", "steps", 'no lesson "training/brw.md"')
    assert "training/brew.md" in advice
