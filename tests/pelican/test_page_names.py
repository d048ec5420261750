"""Templates get the names of their edition, and what their page is about."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pelican.contents import Page

from replisite.content.catalog import make_catalog
from replisite.model.view import EditionView
from replisite.pelican.page_names import edition_names, page_names
from replisite.pelican.writer import NamedTemplate, Recorded
from tests.content.items import an_item
from tests.rosters import a_site

SITE = a_site(Path("/site"))
NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
CATALOG = make_catalog(SITE, EditionView(SITE.editions[0]), [an_item("help_article", "a", topic="T")], NOW)


def a_page(path: str, own: dict[str, Any], **context: Any) -> Recorded:
    """Return a page that was recorded with these names of its own."""
    template = NamedTemplate("page.html", "", SimpleNamespace())  # type: ignore[arg-type]  # not compiled
    return Recorded(path, template, {**context, **own}, CATALOG, own, {})


def test_urls_name_the_lists_that_the_edition_has() -> None:
    """An empty list has no address."""
    names = edition_names(SITE, CATALOG, "news/")
    assert names["urls"] == {
        "home": "",
        "products": "",
        "packs": "",
        "training": "",
        "help": "help/",
        "legal": "",
        "events": "",
        "plan": "",
        "news": "news/",
    }
    assert (names["site"], names["market"].code, names["language"]) == (SITE, "GB", "en")


@pytest.mark.parametrize(
    ("path", "own", "kind", "canonical"),
    [
        ("index.html", {}, "home", "https://www.tea.example/"),
        ("tags.html", {}, "list", "https://www.tea.example/tags.html"),
        ("help/index.html", {"page_kind": "help_articles"}, "help_articles", "https://www.tea.example/help/"),
        (
            "about/index.html",
            {"page": Page("", {"title": "About"})},
            "page",
            "https://www.tea.example/about/",
        ),
    ],
)
def test_a_page_has_its_kind_and_its_address(
    path: str, own: dict[str, Any], kind: str, canonical: str
) -> None:
    """Only pages of the corporate site have a canonical address there."""
    recorded = a_page(path, own)
    assert page_names(SITE, recorded, is_corporate=True) == {
        "page_kind": kind,
        "protected": False,
        "canonical": canonical,
    }
    assert page_names(SITE, recorded, is_corporate=False)["canonical"] == ""


@pytest.mark.parametrize(
    ("tiers", "is_protected"),
    [(["member", "member"], True), (["member", "public"], False), ([], False)],
)
def test_a_list_is_protected_if_all_its_items_are(tiers: list[str], is_protected: bool) -> None:
    """A page is protected by its own tier."""
    lessons = [SimpleNamespace(is_protected=tier != "public") for tier in tiers]
    recorded = a_page("training/index.html", {"page_kind": "lessons"}, lessons=lessons)
    assert page_names(SITE, recorded, is_corporate=True)["protected"] is is_protected
    page = Page("", {"title": "Secret", "tier": "member"})
    assert page_names(SITE, a_page("s.html", {"page": page}), is_corporate=True)["protected"] is True
