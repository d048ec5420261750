"""References between items that lead nowhere: a product of an unknown line, a step with an unknown lesson."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from replisite.content.item import ContentItem, Finding
from replisite.content.near_names import near_name

__all__ = [
    "lessons_of_unknown_modules",
    "packs_of_unknown_products",
    "products_of_unknown_lines",
    "second_starter_kits",
    "shared_skus",
    "steps_with_unknown_lessons",
]

Items = Mapping[str, Sequence[ContentItem]]
"""All items by the name of their kind."""


def shared_skus(items: Items) -> Iterator[Finding]:
    """Find products and packs that have the sku of another: the shop knows an article by it."""
    first: dict[str, ContentItem] = {}
    sold = [*items["product"], *items["pack"]]
    for item in sorted(sold, key=lambda item: item.relative_source_path):
        if (other := first.setdefault(item.sku, item)) is not item:
            yield Finding(item, "sku", f'sku "{item.sku}" is also {other.relative_source_path}', "change one")


def products_of_unknown_lines(items: Items) -> Iterator[Finding]:
    """Find products whose ``line`` has no file."""
    lines = {line.slug for line in items["line"]}
    for product in items["product"]:
        if product.line not in lines:
            yield Finding(product, "line", f'no line "{product.line}"', f"write lines/{product.line}.md")


def packs_of_unknown_products(items: Items) -> Iterator[Finding]:
    """Find packs whose ``contents`` name a sku that neither a product nor a pack has."""
    skus = {item.sku for name in ("product", "pack") for item in items[name]}
    for pack in items["pack"]:
        for line in pack.contents:
            if line.product not in skus:
                yield Finding(pack, "contents", f'no product with the sku "{line.product}"', "fix the sku")


def second_starter_kits(items: Items) -> Iterator[Finding]:
    """Find starter kits beside the first: a new distributor begins with one pack."""
    starters = [pack for pack in items["pack"] if pack.starter]
    for extra in starters[1:]:
        what = f"{starters[0].relative_source_path} is the starter kit already"
        yield Finding(extra, "starter", what, "keep one")


def lessons_of_unknown_modules(items: Items) -> Iterator[Finding]:
    """Find lessons whose ``module`` the course does not have."""
    modules = {module.id for course in items["course"] for module in course.modules}
    for lesson in items["lesson"]:
        if lesson.module not in modules:
            what = f'no module "{lesson.module}" in training/course.md'
            yield Finding(lesson, "module", what, "add it there")


def steps_with_unknown_lessons(items: Items) -> Iterator[Finding]:
    """Find elements of the plan whose ``steps`` name a lesson that has no file."""
    lessons = {lesson.relative_source_path for lesson in items["lesson"]}
    for element in items["plan_element"]:
        for step in element.steps:
            if step.lesson and step.lesson not in lessons:
                advice = near_name(step.lesson, lessons) or "write its path under the content folder"
                yield Finding(element, "steps", f'no lesson "{step.lesson}"', advice)
