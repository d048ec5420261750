"""Find placeholders in Markdown, wherever a text may stand: prose, tables, references, titles, HTML.

Braces are hidden after fenced code has been put aside and before anything else looks at the text; when all is HTML,
those in code come back, and marks stand for the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import BacktickInlineProcessor, InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, code_escape

from replisite.content.marks import CLOSE, OPEN
from replisite.pelican.conversion import Conversion
from replisite.pelican.placeholders import Placeholders

__all__ = ["PlaceholderExtension"]

_LATE = r"\{\{(?!\{).+?\}\}"
_MAIL = rf"<([^<> !@]*{OPEN}[^<> ]*@[^@<> ]+|[^<> !@]+@[^@<> ]*{OPEN}[^@<> ]*)>"


class PlaceholderExtension(Extension):
    """The Markdown extension that finds placeholders."""

    def __init__(self, placeholders: Placeholders) -> None:
        super().__init__()
        self.placeholders = placeholders

    def extendMarkdown(self, md: Markdown) -> None:
        conversion = Conversion(self.placeholders)
        hide = _Hide(conversion, md)
        md.preprocessors.register(hide, "placeholders", 22)  # fenced code is 25, raw HTML 20
        md.preprocessors.register(_RawHtml(conversion, hide, md), "placeholders in HTML", -50)
        md.treeprocessors.register(
            _CodeBlocks(conversion, md), "placeholders in code", 1000
        )  # highlighting is 30
        # After code spans (190), before backslash escapes (180), links and emphasis.
        md.inlinePatterns.register(_Late(conversion, md), "placeholder", 185)
        if not self.placeholders.syntax.is_lenient:
            md.inlinePatterns.register(_Meant(self.placeholders, md), "escaped placeholder", 184)
        md.inlinePatterns.register(_Mail(_MAIL, md), "placeholder in mail", 111)  # automail is 110
        md.postprocessors.register(_Settle(conversion, md), "placeholders", -1000)


class _Hide(Preprocessor):
    """Hides the braces of all lines at once."""

    def __init__(self, conversion: Conversion, md: Markdown) -> None:
        super().__init__(md)
        self.conversion = conversion
        self.stashed = 0
        self._is_prepared = False

    def run(self, lines: list[str]) -> list[str]:
        if not self._is_prepared:
            self._prepare()
        self.stashed = len(self.md.htmlStash.rawHtmlBlocks)
        return self.conversion.hide("\n".join(lines)).split("\n")

    def _prepare(self) -> None:
        """Have other extensions, which are all here by now, see code as it was written and headings without braces."""
        self._is_prepared = True
        if "backtick" in self.md.inlinePatterns:
            spans = self.md.inlinePatterns["backtick"]
            if isinstance(spans, InlineProcessor) and type(spans) is not BacktickInlineProcessor:
                # It may highlight.
                spans.handleMatch = _as_written(spans, self.conversion)  # type: ignore[method-assign,assignment]
        if "toc" not in self.md.treeprocessors:
            return
        toc: Any = self.md.treeprocessors["toc"]
        slugify = getattr(toc, "slugify", None)
        if slugify is not None:
            toc.slugify = lambda text, *rest: slugify(self.conversion.forgotten(text), *rest)


class _RawHtml(Preprocessor):
    """Settles blocks of raw HTML, in which nothing is escaped."""

    def __init__(self, conversion: Conversion, hide: _Hide, md: Markdown) -> None:
        super().__init__(md)
        self.conversion = conversion
        self.hide = hide

    def run(self, lines: list[str]) -> list[str]:
        blocks = self.md.htmlStash.rawHtmlBlocks
        for number in range(self.hide.stashed, len(blocks)):
            block = blocks[number]
            if isinstance(block, str):
                blocks[number] = self.conversion.settle(block, is_verbatim=True)
        return lines


class _CodeBlocks(Treeprocessor):
    """Puts braces back into indented code before it is highlighted."""

    def __init__(self, conversion: Conversion, md: Markdown) -> None:
        super().__init__(md)
        self.conversion = conversion

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in {"pre", "code"} and element.text and OPEN in element.text:
                element.text = AtomicString(self.conversion.shown(element.text, code_escape))


class _Late(InlineProcessor):
    """Hides braces that were no placeholder before their lines were joined: in a quotation, for example."""

    def __init__(self, conversion: Conversion, md: Markdown) -> None:
        super().__init__(_LATE, md)
        self.conversion = conversion

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[str | None, int | None, int | None]:
        braces = next(self.conversion.placeholders.syntax.find(data[m.start() : m.end()]), None)
        if braces is None or data[: m.start()].endswith("\\"):
            return None, None, None
        return self.conversion.hidden(braces), m.start() + braces.start, m.start() + braces.end


class _Meant(InlineProcessor):
    r"""Writes braces behind a backslash as HTML entities, where they would be taken for a placeholder: ``\{\{ site``."""

    def __init__(self, placeholders: Placeholders, md: Markdown) -> None:
        super().__init__(placeholders.syntax.escaped.pattern, md)

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - Markdown's signature
    ) -> tuple[str, int, int]:
        return "&#123;" * m[0].count("{"), m.start(), m.end()


class _Mail(InlineProcessor):
    """Makes ``<hello+{{ distributor.alias }}@x.example>`` a link; Markdown's own would write each letter as an entity."""

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 - Markdown's signature
    ) -> tuple[Element, int, int]:
        link = Element("a")
        address = self.unescape(m[1]).removeprefix("mailto:")
        link.text = AtomicString(address)
        link.set("href", f"mailto:{address}")
        return link, m.start(), m.end()


class _Settle(Postprocessor):
    def __init__(self, conversion: Conversion, md: Markdown) -> None:
        super().__init__(md)
        self.conversion = conversion

    def run(self, text: str) -> str:
        return self.conversion.settle(text, is_verbatim=False)


def _as_written(
    spans: InlineProcessor, conversion: Conversion
) -> Callable[[re.Match[str], str], tuple[Element | str | None, int | None, int | None]]:
    """Return the method of a processor of code spans that gets the braces as they were written."""
    handle = spans.handleMatch

    def handled(m: re.Match[str], data: str) -> tuple[Element | str | None, int | None, int | None]:
        element, start, end = handle(m, data)
        if start is None or end is None or OPEN not in data[start:end] or CLOSE not in data[start:end]:
            return element, start, end
        written = data[:start] + conversion.shown(data[start:end]) + data[end:]
        again = spans.getCompiledRegExp().search(written, m.start())
        return (handle(again, written)[0], start, end) if again else (element, start, end)

    return handled
