"""Placeholders on a built site: filled in, or refused with file and line; never braces or marks on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from replisite.pelican.leftover_lines import line_of_text, read_source
from tests.little_site import LittleSite, run_replisite


@pytest.fixture
def site(tmp_path: Path) -> LittleSite:
    """A little site whose page about itself has a placeholder."""
    made = LittleSite(tmp_path)
    made.write("content/pages/about.md", "---\ntitle: About\n---\nHello {{ distributor.first_name }}.\n")
    return made


def _faults(site: LittleSite, command: str = "check") -> list[str]:
    """Return the faults, each without its advice."""
    done = run_replisite(command, "--site", str(site.root))
    assert done.returncode == 1, done.stderr
    return [
        line.partition(";")[0] for line in done.stderr.splitlines() if ".md:" in line or "themes/" in line
    ]


def test_titles_summaries_and_lists_are_filled_in(site: LittleSite) -> None:
    """In pages, our kinds, other formats and feeds; slugs have nothing of it, and code stays in a description."""
    site.write(
        "content/pages/tea.md",
        '---\ntitle: Tea with {{ distributor.first_name }}\nsummary: "Ask {{ distributor.first_name or \\"us\\" }}"\n'
        "---\nIn code `{{ distributor.city }}` and `{% if %}`.\n",
    )
    site.write(
        "content/help/first.md",
        '---\ntitle: "{{ distributor.name }} helps"\ntopic: "Of {{ distributor.name }}"\n---\nx\n',
    )
    site.write(
        "content/pages/r.rst",
        "R of {{ distributor.alias }}\n################################\n\nHi {{ distributor.alias }} ``{{ x }}``\n",
    )
    site.write(
        "content/news/n.md",
        '---\ntitle: News of {{ distributor.name }}\ndate: 2026-01-02\n---\n<a title="{{ distributor.name }}">a</a>\n',
    )
    site.change("site.toml", "[company]", '[company]\nname = "Little & <Co>"')
    site.change(
        "themes/little/templates/page.html",
        "<h1>",
        '<meta name="description" content="{{ page.summary|striptags }} {{ page.content|striptags }}"><h1>',
    )
    site.build("--prove", "all")
    tea = site.page("jane/tea-with/index.html")
    assert "<h1>Tea with Jane</h1>" in tea
    assert 'content="Ask Jane In code {{ distributor.city }} and {% if %}.' in tea
    assert "<code>{{ distributor.city }}</code>" in tea
    assert "Jane Doe helps</a>" in site.page("jane/help/index.html")
    assert "<h1>R of jane</h1>" in site.page("jane/r-of/index.html")
    assert "Hi jane" in site.page("jane/r-of/index.html")
    feed = site.page("feeds/all.atom.xml")
    assert "<title>News of Little &amp; &lt;Co&gt;</title>" in feed
    assert '&lt;a title="Little &amp;amp; &amp;lt;Co&amp;gt;"&gt;' in feed
    assert not any(
        mark in text.decode()
        for text in site.files().values()
        for mark in "\ufdd0\ufdd1"
        if text[:2] != b"\x1f\x8b"
    )


def test_a_hostile_value_stays_in_its_attribute(tmp_path: Path) -> None:
    """Quoted or not, whether the theme escapes or not."""
    for autoescape in ("true", "false"):
        site = LittleSite(tmp_path / autoescape)
        site.write("themes/little/theme.toml", f"[theme]\nautoescape = {autoescape}\n")
        site.write(
            "content/pages/about.md",
            '---\ntitle: "By {{ distributor.first_name }}"\nslug: about\n---\n'
            "<b title={{ distributor.first_name }}>a</b> [c](https://x.example/?r={{ distributor.first_name }} 'd {{ distributor.first_name }}')\n",
        )
        site.roster(
            'A1,jane,"""><script>alert(1)</script> onclick=x &amp; \'",Doe,,,,GB,active,,first_name last_name'
        )
        site.build()
        page = site.page("jane/about/index.html")
        assert "<script>" not in page
        assert page.count("&#34;&gt;&lt;script&gt;") >= 4
        assert '<b title="&#34;&gt;' in page


def test_faults_have_the_lines_at_which_braces_stand(site: LittleSite) -> None:
    """Not those of the same braces in code; also behind a byte-order mark, with other line ends, in lists."""
    (site.root / "content/pages/about.md").write_bytes(
        '\ufeff---\r\ntitle: A\r\nsummary: >\r\n  one\r\n  {% if x %}\r\ntags: [a, "{{ distributor.id }}"]\r\n---\r\n'
        "`{{ x }}`\r\n\r\n```\r\n{{ x }}\r\n```\r\n\r\ntext {{ x }}\r\n\r\n> {% if x %}\r\n\r\n{{ x }}\r\n".encode()
    )
    site.write(
        "content/help/h.md",
        '---\ntitle: H\ntopic: T\ntags:\n  - a\n  - "{{ distributor.id }}"\nslug: "{{ distributor.alias }}"\nsummary: |\n  a\n  {{ foo }}\n---\nx\n',
    )
    assert _faults(site) == [
        "content/help/h.md:6: tags.1: an owner's value cannot stand here",
        "content/help/h.md:7: slug: an owner's value cannot stand here",
        'content/help/h.md:10: summary: no value "foo" in content',
        "content/pages/about.md:5: summary: {% if x %}: tags are for templates",
        "content/pages/about.md:6: tags: an owner's value cannot stand here",
        'content/pages/about.md:14: no value "x" in content',
        "content/pages/about.md:16: {% if x %}: tags are for templates",
        'content/pages/about.md:18: no value "x" in content',
    ]


@pytest.mark.parametrize(
    "template",
    [
        "<script>{{ page.content|striptags|tojson }}</script>",
        "{{ page.content|upper }}",
        "{{ page.content|striptags|urlencode }}",
        "{{ (page.content|striptags)[:9] }}",
        "{% if distributor.city %}{{ page.content|urlencode }}{% endif %}",
        "{{ (page.content ~ distributor.name)|striptags|tojson }}",
    ],
)
def test_a_placeholder_that_a_filter_changes_stops_the_build(site: LittleSite, template: str) -> None:
    """Each time, with the page and the template: pages that were found wrong are not kept."""
    site.write("themes/little/templates/page.html", template)
    what = "{{ distributor.first_name }} of content/pages/about.md passes a filter"
    for command in ("build", "build", "check"):
        (fault,) = _faults(site, command)
        assert fault.startswith("themes/little/templates/page.html: ")
        assert what in fault or "a placeholder of content/pages/about.md passes a filter" in fault
    assert not site.output.exists()


def test_braces_that_nobody_fills_in_stop_the_build(site: LittleSite) -> None:
    """In a template, or in site.toml."""
    site.change("themes/little/templates/404.html", "Not here", "{% raw %}{{ distributor.name }}{% endraw %}")
    assert [fault.partition(" is not")[0] for fault in _faults(site)] == [
        "themes/little/templates/404.html:1: {{ distributor.name }}"
    ]


@pytest.mark.parametrize(
    ("page", "line"),
    [
        ("---\ntitle: About\n---\nBy hand.\n\nHello {{ distributor.first_name }}.\n", ":6)"),
        ("---\ntitle: About\n---\nHello {{distributor.first_name}}\n`{{ distributor.id }}`\n", ":4)"),
        (
            "---\ntitle: About\n---\n{{ distributor.first_name }}\n{{ distributor.first_name }}\n",
            "",
        ),
    ],
)
def test_a_changed_placeholder_is_named_with_its_line(site: LittleSite, page: str, line: str) -> None:
    """The line of the content, where only one may be meant."""
    site.write("content/pages/about.md", page)
    site.write("themes/little/templates/page.html", "{{ page.content|striptags|urlencode }}")
    (fault,) = _faults(site)
    assert fault.endswith(f" (written at content/pages/about.md{line}" if line else "on about/index.html")


def test_braces_of_a_base_template_are_found_there(site: LittleSite) -> None:
    """The page's own template does not have them."""
    site.change(
        "themes/little/templates/base.html",
        "<footer>",
        "<footer>\n{% raw %}{{ distributor.name }}{% endraw %}",
    )
    faults = _faults(site)
    assert faults
    assert {fault.partition(" is not")[0] for fault in faults} == {
        "themes/little/templates/base.html:8: {{ distributor.name }}"
    }


@pytest.mark.parametrize(
    ("written", "line"),
    [("{{ distributor.city }}", 5), ("{{ distributor.city }} {{ distributor.city }}", 0)],
)
def test_braces_of_content_are_found_there(tmp_path: Path, written: str, line: int) -> None:
    """Where one line alone may be meant."""
    file = tmp_path / "about.md"
    file.write_text(f"---\ntitle: A\n---\n\n{written}\n")
    assert line_of_text(read_source(file), "{{ distributor.city }}") == line
    assert line_of_text(read_source(tmp_path / "none.md"), "{{ distributor.city }}") == 0


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("distributor", "distributor is not a text; write one of its values, such as distributor.name"),
        ("distributor.sponsor if distributor.city else site", "distributor.sponsor is not a text; write one"),
        ("distributor.city or market", "market is not a text; write one of its values, such as market.name"),
        ("distributor.upline", "distributor.upline is not a text; join the names"),
        ("distributor.fields | default('x')", "distributor.fields is not a text; write one of them"),
        ("distributor.sponsor.channels", "distributor.channels is not a text; join the texts"),
        ("enroll_link", "enroll_link is a function; write enroll_link(distributor)"),
        ("distributor.first_name.upper", "upper is a function; write upper() or the filter"),
    ],
)
def test_what_is_no_text_is_not_printed(site: LittleSite, written: str, told: str) -> None:
    """Python's own word for an object would be on the page, with the paths of this machine in it."""
    site.write("content/pages/about.md", f"---\ntitle: About\n---\nHello {{{{ {written} }}}}.\n")
    done = run_replisite("check", "--site", str(site.root))
    assert done.returncode == 1
    assert f"content/pages/about.md:4: {told}" in done.stderr


def test_an_owner_may_write_braces_and_escapes(site: LittleSite) -> None:
    """They are text, on the owner's own page and nowhere a fault; the characters of marks are dropped."""
    site.roster(
        r"A1,jane,{{ distributor.id }} \ufdd0oWn0,&#64976;{% if %},,,,GB,active,,first_name last_name"
    )
    site.write(
        "content/distributors/jane.md",
        "---\ngreeting: '{{ distributor.id }}'\n---\n&#64976;oWn000000000000&#64977; {% x %} \ufdd0\n",
    )
    site.build("--prove", "all")
    assert "Hello {{ distributor.id }} \\ufdd0oWn0." in site.page("jane/about/index.html")
