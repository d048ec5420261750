"""A pressed page is compared with Jinja's own rendering of it."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, Environment, Template, UndefinedError

from replisite.staging import Plate, prove, stage, staged


def a_template(source: str) -> Template:
    return staged(Environment(loader=DictLoader({"p": source})), {"d"}).get_template("p")


def test_an_exact_page_has_no_difference() -> None:
    """Nothing is told."""
    template = a_template("Hello {{ d.name }}, {{ t }}")
    assert prove(stage(template, {"t": 1}), template, {"t": 1}, {"d": {"name": "Jane"}}) is None


def test_the_first_difference_is_told_with_what_stands_around_it() -> None:
    """Where the pages part, and both texts."""
    difference = prove(Plate("p", ("Hello John",)), a_template("Hello {{ d }}"), {}, {"d": "Jane"})
    assert difference is not None
    assert (difference.position, difference.pressed, difference.rendered) == (7, "Hello John", "Hello Jane")
    assert str(difference) == (
        "p: the pressed page differs from Jinja's at character 7: 'Hello John' instead of 'Hello Jane'"
    )


def test_a_page_that_is_too_short_differs_at_its_end() -> None:
    """What is missing counts."""
    difference = prove(Plate("p", ("Hello",)), a_template("Hello {{ d }}"), {}, {"d": "Jane"})
    assert difference is not None
    assert difference.position == 5


def test_an_error_while_pressing_is_a_difference() -> None:
    """Jinja renders the page and the press does not."""
    template = a_template("{{ d.name.upper() }}")
    difference = prove(stage(template, {}), a_template("same"), {}, {"d": {}})
    assert difference is not None
    assert difference.pressed.startswith("UndefinedError")


def test_an_error_of_jinja_itself_is_raised() -> None:
    """Such a page cannot be built."""
    template = a_template("{{ d.name.upper() }}")
    with pytest.raises(UndefinedError):
        prove(stage(template, {}), template, {}, {"d": {}})
