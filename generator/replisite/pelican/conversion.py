"""The way of a text through a converter: braces are hidden before it, and become marks after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from jinja2 import Environment, TemplateSyntaxError

from replisite.content.html_regions import Region, regions
from replisite.content.marks import CLOSE, OPEN, without_marks
from replisite.content.placeholder_syntax import Braces
from replisite.pelican.expression_checks import MEANT, shortened
from replisite.pelican.placeholders import PROBE, Placeholders

__all__ = ["Conversion", "marked_text"]

_HIDDEN = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'<>/=]+)(?P<equals>\s*=\s*)(?P<value>"[^"]*"|'[^']*'|[^\s"'<>]+)""", re.DOTALL
)


def marked_text(placeholders: Placeholders, text: str) -> str:
    """Return a text of front matter, or finished HTML, with marks in it; code in it is left alone."""
    if not any(sign in text for sign in ("{{", "{%", "{#", r"\{")):
        return text
    conversion = Conversion(placeholders)
    marked = conversion.settle(conversion.hide(text), is_verbatim=True)
    if placeholders.syntax.is_lenient:
        return marked
    return placeholders.syntax.escaped.sub(
        lambda match: placeholders.mark_braces(match[0].replace("\\", "")), marked
    )


class Conversion:
    """The braces of one text on its way through a converter: hidden before it, settled after it."""

    def __init__(self, placeholders: Placeholders) -> None:
        self.placeholders = placeholders
        self._found: list[Braces] = []

    def hide(self, text: str) -> str:
        """Replace braces by what a converter leaves as it is."""
        if OPEN in text or CLOSE in text:
            what = "a character that means nothing in text (U+FDD0 or U+FDD1)"
            self.placeholders.refuse(OPEN if OPEN in text else CLOSE, what, "take it out")
            text = text.replace(OPEN, "").replace(CLOSE, "")
        pieces: list[str] = []
        at = 0
        for braces in self.placeholders.syntax.find(text):
            pieces += (text[at : braces.start], self.hidden(braces))
            at = braces.end
        return "".join([*pieces, text[at:]])

    def hidden(self, braces: Braces) -> str:
        """Return what stands for some braces until they are settled."""
        self._found.append(braces)
        return f"{OPEN}{len(self._found) - 1}{CLOSE}"

    def settle(self, html: str, *, is_verbatim: bool) -> str:
        """Put back what is in code, and marks for everything else.

        ``is_verbatim`` says that the text was HTML from the start; otherwise what is put back must be escaped.
        """
        if OPEN not in html and ("{" not in html or self.placeholders.syntax.is_lenient):
            return html
        return "".join(self._settled(region, is_verbatim) for region in regions(html))

    def shown(self, text: str, escaped: Callable[[str], str] = str) -> str:
        """Return a text with all braces as they were written."""
        return (
            _HIDDEN.sub(lambda match: escaped(self._found[int(match[1])].raw), text) if OPEN in text else text
        )

    def forgotten(self, text: str) -> str:
        """Return a text without any placeholder, hidden or marked."""
        return without_marks(_HIDDEN.sub("", text))

    def _settled(self, region: Region, is_verbatim: bool) -> str:
        text = region.text
        if region.kind in {"code", "comment"}:
            is_text = region.kind == "code" and not region.is_tag
            return self.shown(text, _escaped if is_text and not is_verbatim else str)
        if region.kind == "raw":
            return _HIDDEN.sub(self._raw, text)
        self._refuse_unfilled(region)
        if region.is_tag:
            return _ATTRIBUTE.sub(self._attribute, text) if _HIDDEN.search(text) else text
        return _HIDDEN.sub(self._lenient if region.kind == "lenient" else self._judged, text)

    def _judged(self, match: re.Match[str]) -> str:
        return self.placeholders.judge(self._found[int(match[1])])

    def _lenient(self, match: re.Match[str]) -> str:
        braces = self._found[int(match[1])]
        is_judged = braces.kind == "value" or braces.expression.startswith(PROBE)
        return self.placeholders.judge(braces) if is_judged else braces.raw

    def _raw(self, match: re.Match[str]) -> str:
        """Leave scripts and style sheets as they are: an owner's value cannot be escaped for them."""
        braces = self._found[int(match[1])]
        is_owners = braces.kind == "value" and ("distributor" in braces.raw or "_link" in braces.raw)
        if is_owners or braces.expression.startswith(PROBE):
            self.placeholders.refuse_in("a script or a style sheet", braces)
        return braces.raw

    def _attribute(self, match: re.Match[str]) -> str:
        """Settle an attribute: in quotes, where a value cannot leave it, and not where it would be a program."""
        name, value = match["name"], match["value"]
        if not _HIDDEN.search(value):
            return self._judged_name(match[0])
        is_program = name.lower().startswith("on") or name.lower() == "srcdoc"
        if is_program or value.lstrip("\"' \t\n").lower().startswith("javascript:"):
            for number in _HIDDEN.findall(value):
                self.placeholders.refuse_in(f"{name}, which is a program", self._found[int(number)])
            return match[0]
        if value[0] not in "\"'":
            value = f'"{value}"'
        return f"{name}{match['equals']}{_HIDDEN.sub(self._judged, value)}"

    def _judged_name(self, text: str) -> str:
        return _HIDDEN.sub(self._judged, text)

    def _refuse_unfilled(self, region: Region) -> None:
        if "{" not in region.text:
            return
        for raw, _ in self.placeholders.syntax.unfilled(region.text):
            self.placeholders.refuse(raw, f"{shortened(raw)} {_reason(raw)}", MEANT)


def _reason(raw: str) -> str:
    """Say why some braces are not filled in."""
    if raw.startswith("{%"):
        return "is a tag, and tags are for templates"
    try:
        Environment(autoescape=True).parse(unescape(raw))
    except TemplateSyntaxError as error:
        return f"is not an expression: {error.message}"
    return "is not filled in here"


def _escaped(text: str) -> str:
    return escape(text, quote=False)
