"""The folder of a file says what kind it is of, and where its page stands."""

from __future__ import annotations

import pytest

from replisite.content.kinds import KINDS, default_slug, index_url, kind_of, save_as, url_settings
from tests.content.items import kind_named


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("products/oolong.md", "product"),
        ("products/green/sencha.MD", "product"),
        ("training/course.md", "course"),
        ("training/1-course.md", "lesson"),
        ("events/course.md", "event"),
        ("plan/1-list.markdown", "plan_element"),
        ("pages/about.md", None),
        ("products.md", None),
        ("products/oolong.html", None),
    ],
)
def test_the_folder_says_the_kind(path: str, kind: str | None) -> None:
    """The course is the one file of its kind in the folder of the lessons."""
    found = kind_of(path)
    assert (found.name if found else None) == kind


@pytest.mark.parametrize(
    ("page_urls", "urls"),
    [
        ("folder", ("products/{slug}/", "training/", "plan/#{element}", "training/{slug}/")),
        ("file", ("products/{slug}.html", "training.html", "plan.html#{element}", "training/{slug}.html")),
    ],
)
def test_an_item_without_a_page_has_the_address_of_its_list(page_urls: str, urls: tuple[str, ...]) -> None:
    """An element of the plan is an anchor there."""
    settings = url_settings(page_urls)
    names = ("PRODUCT", "COURSE", "PLAN_ELEMENT", "LESSON")
    assert tuple(settings[f"{name}_URL"] for name in names) == urls
    assert (settings["COURSE_SAVE_AS"], settings["PLAN_ELEMENT_SAVE_AS"]) == ("", "")
    assert settings["PRODUCT_SAVE_AS"] == save_as(urls[0])


def test_a_line_has_no_list_page() -> None:
    """Products have one in either style."""
    assert index_url(kind_named("line"), "folder") == ""
    assert index_url(kind_named("product"), "file") == "products.html"


def test_names_of_kinds_and_lists_are_different() -> None:
    """Templates get them side by side."""
    names = [name for kind in KINDS for name in (kind.name, kind.list_name)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("path", "slug"), [("training/2-Brew.md", "brew"), ("plan/10.md", "10"), ("help/7-.md", "7-")]
)
def test_a_slug_is_the_name_without_its_number(path: str, slug: str) -> None:
    """A name that is a number only stays."""
    assert default_slug(path) == slug
