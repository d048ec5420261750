"""Escape what comes from a deferred name, whatever a theme's autoescape setting.

Most Pelican themes run without autoescape, because their values are the company's own HTML. The owner's
values are not: they are escaped wherever they are written out. ``Markup`` alone, text that this program
sanitised itself, is written as it is, and the ``safe`` filter on a deferred value is ignored.

In a theme without autoescape the rule follows a value by name through all its templates: into ``set``, ``for``,
``with`` and the parameters of every macro that is called with it anywhere. It errs on the side of escaping: where
the company's HTML is glued to a deferred value before it is written (``{% set x = "<b>" ~ distributor.name %}``)
all of it is escaped. Text that a macro or a block wrote is not escaped again.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection
from typing import Any, cast

from jinja2 import Environment, TemplateError, nodes
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from replisite.staging.analysis.binding import walk
from replisite.staging.analysis.cutter import rewriting
from replisite.staging.analysis.dataflow import Parts, Reach, last_name
from replisite.staging.analysis.tree import ESCAPE

__all__ = ["escaping"]

_UNESCAPING = "striptags"
_GETTEXT = frozenset({"_", "gettext", "ngettext", "npgettext", "pgettext"})


def escaping(env: Environment, deferred: Collection[str]) -> Environment:
    """Return an overlay of a Jinja environment that escapes deferred values in every template.

    Raises ValueError for a loader that cannot list its templates: a value could not be followed.
    """
    overlay = env.overlay()
    overlay.bytecode_cache = None
    theme = _Theme(env, frozenset(deferred))
    overlay.filters = cast("dict[str, Any]", ChainMap(_FILTERS, env.filters))
    overlay.code_generator_class = rewriting(env.code_generator_class, theme.rewrite)
    overlay.forget_templates = theme.forget  # type: ignore[attr-defined]
    return overlay


def _escape_operand(value: Any) -> Any:
    """Escape one side of ``or`` and ``and``, which stays as false as it was."""
    return escape(value) if value else value


def _escape_argument(value: Any) -> Any:
    """Escape what a translated text is filled with; a number still chooses the plural."""
    return value if isinstance(value, int | float) else escape(value)


def _as_written(callee: Any) -> Any:
    """Let the text of a macro, a block or a recursive loop be known as text: it was escaped where it was written."""
    if not isinstance(callee, Macro | BlockReference | LoopContext):
        return callee

    def written(*args: Any, **kwargs: Any) -> Markup:
        return Markup(callee(*args, **kwargs))  # noqa: S704 - what came from a record is escaped in it

    return written


_OPERAND, _ARGUMENT = "escape deferred operand", "escape deferred argument"
_AS_WRITTEN = "as written"
_FILTERS: dict[str, Any] = {
    ESCAPE: escape,
    _OPERAND: _escape_operand,
    _ARGUMENT: _escape_argument,
    _AS_WRITTEN: _as_written,
}
"""By names that no template can spell."""

_REFERENCES = (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends)


class _Theme:
    """What all templates of an environment say about where deferred values go."""

    def __init__(self, env: Environment, deferred: frozenset[str]) -> None:
        self.env = env
        self.deferred = deferred
        self._reached: Reach | None = None
        self._parts: dict[str, Parts] = {}

    def rewrite(self, node: nodes.Template, environment: Environment, name: str) -> None:  # noqa: ARG002
        _Escape(self._reach(node, name)).visit(node)

    def forget(self, changed: Collection[str]) -> bool:
        """Read templates again that have changed; say whether deferred values go where they went before."""
        if self._reached is None:
            return True
        for name in changed:
            self._parts.pop(name, None)
        before, self._reached = self._reached, None
        after = self._everywhere()
        return after.goes_where(before)

    def _reach(self, node: nodes.Template, name: str) -> Reach:
        reach = self._everywhere()
        if name in self._parts:
            return reach
        refers = any(isinstance(part, _REFERENCES) for part in walk(node))
        others = self._parts.values() if refers else ()  # made from a string
        return Reach([*others, Parts.of(node)], self.deferred)

    def _everywhere(self) -> Reach:
        """Follow deferred values through all templates together."""
        if self._reached is None:
            listed = self._templates()
            known: dict[str, Parts] = {}  # a template may have several names
            for template in listed:
                if template not in self._parts:
                    try:
                        source, _, _ = self.env.loader.get_source(self.env, template)  # type: ignore[union-attr]
                        if source not in known:
                            known[source] = Parts.of(self.env.parse(source, template))
                        self._parts[template] = known[source]
                    except (TemplateError, UnicodeDecodeError):
                        continue  # it raises where it is used, and says why there
            for gone in self._parts.keys() - {*listed}:
                del self._parts[gone]
            self._reached = Reach(dict.fromkeys(self._parts.values()), self.deferred)
        return self._reached

    def _templates(self) -> list[str]:
        if self.env.loader is None:
            return []
        try:
            return self.env.list_templates()
        except TypeError as error:
            message = (
                "a loader that cannot list its templates: an owner's value cannot be followed through them"
            )
            raise ValueError(message) from error


class _Escape(NodeTransformer):
    """Puts the escapes in, from the inside out."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        self.generic_visit(node)
        node.nodes = [self._escaped(expression) for expression in node.nodes]
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """A call of what may be a macro gives text, not a value; a translated text is taken for safe."""
        mentions = self.reach.mentions(node)
        self.generic_visit(node)
        if mentions and isinstance(node.node, nodes.Name) and node.node.name in _GETTEXT:
            node.args = [
                self._filter(_ARGUMENT, part) if self.reach.mentions(part) else part for part in node.args
            ]
            for keyword in node.kwargs:
                keyword.value = self._filter(_ARGUMENT, keyword.value)
            return node
        last = last_name(node.node)
        if mentions and (last in self.reach.macros | {"caller", "loop"} or self.reach.aliased):
            node.node = self._filter(_AS_WRITTEN, node.node)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        """``safe`` is ignored, and what takes tags off also takes escapes off."""
        mentions = node.node is not None and self.reach.mentions(node.node)
        is_text = node.node is not None and self.reach.may_hold_text(node.node)
        self.generic_visit(node)
        applied = (
            {part.value for part in node.args if isinstance(part, nodes.Const)} if node.name == "map" else {}
        )
        if mentions and (node.name == "safe" or "safe" in applied):
            assert node.node is not None
            return node.node
        if is_text and node.name == _UNESCAPING:
            return self._filter(ESCAPE, node)
        return node

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> nodes.Node:
        self.generic_visit(node)
        node.filter = self._safe_chain(node.filter)
        return node

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:
        self.generic_visit(node)
        if node.filter is not None:
            node.filter = self._safe_chain(node.filter)
        return node

    def visit_MarkSafe(self, node: nodes.MarkSafe) -> nodes.Node:
        mentions = self.reach.mentions(node.expr)
        self.generic_visit(node)
        return node.expr if mentions else node

    def visit_MarkSafeIfAutoescape(self, node: nodes.MarkSafeIfAutoescape) -> nodes.Node:
        mentions = self.reach.mentions(node.expr)
        is_translated = isinstance(node.expr, nodes.Call) and last_name(node.expr.node) in _GETTEXT
        self.generic_visit(node)
        return node.expr if mentions and not is_translated else node

    def _safe_chain(self, chain: nodes.Filter) -> nodes.Filter:
        """Escape what a block's filters give, where one takes escapes off or brings in a deferred value."""
        links: list[nodes.Node] = [part for part in walk(chain) if isinstance(part, nodes.Filter)]
        arguments = [part for link in links for part in [*link.args, *link.kwargs]]  # type: ignore[attr-defined]
        unescapes = any(isinstance(link, nodes.Filter) and link.name == _UNESCAPING for link in links)
        if unescapes or any(map(self.reach.may_hold_text, arguments)):
            return self._filter(ESCAPE, chain)
        return chain

    def _escaped(self, expression: nodes.Expr) -> nodes.Expr:
        """Escape the deferred operands of an expression that is written out; the company's stay HTML."""
        if isinstance(expression, nodes.TemplateData) or not self.reach.mentions(expression):
            return expression
        if isinstance(expression, nodes.Concat):
            expression.nodes = [self._escaped(part) for part in expression.nodes]
            return expression
        if isinstance(expression, nodes.CondExpr):
            expression.expr1 = self._escaped(expression.expr1)
            expression.expr2 = self._escaped(expression.expr2) if expression.expr2 is not None else None
            return expression
        if isinstance(expression, nodes.Or):
            expression.left, expression.right = (
                self._operand(expression.left),
                self._escaped(expression.right),
            )
            return expression
        if _is_translation(expression):
            return self._filled(expression)
        return self._filter(ESCAPE, expression)

    def _operand(self, expression: nodes.Expr) -> nodes.Expr:
        return self._filter(_OPERAND, expression) if self.reach.mentions(expression) else expression

    def _filled(self, expression: nodes.Expr) -> nodes.Expr:
        """Escape what a translated text is filled with, not the text."""
        if isinstance(expression, nodes.Mod) and isinstance(expression.right, nodes.Dict):
            for pair in expression.right.items:
                pair.value = self._filter(_ARGUMENT, pair.value)
        return expression

    def _filter(self, name: str, expression: nodes.Expr) -> nodes.Filter:
        return nodes.Filter(expression, name, [], [], None, None, lineno=expression.lineno)


def _is_translation(expression: nodes.Expr) -> bool:
    """Say whether this is the text of a ``trans`` block, or a call like it."""
    if isinstance(expression, nodes.Mod) and isinstance(expression.right, nodes.Dict):
        expression = expression.left
    if isinstance(expression, nodes.MarkSafeIfAutoescape):
        expression = expression.expr
    if isinstance(expression, nodes.Call) and isinstance(expression.node, nodes.Name):
        spelt = expression.dyn_args is None and expression.dyn_kwargs is None
        return expression.node.name in _GETTEXT and spelt
    return False
