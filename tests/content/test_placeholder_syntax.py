"""Which braces are placeholders: those that parse and name something that content knows."""

from __future__ import annotations

import time

import pytest

from replisite.content.placeholder_syntax import Syntax

ROOTS = {"distributor", "site", "market", "language", "enroll_link"}
FIELDS = {"site": {"name", "url"}}
OURS = Syntax(ROOTS, FIELDS)
PELICANS = Syntax(ROOTS, FIELDS, is_lenient=True)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("{{ distributor.id }}", ["value"]),
        ("{{distributor.id}}{{ site.name }}", ["value", "value"]),
        ('{{ {"a": {"b": distributor.id}}["a"]["b"] }}', ["value"]),
        ("{{- distributor.id -}}", ["value"]),
        ("{{ enroll_link(distributor) }}", ["value"]),
        ("{{ distributor.name or x }}", ["value"]),
        ("{{ distributor.name \\| upper }}", ["value"]),
        ("{{ distributor.name or &quot;x&quot; }}", ["value"]),
        ("{{ x }}", ["unknown"]),
        ("{{ page.title }} ${{ secrets.TOKEN }}", ["unknown", "unknown"]),
        ("{{ 7 }}", ["unknown"]),
        (r"\frac{{a}}{{b}}", ["unknown", "unknown"]),
        ("{% if x %}a{%- endif -%}", ["tag", "tag"]),
        ("{# a note #}", ["comment"]),
    ],
)
def test_braces_are_told_apart(text: str, kinds: list[str]) -> None:
    """With filters, calls, literals, blanks or none."""
    assert [braces.kind for braces in OURS.find(text)] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "$g^{{p_i}^{n_i}}$",
        "{{1..3},{7..9}}",
        "{{}} {{ }} {{",
        "{{#if x}}y{{/if}} {{> partial}} {{ .Values.x }}",
        '{{ include "x" . }}',
        "{{ a\n\nb }}",
        r"\{{ distributor.id }} \{\{ distributor.id }} \{% if %}",
        "{%} and {%}, 100{% of",
        "## Heading {#top}",
        "Use `{{` and `}}`",
    ],
)
def test_what_does_not_parse_is_text(text: str) -> None:
    """LaTeX, shells, Handlebars, Helm, escaped braces, halves of braces."""
    assert list(OURS.find(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ x }} {% if %} {# c #} {{ site.baseurl }} {{ page.url }}", []),
        (
            "{{ distributor.id }} {{ site.name }} {{ enroll_link(distributor) }}",
            ["distributor.id", "site.name", "enroll_link(distributor)"],
        ),
    ],
)
def test_on_pelican_s_own_sites_only_known_values_are_placeholders(text: str, found: list[str]) -> None:
    """Jekyll's ``site.baseurl`` is text, as there is no such value."""
    assert [braces.expression for braces in PELICANS.find(text)] == found


def test_a_text_full_of_braces_is_read_in_no_time() -> None:
    """However they are nested, and whether they end or not."""
    started = time.process_time()
    for text in (
        "{{" * 20_000,
        "{{ " * 20_000,
        "}}" * 20_000,
        "{{ a }} " * 5_000,
        "{% " * 20_000,
        "{{ ( " * 9_000,
    ):
        list(OURS.find(text))
        list(OURS.unfilled(text))
    assert time.process_time() - started < 10
