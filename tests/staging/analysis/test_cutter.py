"""Where a template is cut."""

from __future__ import annotations

import pytest
from jinja2 import Environment, nodes, pass_context
from jinja2.compiler import CodeGenerator

from replisite.staging.analysis.cut import Cut
from replisite.staging.analysis.cutter import Cutter, rewriting
from replisite.staging.analysis.readers import reads_context
from replisite.staging.analysis.source_text import spelled

ENV = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])


def cut(source: str) -> list[Cut]:
    cuts: list[Cut] = []
    Cutter(ENV, "page.html", frozenset({"d"}), cuts).template(ENV.parse(source))
    return cuts


def test_the_smallest_expression_is_the_slot() -> None:
    """Text and static expressions around it are not in it."""
    (slot,) = cut("a{{ t }}{{ d.name | upper }}b")
    assert (slot.paths, str(slot.origin), slot.is_function) == ({}, "page.html:1: {{ d.name | upper }}", True)


def test_a_static_expression_is_computed_where_it_stands() -> None:
    """As often as Jinja would, in its order; in the slot it is a name."""
    (slot,) = cut("{{ page.url ~ d.name ~ (page.title | upper) ~ page.url ~ t }}")
    assert list(map(spelled, slot.computed.values())) == ["page.url", "page.title | upper", "page.url"]
    assert slot.paths == {"t": ("t", ())}


def test_an_expression_that_may_not_run_is_not_computed() -> None:
    """An attribute is kept as its value, and the way to it is remembered; nothing is called."""
    (slot,) = cut("{{ (page.url ~ page.url ~ t(page.n)) if d.flag }}")
    assert slot.computed == {}
    assert sorted(slot.paths.values()) == [("page", ((True, "n"),)), ("page", ((True, "url"),)), ("t", ())]


@pytest.mark.parametrize(
    "source",
    [
        "{{ (xs | map('upper')) ~ d }}",
        "{{ d ~ d.join(ys.items()) }}",
        "{{ 1 + 2 ~ d }}",
        "{% filter upper %}{{ d }}{% endfilter %}",
    ],
)
def test_what_one_record_could_use_up_is_not_computed(source: str) -> None:
    """An iterator, and what Jinja computes itself."""
    (slot,) = cut(source)
    assert slot.computed == {}


def test_names_that_a_slot_sets_are_exported() -> None:
    """The first slot sets them and writes nothing, the second one reads one."""
    first, second = cut("{% if d.flag %}{% set a, b = d.n, t.x %}{% else %}{% set a = 1 %}{% endif %}{{ a }}")
    assert (first.exports, first.is_silent) == (("a", "b"), True)
    assert (second.exports, second.is_silent) == ((), False)


def test_a_with_is_cut_inside() -> None:
    """Its deferred values are set by a slot, its static ones by Jinja."""
    first, second = cut("{% with a = d.name, b = t %}x{{ a ~ b }}y{{ b }}{% endwith %}")
    assert first.exports == ("a",)
    assert second.paths == {"b": ("b", ())}


def test_a_loop_on_a_deferred_value_is_one_slot() -> None:
    """Its body is not cut again."""
    assert len(cut("{% for i in d.tags %}{{ i }}{{ d.name }}{% endfor %}")) == 1


def test_a_static_loop_is_cut_inside() -> None:
    """The loop is run once; each round fills the slot with its own values."""
    (slot,) = cut("{% for i in xs %}{{ i }}{{ i ~ d.name ~ loop.index }}{% endfor %}")
    assert slot.paths == {"i": ("i", ())}
    assert list(map(spelled, slot.computed.values())) == ["loop.index"]


def test_a_macro_comes_with_the_slot() -> None:
    """Its definition stands in front of the slot's code, and is checked to be the one that is meant."""
    (slot,) = cut("{% macro m(x) %}{{ x }}{{ t }}{% endmacro %}{{ m(d.name) }}")
    assert (slot.definitions, slot.outer) == (("m",), ("t",))


def test_an_include_needs_the_context() -> None:
    """What it reads is not spelt here."""
    (slot,) = cut("{% if d.flag %}{% include 'i.html' %}{% endif %}")
    assert slot.includes
    assert slot.needs_context


@pytest.mark.parametrize(
    "source",
    [
        "{% set ns.x = d.name %}",
        "{% if d.flag %}{% macro m() %}{% endmacro %}{% endif %}",
        "{% if d.flag %}{% block b %}{% endblock %}{% endif %}",
        "{% extends d.layout %}",
        "{% do xs.append(d.name) %}",
        "{{ xs.append(d.name) }}",
        "{{ xs['append'](d.name) }}",
        "{{ (xs | attr('append'))(d.name) }}",
        "{{ (xs is sameas ys) if d.name }}",
        "{{ super() ~ d.name }}",
        "{% extends 'b' %}{% for i in d.tags %}{% endfor %}",
    ],
)
def test_what_cannot_be_cut_is_not_cut(source: str) -> None:
    """It trips, and the page is rendered in full."""
    assert cut(source) == []


def test_a_break_makes_its_loop_the_slot() -> None:
    """The statement widens to the loop that it leaves."""
    (slot,) = cut("{% for i in xs %}{% if d.flag %}{% break %}{% endif %}{% endfor %}")
    assert isinstance(slot.body[0], nodes.For)


def test_random_slots_are_not_shared() -> None:
    """Each is evaluated for itself."""
    assert [slot.is_repeatable for slot in cut("{{ d.tags | random }}{{ d.tags | first }}")] == [False, True]


def test_rewrites_are_run_once_and_in_order() -> None:
    """A generator that is rewriting already keeps its rewrites."""
    calls: list[str] = []
    once = rewriting(CodeGenerator, lambda *_: calls.append("first"))
    env = Environment()
    env.code_generator_class = rewriting(once, lambda *_: calls.append("second"))
    env.from_string("x")
    assert calls == ["first", "second"]


def test_a_callable_says_that_it_reads_the_context() -> None:
    """A function or a class whose ``__call__`` is marked."""

    class Reader:
        @pass_context
        def __call__(self, context: object) -> str:
            return str(context)

    assert reads_context(Reader())
    assert reads_context(pass_context(lambda _: ""))
    assert not reads_context(len)
    assert not reads_context(ENV.undefined(name="gone"))
