"""An expression may use what the owner has, and prints texts."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from replisite.pelican.expression_checks import shortened, unknown_names, values_without_text

KNOWN = frozenset({"distributor", "site", "market", "language", "shop_link"})
CUSTOM = frozenset({"whatsapp"})


def unknown(expression: str, known: frozenset[str] | None = KNOWN) -> list[tuple[str, str]]:
    """Return what an expression names and what does not exist."""
    tree = Environment(autoescape=True).parse("{{ " + expression + " }}")
    return [(what, advice) for _, what, advice in unknown_names(tree, known, CUSTOM)]


@pytest.mark.parametrize(
    "expression",
    [
        "distributor.first_name",
        "distributor.sponsor.name or site.name",
        "distributor.fields.whatsapp",
        "distributor.fields.items()",
        "market.currency | lower",
        "shop_link(distributor)",
    ],
)
def test_names_that_exist_are_known(expression: str) -> None:
    """Fields of the roster, of the site and of the market; functions of links."""
    assert unknown(expression) == []


@pytest.mark.parametrize(
    ("expression", "what", "advice"),
    [
        ("distributor.fone", 'no field "fone" in the roster', 'did you mean "phone"?'),
        ("distributor.sponsor.fone", 'no field "fone" in the roster', 'did you mean "phone"?'),
        ("distributor.fields.watsapp", 'no field "watsapp" in [[roster.fields]]', 'did you mean "whatsapp"?'),
        ("distributer.name", 'no value "distributer" in content', 'did you mean "distributor"?'),
        ("site.nam", 'no value "site.nam"', 'did you mean "name"?'),
    ],
)
def test_names_that_do_not_exist_are_found(expression: str, what: str, advice: str) -> None:
    """With the nearest one."""
    assert unknown(expression) == [(what, advice)]


def test_a_template_may_have_names_of_its_own() -> None:
    """Fields of the owner are checked there, too."""
    assert unknown("item.fone ~ site.nam", None) == []
    assert unknown("distributor.fone", None) == [
        ('no field "fone" in the roster', 'did you mean "phone"?'),
    ]


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("distributor", "distributor is not a text"),
        ("distributor.sponsor", "distributor.sponsor is not a text"),
        ('distributor.sponsor or "us"', "distributor.sponsor is not a text"),
        ('"us" if market else site', "site is not a text"),
        ("shop_link", "shop_link is a function"),
        ("distributor.name.upper", "upper is a function"),
        ("distributor.upline | default('')", "distributor.upline is not a text"),
        ("distributor.upline | length", None),
        ("distributor.sponsor.name", None),
    ],
)
def test_values_without_a_text_are_found(expression: str, what: str | None) -> None:
    """Where they would be printed as Python shows them."""
    tree = Environment(autoescape=True).parse("{{ " + expression + " }}")
    assert [message for message, _ in values_without_text(tree)] == ([what] if what else [])


def test_a_message_shows_braces_on_one_short_line() -> None:
    """Of at most 60 letters."""
    assert shortened("{{ a\n  b }}") == "{{ a b }}"
    assert len(shortened("{{ " + "a" * 100 + " }}")) == 59
