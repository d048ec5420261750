"""Turn a distributor's Markdown into HTML that can stand on a page."""

from __future__ import annotations

import re
from functools import cache
from xml.etree.ElementTree import Element, SubElement

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import escape

from replisite.roster.contacts import SCHEMES, parse_url
from replisite.roster.prose import render_prose

__all__ = ["render_bio"]

TAGS = {"a", "blockquote", "br", "em", "li", "ol", "p", "strong", "ul"}
MOST_BRACKETS = 100
"""Markdown looks for the end of each to the end of its paragraph: without a bound, minutes for one bio."""

_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
"""What the marks in pages are made of: no text of a distributor may hold one."""

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def render_bio(text: str) -> str:
    r"""Return sanitised HTML. A text that is nested too deep, or is mostly brackets, is shown letter by letter.

    HTML in the text stays text, headings become strong paragraphs, and only links that `parse_url`
    takes are kept. Braces are text: nothing here is a template.

    >>> render_bio("# Tea\n\n<b>[us](javascript:x)")
    '<p><strong>Tea</strong></p>\n<p>&lt;b&gt;us</p>'
    """
    return render_prose(text) or _render_markdown(text)


def _render_markdown(text: str) -> str:
    """Return what Markdown makes of a text; `render_prose` gives the same, where it gives anything."""
    if text.count("[") > MOST_BRACKETS:
        return _render_paragraphs(text)
    try:
        html = _markdown().reset().convert(text)
    except RecursionError:
        _markdown.cache_clear()  # what broke off in the middle of a list goes on in it
        return _render_paragraphs(text)
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener ugc",
    )
    return _NONCHARACTERS.sub("", clean).strip()  # a character reference is one by now


def _render_paragraphs(text: str) -> str:
    """Return text that is no Markdown as paragraphs."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs if paragraph)


class _Plain(Extension):
    """Markdown without raw HTML, code, references and mail in angle brackets; headings are paragraphs."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        md.preprocessors.deregister("html_block")
        for block in ("code", "reference"):
            md.parser.blockprocessors.deregister(block)
        for inline in (
            "html",
            "automail",
            "reference",
            "short_reference",
            "image_reference",
            "short_image_ref",
        ):
            md.inlinePatterns.deregister(inline)
        md.treeprocessors.register(_StrongHeadings(md), "strong_headings", 15)
        md.treeprocessors.register(_SafeLinks(md), "safe_links", 14)


class _StrongHeadings(Treeprocessor):
    """After the inline patterns: a heading becomes a paragraph, its content strong."""

    def run(self, root: Element) -> None:
        for heading in list(root.iter()):
            if heading.tag in _HEADINGS:
                children, text = list(heading), heading.text
                for child in children:
                    heading.remove(child)
                heading.tag, heading.text = "p", None
                strong = SubElement(heading, "strong")
                strong.text = text
                strong.extend(children)


class _SafeLinks(Treeprocessor):
    """A link to what nobody may link to becomes the text that it was on."""

    def run(self, root: Element) -> None:
        for link in list(root.iter("a")):
            try:
                link.set("href", parse_url(link.get("href", "")))
            except ValueError:
                link.tag = "span"


@cache
def _markdown() -> Markdown:
    return Markdown(extensions=[_Plain()])
