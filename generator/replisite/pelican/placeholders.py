"""All placeholders of a site's content: what each says of the owner, and the mark that stands for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from html import escape, unescape
from itertools import chain

from jinja2 import Environment, TemplateSyntaxError, nodes

from replisite.content.html_regions import Region, regions
from replisite.content.marks import CLOSE, OPEN, mark_of, without_marks
from replisite.content.placeholder_syntax import Braces, Syntax
from replisite.errors import nearest
from replisite.model.distributor import Distributor, Supporter
from replisite.model.site import Market, Site

__all__ = ["CANNOT", "PROBE", "Conversion", "Placeholders", "unknown_names"]

PROBE = "replisite_probe_"
"""The prefix of names that are put into a text to see where they come out."""

CANNOT = " cannot stand in "

_MEANT = r"write \{\{ for braces that are meant, { { in a formula, or show them in a code span"
_HIDDEN = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'<>/=]+)(?P<equals>\s*=\s*)(?P<value>"[^"]*"|'[^']*'|[^\s"'<>]+)""", re.DOTALL
)


class Placeholders:
    """All placeholders of a site's content, by the mark that stands for each.

    ``names`` are those that content knows. ``refuse`` is called with the braces, what is wrong and what to do next;
    ``environment`` knows the filters and tests, once there is one.
    """

    def __init__(
        self, names: Iterable[str], custom_fields: Iterable[str], *, is_lenient: bool = False
    ) -> None:
        self._known = frozenset(names)
        self._custom = frozenset(custom_fields)
        self._by_key: dict[str, str] = {}
        self._marked: list[str] | None = None
        self._probed: dict[int, str] | None = None
        self.syntax = Syntax(self._known, _ROOTS, is_lenient=is_lenient)
        self.environment: Environment | None = None
        self.refuse: Callable[[str, str, str], None] = lambda *_: None

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """Give the expressions that are marked meanwhile."""
        self._marked = []
        try:
            yield self._marked
        finally:
            self._marked = None

    @contextmanager
    def refusing(self, refuse: Callable[[str, str, str], None]) -> Iterator[None]:
        """Report to ``refuse`` meanwhile."""
        before, self.refuse = self.refuse, refuse
        try:
            yield
        finally:
            self.refuse = before

    @contextmanager
    def probing(self) -> Iterator[dict[int, str]]:
        """Give the numbers of the probes that come out as placeholders, each with the program that it would be part of.

        Nothing is marked or refused meanwhile.
        """
        before, probed = self.syntax, dict[int, str]()
        self.syntax = Syntax(before.roots)  # finds what nobody knows, in whatever mode
        self._probed = probed
        try:
            with self.refusing(lambda *_: None):
                yield probed
        finally:
            self.syntax, self._probed = before, None

    def mark(self, expression: str, raw: str = "") -> str:
        """Return the mark that stands for an expression; refuse what is wrong with it."""
        self._check(expression, raw or f"{{{{ {expression} }}}}")
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

    def judge(self, braces: Braces) -> str:
        """Return what stands for braces outside code, having refused those that mean nothing there."""
        if self._probed is not None:
            self._probe(braces)
            return ""
        if braces.kind == "tag":
            what = f"{_short(braces.raw)}: tags are for templates; a visitor would read it as it stands"
            self.refuse(braces.raw, what, 'write {{ "…" if … }}, or show the tag in a code span')
        elif braces.kind == "comment":
            what = f"{_short(braces.raw)}: comments like this are for templates; a visitor would read it"
            self.refuse(
                braces.raw, what, "take it out, or write <!-- … -->, which stays in the page's source"
            )
        else:
            return self.mark(braces.expression, braces.raw)
        return ""

    def refuse_in(self, program: str, braces: Braces) -> None:
        """Refuse an owner's value in a script, a style sheet or an attribute that is a program."""
        if self._probed is not None:
            self._probe(braces, program)
            return
        what = f"{_short(braces.raw)}{CANNOT}{program}"
        self.refuse(braces.raw, what, "write it into a data- attribute, and read it from there")

    def _probe(self, braces: Braces, program: str = "") -> None:
        if self._probed is not None and braces.expression.startswith(PROBE):
            self._probed[int(braces.expression.removeprefix(PROBE))] = program

    def marked_text(self, text: str) -> str:
        """Return a text of front matter, or finished HTML, with marks in it; code in it is left alone."""
        if not any(sign in text for sign in ("{{", "{%", "{#", r"\{")):
            return text
        conversion = Conversion(self)
        marked = conversion.settle(conversion.hide(text), is_verbatim=True)
        if self.syntax.is_lenient:
            return marked
        return self.syntax.escaped.sub(lambda match: self._meant(match[0].replace("\\", "")), marked)

    def _meant(self, braces: str) -> str:
        """Return a mark that becomes braces, so that nobody takes them for a placeholder before that."""
        expression = repr(braces)
        if self._marked is not None:
            self._marked.append(expression)
        return self.remember(expression)

    def _check(self, expression: str, raw: str) -> None:
        parse = self.environment or Environment(autoescape=True)
        try:
            tree = parse.parse("{{ " + expression + " }}")
        except TemplateSyntaxError as error:
            self.refuse(raw, f"{_short(raw)} is not an expression: {error.message}", _MEANT)
            return
        refused = False
        for _, what, advice in unknown_names(tree, self._known, self._custom):
            refused = True
            self.refuse(raw, what, advice)
        for what, advice in () if refused else _without_text(tree):
            refused = True
            self.refuse(raw, what, advice)
        if not refused and not any(True for _ in tree.find_all(nodes.Name)):
            self.refuse(raw, f"{_short(raw)} says nothing of the owner", _MEANT)
        if self.environment is not None:
            for kind, known in (("filter", parse.filters), ("test", parse.tests)):
                for node in tree.find_all((nodes.Filter, nodes.Test)):
                    if type(node).__name__.lower() == kind and node.name not in known:
                        self.refuse(raw, f'no {kind} "{node.name}"', nearest(node.name, known))


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
            self.placeholders.refuse(raw, f"{_short(raw)} {_reason(raw)}", _MEANT)


def unknown_names(
    tree: nodes.Node, known: frozenset[str] | None, custom: frozenset[str]
) -> Iterable[tuple[int, str, str]]:
    """Yield (line, what is wrong, what to do) for names and fields of the owner that do not exist.

    ``known`` is None where any name may be meant, as in a template.
    """
    for name in tree.find_all(nodes.Name):
        if known is not None and name.ctx == "load" and name.name not in known:
            advice = nearest(name.name, known) or f"use distributor.<field>; {_MEANT}"
            yield name.lineno, f'no value "{name.name}" in content', advice
    for node in tree.find_all(nodes.Getattr):
        owner = _owner(node.node)
        if owner is None:
            if known is not None and isinstance(node.node, nodes.Name):
                yield from _unknown_of_root(node.node.name, node)
            continue
        if owner == "fields":
            if node.attr not in custom and not hasattr(dict, node.attr):
                yield node.lineno, f'no field "{node.attr}" in [[roster.fields]]', nearest(node.attr, custom)
        elif node.attr not in _FIELDS[owner]:
            yield node.lineno, f'no field "{node.attr}" in the roster', nearest(node.attr, _FIELDS[owner])


def _without_text(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, what to do) for what would be printed as Python shows an object, not as a text."""
    for output in tree.find_all(nodes.Output):
        for node in chain.from_iterable(map(_printed, output.nodes)):
            if isinstance(node, nodes.Name) and node.name in _EXAMPLES:
                yield f"{node.name} is not a text", f"write one of its values, such as {_EXAMPLES[node.name]}"
            elif isinstance(node, nodes.Name) and node.name.endswith("_link"):
                yield f"{node.name} is a function", f"write {node.name}(distributor)"
            elif not isinstance(node, nodes.Getattr):
                continue
            elif node.attr in _THINGS and _owner(node.node) in {"distributor", "supporter"}:
                yield f"distributor.{node.attr} is not a text", _THINGS[node.attr]
            elif _is_field_of_text(node.node) and hasattr(str, node.attr):
                yield f"{node.attr} is a function", f"write {node.attr}() or the filter of that name"


def _printed(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield the parts of an expression that may be printed as they are."""
    if isinstance(node, nodes.CondExpr):
        yield from _printed(node.expr1)
        if node.expr2 is not None:
            yield from _printed(node.expr2)
    elif isinstance(node, (nodes.Or, nodes.And)):
        yield from _printed(node.left)
        yield from _printed(node.right)
    elif isinstance(node, nodes.Filter) and node.name in {"default", "d"} and node.node is not None:
        for part in (node.node, *node.args[:1]):
            yield from _printed(part)
    else:
        yield node


def _is_field_of_text(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Getattr)
        and _owner(node.node) in {"distributor", "supporter"}
        and node.attr not in _THINGS
    )


def _unknown_of_root(root: str, node: nodes.Getattr) -> Iterator[tuple[int, str, str]]:
    fields_of_root = _ROOTS.get(root)
    if fields_of_root is not None and node.attr not in fields_of_root:
        yield node.lineno, f'no value "{root}.{node.attr}"', nearest(node.attr, fields_of_root)


_FIELDS = {
    "distributor": {field.name for field in fields(Distributor)} | {"initials", "photo_webp"},
    "supporter": {field.name for field in fields(Supporter)} | {"initials", "photo_webp"},
}
_ROOTS: Mapping[str, Collection[str]] = {
    "site": {name for name in dir(Site) if not name.startswith("_")},
    "market": {name for name in dir(Market) if not name.startswith("_")},
}

_EXAMPLES = {"distributor": "distributor.name", "site": "site.name", "market": "market.name"}
"""The roots that are no texts, and a value of each."""
_THINGS = {
    "sponsor": "write one of its values, such as distributor.sponsor.name",
    "enroller": "write one of its values, such as distributor.enroller.name",
    "fields": "write one of them, as distributor.fields.<name>",
    "upline": 'join the names: distributor.upline | map(attribute="name") | join(", ")',
    "channels": 'join the texts: distributor.channels | map(attribute="text") | join(", ")',
}
"""The owner's values that are no texts, and what to write instead."""


def _owner(node: nodes.Node) -> str | None:
    """Say what an expression is, of the things that have the owner's fields."""
    if isinstance(node, nodes.Name):
        return "distributor" if node.name == "distributor" else None
    if isinstance(node, nodes.Getattr) and _owner(node.node) == "distributor":
        return {"sponsor": "supporter", "enroller": "supporter", "fields": "fields"}.get(node.attr)
    return None


def _reason(raw: str) -> str:
    """Say why some braces are not filled in."""
    if raw.startswith("{%"):
        return "is a tag, and tags are for templates"
    try:
        Environment(autoescape=True).parse(unescape(raw))
    except TemplateSyntaxError as error:
        return f"is not an expression: {error.message}"
    return "is not filled in here"


def _short(raw: str) -> str:
    text = " ".join(raw.split())
    return text if len(text) <= 60 else f"{text[:58]}…"


def _escaped(text: str) -> str:
    return escape(text, quote=False)
