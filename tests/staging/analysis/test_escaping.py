"""A record's values are escaped, whatever the theme's autoescape setting."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, Environment, FunctionLoader
from markupsafe import Markup

from replisite.staging import escaping, prove, stage, staged

RECORD = {"d": {"name": "<b>&", "bio": Markup("<p>sane</p>"), "n": 2, "tags": ["<i>", "<u>"]}}
STATIC = {"html": "<hr>", "yes": True}


def render(source: str, *, autoescape: bool = False, **others: str) -> str:
    """Render a page of a theme, and hold its plate to the law."""
    templates = {"page": source, **others}
    env = Environment(
        loader=DictLoader(templates),
        autoescape=autoescape,
        extensions=["jinja2.ext.do", "jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    escaped = escaping(env, {"d"})
    template = staged(escaped, {"d"}).get_template("page")
    assert prove(stage(template, STATIC), template, STATIC, RECORD) is None
    return escaped.get_template("page").render({**STATIC, **RECORD})


CARD = "{% macro card(x) %}<p>{{ x }}</p>{% endmacro %}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ d.name }}{{ html }}", "&lt;b&gt;&amp;<hr>"),
        ("{{ d.bio }}", "<p>sane</p>"),
        ("{{ html ~ d.bio }}", "<hr><p>sane</p>"),
        ("{{ html ~ d.name }}", "<hr>&lt;b&gt;&amp;"),
        ("{{ d.name | safe }}", "&lt;b&gt;&amp;"),
        ("{{ d.tags | map('safe') | join }}", "&lt;i&gt;&lt;u&gt;"),
        ("{% set x = d.name | safe %}{{ x }}", "&lt;b&gt;&amp;"),
        ("{% set x %}{{ d.name }}{% endset %}{{ x }}", "&lt;b&gt;&amp;"),
        ("{% set x %}{{ d.name }}{% endset %}{{ x | striptags }}", "&lt;b&gt;&amp;"),
        ("{% set x | striptags %}{{ d.name }}{% endset %}{{ x }}", "&lt;b&gt;&amp;"),
        ("{% filter striptags %}<hr>{{ d.name }}{% endfilter %}", "&lt;b&gt;&amp;"),
        ("{% filter upper %}<hr>{{ d.name }}{% endfilter %}", "<HR>&LT;B&GT;&AMP;"),
        ("{% filter default(d.name, true) %}{% endfilter %}", "&lt;b&gt;&amp;"),
        ("{{ d.name or html }}{{ d.gone or html }}", "&lt;b&gt;&amp;<hr>"),
        ("{{ d.name if yes else html }}{{ html if yes else d.name }}", "&lt;b&gt;&amp;<hr>"),
        ("{{ '<b>%s</b>' | format(d.name) }}", "&lt;b&gt;&lt;b&gt;&amp;&lt;/b&gt;"),
        ("{{ html | replace('hr', d.name) }}", "&lt;&lt;b&gt;&amp;&gt;"),
        ("{% for t in d.tags %}{{ loop.previtem }}{{ t }}{% endfor %}", "&lt;i&gt;&lt;i&gt;&lt;u&gt;"),
        ("{% set ns = namespace(x=1) %}{% set ns.x = d.name %}{{ ns.x }}", "&lt;b&gt;&amp;"),
        ("{% set xs = [] %}{% do xs.append(d.name) %}{{ xs | join }}", "&lt;b&gt;&amp;"),
        (CARD + "{{ card(d.name) }}", "<p>&lt;b&gt;&amp;</p>"),
        (CARD + "{{ card(html) }}{{ card(d.n) }}", "<p>&lt;hr&gt;</p><p>2</p>"),
        (CARD + "{% set x = card(d.name) %}{{ x }}", "<p>&lt;b&gt;&amp;</p>"),
        (CARD + "{% set f = card %}{{ f(d.name) }}", "<p>&lt;b&gt;&amp;</p>"),
        (CARD + "{{ [card][0](d.name) }}", "<p>&lt;b&gt;&amp;</p>"),
        (CARD + "{{ card(d.name) | upper }}", "<P>&LT;B&GT;&AMP;</P>"),
        ("{% macro m(x=d.name) %}{{ x }}{% endmacro %}{{ m() }}", "&lt;b&gt;&amp;"),
        (
            "{% macro m() %}{{ varargs[0] }}{{ kwargs.k }}{% endmacro %}{{ m(d.name, k=d.name) }}",
            "&lt;b&gt;&amp;" * 2,
        ),
        (
            "{% macro m() %}{{ caller(d.name) }}{% endmacro %}{% call(x) m() %}<hr>{{ x }}{% endcall %}",
            "<hr>&lt;b&gt;&amp;",
        ),
        ("{% import 'lib' as l %}{{ l.m(d.name) }}{{ l['m'](d.name) }}", "[&lt;b&gt;&amp;]" * 2),
        ("{% from 'lib' import m as k %}{{ k(d.name) }}", "[&lt;b&gt;&amp;]"),
        ("{% set own = d.name %}{% include 'inc' %}", "(&lt;b&gt;&amp;)"),
        (
            "{% extends 'base' %}{% block b %}{{ super() }}{{ d.name }}{% endblock %}",
            "<&lt;b&gt;&amp;&lt;b&gt;&amp;>",
        ),
        ("{% trans name=d.name %}<hr>{{ name }}{% endtrans %}", "<hr>&lt;b&gt;&amp;"),
        (
            "{% trans name=d.name, n=d.n %}one{% pluralize n %}{{ n }} {{ name }}{% endtrans %}",
            "2 &lt;b&gt;&amp;",
        ),
        ("{{ _(d.name) }}", "&lt;b&gt;&amp;"),
        ("{% autoescape false %}{{ d.name }}{{ html }}{% endautoescape %}", "&lt;b&gt;&amp;<hr>"),
    ],
)
def test_a_theme_without_autoescape_escapes_the_record_alone(source: str, expected: str) -> None:
    """Once, and not the company's own HTML where the two can be told apart."""
    others = {
        "lib": "{% macro m(x) %}[{{ x }}]{% endmacro %}",
        "inc": "({{ own }})",
        "base": "<{% block b %}{{ d.name }}{% endblock %}>",
    }
    assert render(source, **others) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ d.name }}{{ html }}", "&lt;b&gt;&amp;&lt;hr&gt;"),
        ("{{ d.bio }}{{ html ~ d.bio }}", "<p>sane</p>&lt;hr&gt;<p>sane</p>"),
        ("{{ d.name | safe }}{{ html | safe }}", "&lt;b&gt;&amp;<hr>"),
        ("{% set x = d.name | safe %}{{ x }}", "&lt;b&gt;&amp;"),
        ("{% set x %}{{ d.name }}{% endset %}{{ x }}", "&lt;b&gt;&amp;"),
        ("{% filter striptags %}{{ d.name }}{% endfilter %}", "&lt;b&gt;&amp;"),
        ("{{ _(d.name) }}{% set x = _(d.name) %}{{ x }}", "&lt;b&gt;&amp;" * 2),
        ("{% autoescape false %}{{ d.name }}{% endautoescape %}", "&lt;b&gt;&amp;"),
        ("{{ d.name | tojson }}", '"\\u003cb\\u003e\\u0026"'),
        (CARD + "{{ card(d.name) }}", "<p>&lt;b&gt;&amp;</p>"),
    ],
)
def test_a_theme_with_autoescape_stays_as_it_is(source: str, expected: str) -> None:
    """Except that ``safe`` and its kin do not free a record's value."""
    assert render(source, autoescape=True) == expected


def test_company_pages_do_not_change() -> None:
    """A theme in which no deferred name stands renders as without the rule."""
    source = (
        CARD
        + "{{ html }}{{ html | striptags }}{{ card(html) | safe }}{% filter striptags %}<b>{% endfilter %}"
    )
    env = Environment(loader=DictLoader({"page": source}))
    plain = env.get_template("page").render(html="<hr>&lt;")
    assert escaping(env, {"d"}).get_template("page").render(html="<hr>&lt;") == plain


def test_a_loader_that_cannot_list_is_refused() -> None:
    """A value could not be followed through templates that are not known."""
    env = escaping(Environment(loader=FunctionLoader({"page": "{{ d }}"}.get)), {"d"})
    with pytest.raises(ValueError, match="cannot list"):
        env.get_template("page")


def test_a_template_made_from_a_string_is_escaped() -> None:
    """It is followed by itself, besides the theme's templates."""
    env = escaping(Environment(loader=DictLoader({})), {"d"})
    assert env.from_string("{{ d }}{% set v = d %}{{ v }}").render(d="<b>") == "&lt;b&gt;" * 2


@pytest.mark.parametrize(
    "source",
    [
        "{% import 'l' as l with context %}{{ l.v }}",
        "{% import 'l' as l with context %}{{ l['v'] }}{{ l[key] }}",
        "{% import 'l' as l with context %}{{ l.w.name }}",
        "{% import 'l' as l with context %}{% set k = l %}{{ k.v }}",
        "{% set v = d.name %}{% import 'l' as l with context %}{{ l.x }}",
        "{% import 'l' as l with context %}{{ l.v | safe }}",
        "{% from 'l' import v with context %}{{ v }}",
        "{% with v = d.name %}{% include 'i' %}{% endwith %}",
        "{% set u = d %}{% include 'j' %}",
    ],
)
@pytest.mark.parametrize("autoescape", [False, True])
def test_a_value_is_followed_into_other_files(source: str, autoescape: bool) -> None:
    """Through what a file that is imported sets, and names that an included one reads."""
    lib = "{% set v = d.name %}{% set w = d %}{% set x = v %}"
    page = render("{% set key = 'v' %}" + source, autoescape=autoescape, l=lib, i="{{ v }}", j="{{ u.name }}")
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_what_a_file_says_itself_stays_html() -> None:
    """Only what comes from a record is escaped."""
    lib = "{% set v = d.name %}{% set h = '<hr>' %}{% macro m() %}<i>{% endmacro %}"
    assert render("{% import 'l' as l with context %}{{ l.h }}{{ l.m() }}", l=lib) == "<hr><i>"
