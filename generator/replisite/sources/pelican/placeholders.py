"""Owner's values in Markdown prose: ``Ask {{ distributor.first_name }}`` becomes a mark, and a slot later.

Code spans and code blocks are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from xml.etree.ElementTree import Element

from jinja2 import Environment, TemplateSyntaxError, nodes
from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor

from replisite.errors import nearest
from replisite.model.distributor import Distributor, Supporter
from replisite.pages.marks import mark_of

__all__ = ["PlaceholderExtension", "Placeholders", "unknown_names"]

_EXPRESSION = r"\{\{(?!\{)(.+?)\}\}"
_CODE = re.compile(
    r"(<(pre|code|script|style|textarea|svg)\b.*?</\2\s*>|<!--.*?-->)", re.DOTALL | re.IGNORECASE
)


class Placeholders:
    """All placeholders of a site's content, by the mark that stands for each.

    ``refuse`` is called with the expression, what is wrong and what to do, for the file being read.
    """

    def __init__(self, names: Iterable[str], custom_fields: Iterable[str]) -> None:
        self._known = frozenset(names)
        self._custom = frozenset(custom_fields)
        self._by_key: dict[str, str] = {}
        self._marked: list[str] | None = None
        self.refuse: Callable[[str, str, str], None] = lambda *_: None

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """Give the expressions that are marked meanwhile."""
        self._marked = []
        try:
            yield self._marked
        finally:
            self._marked = None

    def mark(self, expression: str) -> str:
        """Return the mark that stands for an expression."""
        expression = expression.strip().replace("\\|", "|")  # a table cell needs the backslash
        self._check(expression)
        if self._marked is not None:
            self._marked.append(expression)
        return self.remember(expression)

    def remember(self, expression: str) -> str:
        """Return the mark that stands for an expression which is in order."""
        key, mark = mark_of(expression)
        self._by_key[key] = expression
        return mark

    @property
    def expressions(self) -> Mapping[str, str]:
        """All expressions by the keys of their marks."""
        return self._by_key

    def _check(self, expression: str) -> None:
        try:
            tree = Environment(autoescape=True).parse("{{ " + expression + " }}")
        except TemplateSyntaxError as error:
            told = "write braces that are meant as braces in a code span, or as \\{\\{"
            self.refuse(expression, f"{{{{ {expression} }}}} is not an expression: {error.message}", told)
            return
        for _, what, told in unknown_names(tree, self._known, self._custom):
            self.refuse(expression, what, told)


def unknown_names(
    tree: nodes.Node, known: frozenset[str] | None, custom: frozenset[str]
) -> Iterable[tuple[int, str, str]]:
    """Yield (line, what is wrong, what to do) for names and fields of the owner that do not exist.

    ``known`` is None where any name may be meant, as in a template.
    """
    for name in tree.find_all(nodes.Name):
        if known is not None and name.ctx == "load" and name.name not in known:
            told = nearest(name.name, known) or "use distributor.<field>"
            yield name.lineno, f'no value "{name.name}" in content', told
    for node in tree.find_all(nodes.Getattr):
        owner = _owner(node.node)
        if owner is None:
            continue
        if owner == "fields":
            if node.attr not in custom and not hasattr(dict, node.attr):
                yield node.lineno, f'no field "{node.attr}" in [[roster.fields]]', nearest(node.attr, custom)
        elif node.attr not in _FIELDS[owner]:
            yield node.lineno, f'no field "{node.attr}" in the roster', nearest(node.attr, _FIELDS[owner])


_FIELDS = {
    "distributor": {field.name for field in fields(Distributor)} | {"initials", "photo_webp"},
    "supporter": {field.name for field in fields(Supporter)} | {"initials", "photo_webp"},
}


def _owner(node: nodes.Node) -> str | None:
    """Say what an expression is, of the things that have the owner's fields."""
    if isinstance(node, nodes.Name):
        return "distributor" if node.name == "distributor" else None
    if isinstance(node, nodes.Getattr) and _owner(node.node) == "distributor":
        return {"sponsor": "supporter", "enroller": "supporter", "fields": "fields"}.get(node.attr)
    return None


class PlaceholderExtension(Extension):
    """The Markdown extension that finds placeholders in prose and in raw HTML."""

    def __init__(self, placeholders: Placeholders) -> None:
        super().__init__()
        self.placeholders = placeholders

    def extendMarkdown(self, md: Markdown) -> None:
        # After code spans (190), before backslash escapes (180), links and emphasis.
        md.inlinePatterns.register(_Inline(self.placeholders, md), "placeholder", 185)
        # Before raw HTML (30) is put back into the text.
        md.postprocessors.register(_RawHtml(self.placeholders, md), "placeholder", 35)


class _Inline(InlineProcessor):
    def __init__(self, placeholders: Placeholders, md: Markdown) -> None:
        super().__init__(_EXPRESSION, md)
        self.placeholders = placeholders

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - Markdown's signature
    ) -> tuple[Element | str, int, int]:
        return self.placeholders.mark(m.group(1)), m.start(0), m.end(0)


class _RawHtml(Postprocessor):
    def __init__(self, placeholders: Placeholders, md: Markdown) -> None:
        super().__init__(md)
        self.placeholders = placeholders

    def run(self, text: str) -> str:
        blocks = self.md.htmlStash.rawHtmlBlocks
        for place, block in enumerate(blocks):
            if isinstance(block, str) and "{{" in block:
                blocks[place] = self._marked(block)
        return text

    def _marked(self, html: str) -> str:
        pieces = _CODE.split(html)
        # split() yields text, code, the code's tag name, text, …
        for place in range(0, len(pieces), 3):
            pieces[place] = re.sub(_EXPRESSION, lambda m: self.placeholders.mark(m.group(1)), pieces[place])
        del pieces[2::3]
        return "".join(pieces)
