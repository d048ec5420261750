"""``{{ distributor.first_name }}`` in Markdown: marks in prose, braces in code."""

from __future__ import annotations

import pytest
from markdown import Markdown

from replisite.pages.marks import split_marks
from replisite.sources.pelican.markdown_placeholders import PlaceholderExtension
from replisite.sources.pelican.placeholders import Placeholders


@pytest.fixture
def placeholders() -> Placeholders:
    """Placeholders that note what they refuse in ``refused``."""
    made = Placeholders({"distributor", "enroll_link"}, {"whatsapp"})
    made.refused = []  # type: ignore[attr-defined]
    made.refuse = lambda *told: made.refused.append(told)  # type: ignore[attr-defined]
    return made


def _parts(placeholders: Placeholders, text: str) -> list[str]:
    """Convert Markdown; a mark is told as ``<<expression>>``."""
    extensions = ["extra", "pymdownx.superfences", "toc", PlaceholderExtension(placeholders)]
    html = Markdown(extensions=extensions).convert(text)
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
    ],
)
def test_prose_is_marked_and_code_is_left_alone(placeholders: Placeholders, text: str, html: str) -> None:
    """Paragraphs, emphasis, links, raw HTML and tables; code spans and blocks stay as they are."""
    assert "".join(_parts(placeholders, text)) == html
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
        ("{{ distribtor.name }}", 'no value "distribtor" in content', 'did you mean "distributor"?'),
        (
            "{{ distributor.name * }}",
            "{{ distributor.name * }} is not an expression, and would be read as it stands",
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
