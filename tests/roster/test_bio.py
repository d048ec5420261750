"""A distributor's Markdown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.model.text import BIO_LIMIT
from replisite.roster.bio import render_bio
from tests.rosters import HOSTILE


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello *you*  \nand **me**", "<p>Hello <em>you</em><br>\nand <strong>me</strong></p>"),
        ("# A *tea*\n\nx", "<p><strong>A <em>tea</em></strong></p>\n<p>x</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "[us](https://example.com)",
            '<p><a href="https://example.com" rel="nofollow noopener ugc">us</a></p>',
        ),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("{{ x }} {% y %}", "<p>{{ x }} {% y %}</p>"),
        ("![a](https://example.com/x.png)", "<p></p>"),
        ("    indented", "<p>indented</p>"),
        ("`a<b>`", "<p>a&lt;b&gt;</p>"),
        ("[x](javascript:alert(1)) [y](//evil.example) [z](/up)", "<p>x y z</p>"),
        ("[x](java&#115;cript:alert(1))", "<p>x</p>"),
        (
            "[x](mailto:a@b.com?subject=Hi&amp;bcc=c@d.com&body=Tea)",
            '<p><a href="mailto:a@b.com?subject=Hi&amp;body=Tea" rel="nofollow noopener ugc">x</a></p>',
        ),
        (
            '[x](https://a.example "t<i>tle")',
            '<p><a href="https://a.example" rel="nofollow noopener ugc">x</a></p>',
        ),
    ],
)
def test_markdown_becomes_harmless_html(text, html):
    """A short list of tags, links to safe places, and everything else is text."""
    assert html == render_bio(text)


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "# ", "* ", "> ", "[a](", ")", "![", "<a href=", "`", "\n\n", "**"])
    ).map("".join)
)
def test_no_bio_brings_a_tag_of_its_own(text):
    """Whatever is written, a foreign tag or attribute never comes out."""
    html = render_bio(text[:2_000]).lower()
    for tag in ("<script", "<img", "<style", "<title", "<!--", "<code", "<h1", "<span"):
        assert tag not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    "piece", ["[", "![[", "> ", "- a\n", "1. ", "*", "\\", "&", "`", "<", "_a_", "**a ", "[a]("]
)
def test_no_bio_takes_minutes(piece):
    """A bio that is written to be slow is rendered soon."""
    start = time.process_time()
    render_bio((piece * BIO_LIMIT)[:BIO_LIMIT])
    assert time.process_time() - start < 5


def test_a_bio_that_is_no_markdown_is_told_letter_by_letter():
    """Nobody is refused for it, and nothing in it is markup."""
    assert (
        render_bio("<b> " + "[" * 200 + "\n\nand *tea*") == f"<p>&lt;b&gt; {'[' * 200}</p>\n<p>and *tea*</p>"
    )


def test_a_bio_that_is_nested_too_deep_leaves_no_trace():
    """The next person's is rendered as if it were the first."""
    assert render_bio("1. " * 6_000) == f"<p>{' '.join(['1.'] * 6_000)}</p>"
    assert render_bio("I *drink* it.") == "<p>I <em>drink</em> it.</p>"
