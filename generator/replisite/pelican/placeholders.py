"""The placeholders of a site's content: the expression of each, and the mark that stands for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from jinja2 import Environment, TemplateSyntaxError, nodes

from replisite.content.marks import mark_of
from replisite.content.placeholder_syntax import Braces, Syntax
from replisite.errors import nearest
from replisite.pelican.expression_checks import MEANT, ROOTS, shortened, unknown_names, values_without_text

__all__ = ["CANNOT", "PROBE", "Placeholders"]

PROBE = "replisite_probe_"
"""The prefix of names that are put into a text to see where they come out."""

CANNOT = " cannot stand in "


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
        self.syntax = Syntax(self._known, ROOTS, is_lenient=is_lenient)
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
        self.syntax = Syntax(before.roots)  # finds unknown names too, in either mode
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
            what = f"{shortened(braces.raw)}: tags are for templates; a visitor would read it as it stands"
            self.refuse(braces.raw, what, 'write {{ "…" if … }}, or show the tag in a code span')
        elif braces.kind == "comment":
            what = f"{shortened(braces.raw)}: comments like this are for templates; a visitor would read it"
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
        what = f"{shortened(braces.raw)}{CANNOT}{program}"
        self.refuse(braces.raw, what, "write it into a data- attribute, and read it from there")

    def _probe(self, braces: Braces, program: str = "") -> None:
        if self._probed is not None and braces.expression.startswith(PROBE):
            self._probed[int(braces.expression.removeprefix(PROBE))] = program

    def mark_braces(self, braces: str) -> str:
        """Return a mark that becomes braces: until then they cannot be taken for a placeholder."""
        expression = repr(braces)
        if self._marked is not None:
            self._marked.append(expression)
        return self.remember(expression)

    def _check(self, expression: str, raw: str) -> None:
        parse = self.environment or Environment(autoescape=True)
        try:
            tree = parse.parse("{{ " + expression + " }}")
        except TemplateSyntaxError as error:
            self.refuse(raw, f"{shortened(raw)} is not an expression: {error.message}", MEANT)
            return
        refused = False
        for _, what, advice in unknown_names(tree, self._known, self._custom):
            refused = True
            self.refuse(raw, what, advice)
        for what, advice in () if refused else values_without_text(tree):
            refused = True
            self.refuse(raw, what, advice)
        if not refused and not any(True for _ in tree.find_all(nodes.Name)):
            self.refuse(raw, f"{shortened(raw)} says nothing of the owner", MEANT)
        if self.environment is not None:
            for kind, known in (("filter", parse.filters), ("test", parse.tests)):
                for node in tree.find_all((nodes.Filter, nodes.Test)):
                    if type(node).__name__.lower() == kind and node.name not in known:
                        self.refuse(raw, f'no {kind} "{node.name}"', nearest(node.name, known))
