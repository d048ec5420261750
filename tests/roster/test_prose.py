"""Prose is rendered without Markdown, as Markdown renders it."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replisite.model.text import BIO_LIMIT, clean_markdown
from replisite.roster.bio import _render_markdown
from replisite.roster.prose import render_prose
from tests.rosters import HOSTILE


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Tea, since 1998: “the whole leaf”.", "<p>Tea, since 1998: “the whole leaf”.</p>"),
        (
            "Ask me\nabout *tea*.\n\n**Oolong** (*mine*)!",
            "<p>Ask me\nabout <em>tea</em>.</p>\n<p><strong>Oolong</strong> (<em>mine</em>)!</p>",
        ),
        ("Zoë 李小龍 12 €", "<p>Zoë 李小龍 12 €</p>"),
    ],
)
def test_prose_is_paragraphs(text, html):
    """With a stressed word here and there."""
    assert (render_prose(text), _render_markdown(text)) == (html, html)


@pytest.mark.parametrize(
    "text",
    [
        *("", "# Tea", "- tea", "1. tea", "> tea", "tea\n===", "tea\n---", "---", "    tea", " tea", "tea "),
        *("tea  \nmore", "a\n\n\nb", "*a", "a*b*", "*a*b", "***a***", "* a *", "_a_", "*a **b** c*"),
        *("[a](b)", "![a](b)", "`a`", "a\\*", "a & b", "&amp;", "<b>", "a\tb", "a\u00a0b", "{{ a }}"),
    ],
)
def test_all_else_is_left_to_markdown(text):
    """Whatever leaves a question."""
    assert render_prose(text) == ""


PIECES = st.sampled_from(
    [
        *(
            "a",
            "B ",
            "12",
            "1.",
            "1. ",
            " ",
            "  \n",
            "\n",
            "\n\n",
            "*",
            "**",
            "*a*",
            " *a b* ",
            "**c** ",
            "_",
        ),
        *("(", ")", "'", '"', "-", "- ", "+ ", "=", "===", "---", "!", ":", "...", "http://x.y/z", "a@b.c"),
        *("é", "’", "—", "李", "²", "٣.", "ª", "$", "%", "/", "&", "[", "\\", "`", "<", ">", "#", "\u3000"),  # noqa: RUF001 - these are meant
    ]
)


@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(HOSTILE), st.text(max_size=40)))
@example("*a* *b*\n**c**\n\n(*d*) 12")
def test_prose_is_rendered_as_markdown_renders_it(text):
    """Byte for byte, or not at all."""
    for told in (text, clean_markdown(text)):
        assert render_prose(told) in {"", _render_markdown(told)}


@pytest.mark.parametrize("piece", ["a", "*a* ", "a\n\n", "**a ", "(", "*a*", "a ", "*", "a*", "(a", "12."])
def test_no_prose_takes_long(piece):
    """A text that is written to be slow is seen through, or refused, at once."""
    text = (piece * BIO_LIMIT)[:BIO_LIMIT]
    start = time.process_time()
    render_prose(f"{text}*")
    render_prose(text)
    assert time.process_time() - start < 0.2
