"""What is code in HTML, and what is not."""

from __future__ import annotations

import time

import pytest

from replisite.content.html_regions import code_texts, regions


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<code>b</code>c", "ac"),
        ("a<CODE CLASS='x>y'>b</Code>c", "ac"),
        ("a<kbd><kbd>b</kbd>b</kbd>c", "ac"),
        ("a<pre><code>b</code>b<b>b</b></pre>c", "ac"),
        ("a<code>b", "a"),
        ("a</code>c", "ac"),
        ("a<!-- <code> b -->c", "ac"),
        ("a<script>if (b<code>) {}</script>c", "ac"),
        ('a<span class="math inline">b<span>b</span>b</span>c', "ac"),
        ('a<span class="aftermath">d</span>c', "adc"),
        ("a < b > c", "a < b > c"),
        ("<codeblock>a</codeblock>", "a"),
    ],
)
def test_text_outside_code(html: str, text: str) -> None:
    """Elements in each other, in capitals, with attributes, never closed; scripts, comments and formulas."""
    found = list(regions(html))
    assert "".join(region.text for region in found) == html
    assert "".join(region.text for region in found if region.kind == "text") == text


def test_the_text_of_code_has_no_tags() -> None:
    """Highlighted code is put together again."""
    html = '<pre><span class="p">{{</span> <b>x</b> }}</pre> <kbd>y</kbd>'
    assert list(code_texts(html)) == ["{{ x }}", "y"]


def test_html_that_never_ends_is_read_in_no_time() -> None:
    """Quotes and tags that are opened and not closed."""
    started = time.process_time()
    for html in ("<a " * 20_000, '<a title="' * 5_000, "<code>" * 20_000, "<!--" * 20_000):
        assert "".join(region.text for region in regions(html)) == html
    assert time.process_time() - started < 20
