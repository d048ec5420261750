"""An edition has what its market sells and its reader may see, in order."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from replisite.content import catalog as catalog_module
from replisite.content import kinds as kinds_module
from replisite.content.catalog import Catalog, make_catalog
from replisite.content.front_matter import FrontMatter, PackItem, Prices
from replisite.content.item import EditionItems, Kind
from replisite.content.kinds import KINDS, kind_of
from replisite.model.view import EditionView
from tests.content.items import an_item
from tests.rosters import a_site

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
SITE = a_site(Path("/site"))


def catalog_of(*items: Any, reader: str = "") -> Catalog:
    """Return the catalog of the British edition."""
    return make_catalog(SITE, EditionView(SITE.editions[0], reader), items, NOW)


def test_an_item_of_another_market_is_not_in_the_edition() -> None:
    """Nor is one of the staff, and lists have neither."""
    here, there = an_item("help_article", "here", topic="Tea"), an_item("help_article", "there", topic="Tea")
    there.markets = ["US"]
    secret = an_item("help_article", "secret", topic="Tea", tier="staff")
    made = catalog_of(here, there, secret)
    assert [item.slug for item in made.lists["help_articles"]] == ["here"]
    assert (made.own(there), made.own(secret)) == (None, None)
    assert made.present == {"help_article"}


def test_a_member_sees_what_members_may_read() -> None:
    """Up to their rank."""
    lesson = an_item("lesson", "one", module="m", tier="member", min_rank="guide")
    assert catalog_of(lesson, reader="member").own(lesson) is None
    assert catalog_of(lesson, reader="guide").own(lesson) is not None


def test_a_view_has_the_price_of_its_market() -> None:
    """And the item itself stays as it was read."""
    product = an_item("product", "oolong", sku="T1", line="tea", markets={"GB": Prices(retail=12)})
    view = catalog_of(product).own(product)
    assert view is not None
    assert view.price == Prices(retail=12)
    assert not hasattr(product, "price")


def test_a_hidden_item_has_a_page_and_stands_in_no_list() -> None:
    """A hidden product is still in its pack."""
    tea = an_item("product", "tea", sku="T1", line="tea", status="hidden")
    pack = an_item("pack", "box", sku="P1", contents=[PackItem(product="T1")])
    made = catalog_of(tea, pack)
    assert made.lists["products"] == []
    assert [line.product.slug for line in made.lists["packs"][0].items] == ["tea"]


def test_lists_are_sorted_by_order_then_title() -> None:
    """Equal numbers are sorted by title."""
    items = [an_item("line", slug, order=order) for slug, order in (("b", 0), ("a", 0), ("c", -1))]
    assert [item.slug for item in catalog_of(*items).lists["lines"]] == ["c", "a", "b"]


def test_events_that_are_over_leave_the_list() -> None:
    """They are sorted by their start; past ones come last first."""
    days = {"later": 9, "long-past": -30, "soon": 5, "past": -3}
    events = [an_item("event", slug, starts=NOW + datetime.timedelta(days=day)) for slug, day in days.items()]
    made = catalog_of(*events)
    assert [event.slug for event in made.lists["events"]] == ["soon", "later"]
    assert [event.slug for event in made.lists["past_events"]] == ["past", "long-past"]


def test_a_new_kind_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sorted list, names of its own and what joins it to others; no other code knows its name."""

    def relate(edition: EditionItems) -> None:
        for recipe in edition.items["recipe"]:
            recipe.count = len(edition.listed["recipe"])

    recipe = Kind(
        "recipe",
        "recipes",
        FrontMatter,
        "recipes",
        sort_key=lambda item: (item.title,),
        list_names=lambda recipes: {"first_recipe": recipes[0]},
        relate=relate,
    )
    kinds = (*KINDS, recipe)
    monkeypatch.setattr(kinds_module, "KINDS", kinds)
    monkeypatch.setattr(catalog_module, "KINDS", kinds)
    assert kind_of("recipes/iced-tea.md") is recipe
    assert kinds_module.url_settings("folder")["RECIPE_URL"] == "recipes/{slug}/"
    items = [an_item(recipe, slug) for slug in ("b", "a")]
    made = catalog_of(*items)
    assert [item.slug for item in made.lists["recipes"]] == ["a", "b"]
    assert made.lists["first_recipe"].slug == "a"
    assert made.lists["first_recipe"].count == 2
