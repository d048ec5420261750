"""Which pieces of a template depend on a deferred name."""

from __future__ import annotations

import pytest
from jinja2 import Environment, nodes

from replisite.staging.analysis.binding import assigned_names, free_names, leaks, reads, unsettled_names, walk

ENV = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])


def parsed(source: str) -> list[nodes.Node]:
    return ENV.parse(source).body


@pytest.mark.parametrize(
    "source",
    [
        "{{ d }}",
        "{{ d.name | upper }}",
        "{% for i in d.tags %}{% endfor %}",
        "{% for d in d.tags %}{% endfor %}",
        "{% for i in xs if i == d %}{% endfor %}",
        "{% for d in xs %}{% else %}{{ d }}{% endfor %}",
        "{% with d = d.name %}{% endwith %}",
        "{% macro m(x=d) %}{% endmacro %}",
        "{% macro m() %}{{ d }}{% endmacro %}",
        "{% call(d) m(d) %}{% endcall %}",
        "{% set d.name = 1 %}",
        "{% filter replace('a', d) %}{% endfilter %}",
    ],
)
def test_a_read_is_seen(source: str) -> None:
    """Wherever Jinja would look the name up."""
    assert any(reads(node, frozenset({"d"})) for node in parsed(source))


@pytest.mark.parametrize(
    "source",
    [
        "{{ e.d }}",
        "{% for d in xs %}{{ d }}{% endfor %}",
        "{% for d in xs if d %}{{ d }}{% endfor %}",
        "{% with d = 1 %}{{ d }}{% endwith %}",
        "{% macro m(d) %}{{ d }}{% endmacro %}",
        "{% call(d) m() %}{{ d }}{% endcall %}",
        "{% set d = 1 %}",
    ],
)
def test_a_shadowed_name_is_not_a_read(source: str) -> None:
    """A name that a loop, a ``with`` or a parameter binds is not the deferred one inside."""
    assert not any(reads(node, frozenset({"d"})) for node in parsed(source))


def test_targets_are_the_names_that_a_node_binds() -> None:
    """Loops, ``with``, macros and call blocks bind names for their bodies."""
    (loop,) = parsed("{% for a, (b, c) in xs %}{% endfor %}")
    (scope,) = parsed("{% with x = 1, y = 2 %}{% endwith %}")
    assert (assigned_names(loop), assigned_names(scope)) == (frozenset("abc"), frozenset("xy"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% if a %}{% set x = 1 %}{% endif %}", True),
        ("{% if a %}{% elif b %}{% macro m() %}{% endmacro %}{% endif %}", True),
        ("{% if a %}{% else %}{% import 'x' as y %}{% endif %}", True),
        ("{% set x %}{% endset %}", True),
        ("{% for i in a %}{% set x = 1 %}{% endfor %}", False),
        ("{% with %}{% set x = 1 %}{% endwith %}", False),
        ("{{ a }}", False),
    ],
)
def test_what_a_statement_leaks(source: str, expected: bool) -> None:
    """``if`` has no scope in Jinja, loops and ``with`` have."""
    assert leaks(parsed(source)) is expected


def test_globals_are_free_names_too() -> None:
    """A static value may stand before a global of the same name."""
    assert free_names(parsed("{{ range }}{{ a }}{% set b = 1 %}{{ b }}"), ENV) == {"range", "a"}


def test_walk_yields_everything_below() -> None:
    """Each node comes before its children."""
    (output,) = parsed("{{ a ~ b }}")
    assert [type(node).__name__ for node in walk(output)] == ["Output", "Concat", "Name", "Name"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% for i in xs %}{% set a = i %}{{ a }}{% endfor %}", set()),
        ("{% for i in xs %}{{ a }}{% set a = i %}{% endfor %}", {"a"}),
        ("{% for i in xs %}{% set a = a + 1 %}{% endfor %}", {"a"}),
        ("{% for i in xs %}{% if i %}{% set a = 1 %}{% endif %}{{ a }}{% endfor %}", {"a"}),
        ("{% for i in xs %}{{ a }}{% endfor %}{% set a = 1 %}", {"a"}),
        ("{% set a %}{{ a }}{% endset %}", {"a"}),
        ("{% macro m() %}{{ m }}{% endmacro %}{{ m }}", set()),
        ("{% from 'x' import a as b %}{{ b }}", set()),
    ],
)
def test_a_name_that_is_read_before_it_is_set_is_unsettled(source: str, expected: set[str]) -> None:
    """Its meaning there depends on the scopes around it."""
    assert unsettled_names(ENV.parse(source)) == expected
