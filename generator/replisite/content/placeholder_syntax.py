"""The syntax of placeholders in the company's texts: which braces are one, and which only look like it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Literal

from jinja2 import Environment, TemplateSyntaxError, nodes

__all__ = ["Braces", "Syntax", "names_in"]

LONGEST = 1_000
"""How many characters an expression may have: a bound for texts that are full of braces."""

_TRIES = 3
"""How many ``}}`` an expression may hold before the one that ends it: a literal of dictionaries in each other."""

_OPENING = re.compile(r"\{(?:\{(?!\{)|%[-+]?\s*[A-Za-z_]|#[-+]?\s)")
_BOUND = re.compile(r"\{\{|\n[ \t]*\n|[\x02\x03]")
"""Where an expression cannot go on: at other braces, at the end of a paragraph, at what Markdown has put aside."""

Kind = Literal["value", "unknown", "tag", "comment"]


@dataclass(frozen=True, slots=True)
class Braces:
    """Braces in a text, from ``start`` to ``end``; ``raw`` is all of it, ``expression`` what is between them.

    *value* names something that content knows, *unknown* is an expression that does not, *tag* is ``{% … %}`` and
    *comment* ``{# … #}``.
    """

    start: int
    end: int
    raw: str
    expression: str
    kind: Kind


class Syntax:
    """The rule for one site.

    ``roots`` are the names that content knows; where ``fields`` lists those of a root, others of it are not known.
    A lenient syntax, that of Pelican's own sites, finds values only: everything else is text there.
    """

    def __init__(
        self,
        roots: Collection[str],
        fields: Mapping[str, Collection[str]] | None = None,
        *,
        is_lenient: bool = False,
    ) -> None:
        self.roots = frozenset(roots)
        self.is_lenient = is_lenient
        self._fields = fields or {}
        names = "|".join(map(re.escape, sorted(self.roots))) or "(?!)"
        self._begun = re.compile(rf"\{{\{{[-+]?\s*(?:{names})\b[^{{}}\n]{{0,60}}(?:\}}\}})?")
        self._tag = re.compile(r"\{%[-+]?\s*[A-Za-z_](?:(?!%\}|\n[ \t]*\n).){0,1000}?%\}", re.DOTALL)
        self.escaped = re.compile(rf"\\\{{(?:\\?\{{(?=[-+]?\s*(?:{names})\b)|(?=[%#]))")
        """Braces that are meant as braces, with a backslash, before what would be looked for."""

    def find(self, text: str) -> Iterator[Braces]:
        r"""Yield the braces of a text that are more than text, in order; those behind a backslash are text.

        >>> [braces.raw for braces in Syntax({"x"}).find(r"{{x}} \{{x}} {{1..3},{7..9}} {% if %}")]
        ['{{x}}', '{% if %}']
        """
        at = 0
        while match := _OPENING.search(text, at):
            start = match.start()
            braces = None if _is_escaped(text, start) else self._at(text, start)
            at = start + 2
            if braces is not None:
                at = braces.end
                yield braces

    def unfilled(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield (braces, position) for what a visitor should never see: a value, however it is written, or a tag."""
        for pattern in () if self.is_lenient else (self._begun, self._tag):
            for match in pattern.finditer(text):
                yield match[0], match.start()

    def _at(self, text: str, start: int) -> Braces | None:
        bound = _BOUND.search(text, start + 2, start + 2 + LONGEST)
        limit = bound.start() if bound else min(len(text), start + 2 + LONGEST)
        opening = text[start : start + 2]
        if opening != "{{":
            end = text.find("%}" if opening == "{%" else "#}", start + 2, limit)
            if end < 0 or self.is_lenient:
                return None
            inner = text[start + 2 : end].strip("-+ \t\n")
            return Braces(
                start, end + 2, text[start : end + 2], inner, "tag" if opening == "{%" else "comment"
            )
        end = start + 1
        for _ in range(_TRIES):
            end = text.find("}}", end + 1, limit)
            if end < 0:
                return None
            expression, names = _parsed(text[start + 2 : end])
            if names is not None:
                kind: Kind = "value" if self._is_known(expression, names) else "unknown"
                if kind == "unknown" and self.is_lenient:
                    return None
                first, last = _with_blanks(text, start, end + 2)
                return Braces(first, last, text[first:last], expression, kind)
        return None

    def _is_known(self, expression: str, names: frozenset[str]) -> bool:
        known = names & self.roots
        limited = known & self._fields.keys()
        if not self.is_lenient or known != limited:
            return bool(known)
        used = [
            (node.node.name, node.attr)
            for node in _tree(expression).find_all(nodes.Getattr)
            if isinstance(node.node, nodes.Name)
        ]
        return bool(known) and all(attr in self._fields.get(name, (attr,)) for name, attr in used)


def names_in(tree: nodes.Node) -> frozenset[str]:
    """Return the names that an expression reads."""
    return frozenset(name.name for name in tree.find_all(nodes.Name) if name.ctx == "load")


@lru_cache(maxsize=4096)
def _parsed(inner: str) -> tuple[str, frozenset[str] | None]:
    """Return the expression between braces and the names in it; no names are None where it is no expression.

    A backslash before ``|`` belongs to a Markdown table; ``&quot;`` and the like belong to an attribute.
    """
    plain = inner.removeprefix("-").removeprefix("+").removesuffix("-").removesuffix("+").strip()
    for expression in dict.fromkeys((plain.replace("\\|", "|"), unescape(plain))):
        try:
            return expression, names_in(_tree(expression))
        except (TemplateSyntaxError, RecursionError):
            continue
    return plain, None


def _tree(expression: str) -> nodes.Template:
    if "%}" in expression or "#}" in expression or not expression:
        raise TemplateSyntaxError("braces in braces", 1)
    tree = _ENVIRONMENT.parse("{{ " + expression + " }}")
    outputs = [part for node in tree.body for part in getattr(node, "nodes", [node])]
    if len(outputs) != 1 or isinstance(outputs[0], nodes.TemplateData):
        raise TemplateSyntaxError("more than one expression", 1)
    return tree


_ENVIRONMENT = Environment(autoescape=True)


def _with_blanks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where braces begin and end with the blanks of their line that ``{{-`` and ``-}}`` take off."""
    if text.startswith("{{-", start):
        first = len(text[:start].rstrip(" \t"))
        start = first if first and text[first - 1] != "\n" else start  # blanks may also be an indentation
    if text.startswith("-", end - 3):
        while end < len(text) and text[end] in " \t":
            end += 1
    return start, end


def _is_escaped(text: str, start: int) -> bool:
    before = text[:start] if start < 20 else text[start - 20 : start]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
