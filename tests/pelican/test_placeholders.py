"""``{{ distributor.first_name }}`` in Markdown: marks in prose, braces in code."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from markdown import Markdown

from replisite.content.marks import split_marks
from replisite.pelican.markdown_placeholders import PlaceholderExtension
from replisite.pelican.placeholders import Placeholders

_EXTENSIONS = [
    "extra",
    "admonition",
    "toc",
    "pymdownx.details",
    "pymdownx.inlinehilite",
    "pymdownx.superfences",
]


@pytest.fixture
def placeholders() -> Placeholders:
    """Placeholders that note what they refuse in ``refused``."""
    made = Placeholders({"distributor", "enroll_link"}, {"whatsapp"})
    made.refused = []  # type: ignore[attr-defined]
    made.refuse = lambda *told: made.refused.append(told)  # type: ignore[attr-defined]
    return made


def _parts(placeholders: Placeholders, text: str, extensions: Sequence[str] = _EXTENSIONS) -> list[str]:
    """Convert Markdown; a mark is told as ``<<expression>>``."""
    html = Markdown(extensions=[*extensions, PlaceholderExtension(placeholders)]).convert(text)
    pieces = split_marks(html)
    return [f"<<{placeholders.expressions[piece]}>>" if is_mark else piece for is_mark, piece in pieces]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ask {{ distributor.name }}.", "<p>Ask <<distributor.name>>.</p>"),
        ("*{{ distributor.name or 'a *b*' }}*", "<p><em><<distributor.name or 'a *b*'>></em></p>"),
        ("[join]({{ enroll_link(distributor) }})", '<p><a href="<<enroll_link(distributor)>>">join</a></p>'),
        ("`{{ distributor.name }}`", "<p><code>{{ distributor.name }}</code></p>"),
        ("    {{ distributor.name }}", "<pre><code>{{ distributor.name }}\n</code></pre>"),
        (r"\{\{ x }}", "<p>{{ x }}</p>"),
        (
            '<div class="x"><a href="{{ enroll_link(distributor) }}">q</a><code>{{ x }}</code></div>',
            '<div class="x"><a href="<<enroll_link(distributor)>>">q</a><code>{{ x }}</code></div>',
        ),
        (
            "| a |\n|---|\n| {{ distributor.name \\| upper }} |",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><<distributor.name | upper>></td>\n</tr>\n</tbody>\n</table>",
        ),
        (
            'Ask <a href="https://x.example/?r={{ distributor.id }}">here</a> or <span title="{{ distributor.name or "x" }}">x</span>',
            '<p>Ask <a href="https://x.example/?r=<<distributor.id>>">here</a> or <span title="<<distributor.name or "x">>">x</span></p>',
        ),
        (
            "- <b class='{{ distributor.alias }}'>li</b>",
            "<ul>\n<li><b class='<<distributor.alias>>'>li</b></li>\n</ul>",
        ),
        ("a <b title={{ distributor.name }}>b</b>", '<p>a <b title="<<distributor.name>>">b</b></p>'),
        (
            '[a][j] ![b {{ distributor.alias }}](c.png "d {{ distributor.alias }}")\n\n[j]: https://x.example/?ref={{distributor.id}} "e {{ distributor.id }}"',
            (
                '<p><a href="https://x.example/?ref=<<distributor.id>>" title="e <<distributor.id>>">a</a>'
                ' <img alt="b <<distributor.alias>>" src="c.png" title="d <<distributor.alias>>" /></p>'
            ),
        ),
        (
            "HTML\n\n*[HTML]: ask {{ distributor.name }}",
            '<p><abbr title="ask <<distributor.name>>">HTML</abbr></p>',
        ),
        (
            "<https://x.example/?r={{ distributor.id }}>",
            '<p><a href="https://x.example/?r=<<distributor.id>>">https://x.example/?r=<<distributor.id>></a></p>',
        ),
        (
            "<hello+{{ distributor.alias }}@x.example> <mailto:{{ distributor.alias }}@x.example> <hi@{{ distributor.alias }}.example>",
            (
                '<p><a href="mailto:hello+<<distributor.alias>>@x.example">hello+<<distributor.alias>>@x.example</a>'
                ' <a href="mailto:<<distributor.alias>>@x.example"><<distributor.alias>>@x.example</a>'
                ' <a href="mailto:hi@<<distributor.alias>>.example">hi@<<distributor.alias>>.example</a></p>'
            ),
        ),
        ("## Ask {{ distributor.name }} now", '<h2 id="ask-now">Ask <<distributor.name>> now</h2>'),
        ("Text\n{: title='{{ distributor.name }}' }", '<p title="<<distributor.name>>">Text</p>'),
        (
            '!!! note "Ask {{ distributor.name or "us" }}"\n    Text',
            '<div class="admonition note">\n<p class="admonition-title">Ask <<distributor.name or "us">></p>\n<p>Text</p>\n</div>',
        ),
        (
            '??? tip "Ask {{ distributor.name }}"\n    Text',
            '<details class="tip">\n<summary>Ask <<distributor.name>></summary>\n<p>Text</p>\n</details>',
        ),
        ("Term\n:   {{ distributor.id }}", "<dl>\n<dt>Term</dt>\n<dd><<distributor.id>></dd>\n</dl>"),
        (
            "> ask {{ distributor.name\n> or 'us' }}",
            "<blockquote>\n<p>ask <<distributor.name\nor 'us'>></p>\n</blockquote>",
        ),
        (
            '<div markdown="1">\n*{{ distributor.name }}* `{{ x }}`\n</div>',
            "<div>\n<p><em><<distributor.name>></em> <code>{{ x }}</code></p>\n</div>",
        ),
        (
            "in a line <code class='a'>{{ x < 1 }} <b>{{ y }}</b></code> <KBD>{{ z }}</KBD> {{ distributor.id }}",
            "<p>in a line <code class='a'>{{ x &lt; 1 }} <b>{{ y }}</b></code> <KBD>{{ z }}</KBD> <<distributor.id>></p>",
        ),
        ("```\n{{ distributor.id }} {% x %}\n```", None),
        ("- a\n\n    ```python\n    {{ distributor.id }}\n    ```", None),
        ("a `#!python {{ distributor.id | upper }}` b", None),
        ("    :::python\n    {{ distributor.id }} {% if x %}", None),
        ("<pre>\n{{ distributor.id }}\n\n{% x %}</pre>", None),
        ("a <!-- {{ x }} {% y %} --> b", None),
        (
            "<p><textarea>{{ distributor.id }} {{ x }}</textarea><script>{{ y }}</script></p>",
            "<p><textarea><<distributor.id>> {{ x }}</textarea><script>{{ y }}</script></p>",
        ),
        ("$g^{{p_i}^{n_i}}$ {{1..3},{7..9}}", "<p>$g^{{p_i}^{n_i}}$ {{1..3},{7..9}}</p>"),
        (r"\{\{ distributor.name }} \{% if %}", "<p>&#123;&#123; distributor.name }} &#123;% if %}</p>"),
    ],
)
def test_prose_is_marked_and_code_is_left_alone(
    placeholders: Placeholders, text: str, html: str | None
) -> None:
    """Wherever a text may stand; code spans and blocks, highlighted or not, are as they are without the extension."""
    extensions = _EXTENSIONS if html else [*_EXTENSIONS, "codehilite"]
    expected = html or Markdown(extensions=extensions).convert(text)
    assert "".join(_parts(placeholders, text, extensions)) == expected
    assert placeholders.refused == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "what", "told"),
    [
        ("{{ distributor.fone }}", 'no field "fone" in the roster', 'did you mean "phone"?'),
        ("{{ distributor.sponsor.bio }}", 'no field "bio" in the roster', ""),
        (
            "{{ distributor.fields.whatsap }}",
            'no field "whatsap" in [[roster.fields]]',
            'did you mean "whatsapp"?',
        ),
        ("[a][j]\n\n[j]: {{ distributor.fone }}", 'no field "fone" in the roster', 'did you mean "phone"?'),
        ("{{ 7 }}", "{{ 7 }} says nothing of the owner", None),
        ("{{ distribtor.name }}", 'no value "distribtor" in content', 'did you mean "distributor"?'),
        (
            "{{ distributor.name * }}",
            "{{ distributor.name * }} is not an expression: unexpected 'end of print statement'",
            None,
        ),
    ],
)
def test_what_does_not_exist_is_refused(
    placeholders: Placeholders, text: str, what: str, told: str | None
) -> None:
    """With the nearest name that does."""
    _parts(placeholders, text)
    ((_, found, next_step),) = placeholders.refused  # type: ignore[attr-defined]
    assert found == what
    assert told is None or next_step == told


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{% if distributor.city %}", "{% if distributor.city %}: tags are for templates"),
        ("<p>{% x %}</p>", "{% x %}: tags are for templates"),
        ("a {# note #}", "{# note #}: comments like this are for templates"),
        ("<b onclick='x({{ distributor.id }})'>", "{{ distributor.id }} cannot stand in onclick"),
        ("[a](javascript:{{ distributor.id }})", "{{ distributor.id }} cannot stand in href"),
        ("<script>x('{{ distributor.id }}')</script>", "{{ distributor.id }} cannot stand in a script"),
        ("a \ufdd0 b", "a character that means nothing in text"),
    ],
)
def test_what_visitors_must_not_read_is_refused(placeholders: Placeholders, text: str, what: str) -> None:
    """Tags, comments, and values where no escape holds them."""
    _parts(placeholders, text)
    assert placeholders.refused  # type: ignore[attr-defined]
    assert all(found.startswith(what) for _, found, _ in placeholders.refused)  # type: ignore[attr-defined]


def test_on_pelican_s_own_sites_other_braces_make_no_difference() -> None:
    """They are what Markdown makes of them, and nothing is refused."""
    text = "{{ *x* }} <b title='{{ a }}'>{{ b_c_d }}</b> {% if %} `{{ distributor.id }}` {{ site.baseurl }} \\{\\{ site.name }}\n\n## {{ y }}"
    made = Placeholders({"distributor", "site"}, (), is_lenient=True)
    made.refuse = lambda *told: pytest.fail(str(told))
    assert "".join(_parts(made, text)) == Markdown(extensions=_EXTENSIONS).convert(text)
    assert _parts(made, "Ask {{ distributor.id }}") == ["<p>Ask ", "<<distributor.id>>", "</p>"]
