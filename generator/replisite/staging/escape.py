"""Escape what comes from a deferred name, whatever a theme's autoescape setting.

Most Pelican themes run without autoescape, because their values are the company's own HTML. The owner's
values are not: they are escaped wherever they are written out. ``Markup`` alone, text that this program
sanitised itself, is written as it is, and the ``safe`` filter on a deferred value is ignored.

In a theme without autoescape the rule follows a value by name: into the parameters of every macro of the
theme that is called with it anywhere, and through ``set``, ``for`` and ``with``. It errs on the side of
escaping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from jinja2 import Environment, TemplateError, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import escape

from replisite.staging.binding import walk
from replisite.staging.rewrite import rewriting

__all__ = ["escaping"]


def escaping(env: Environment, deferred: Collection[str]) -> Environment:
    """Return an overlay of a Jinja environment that escapes deferred values in every template."""
    overlay = env.overlay()
    overlay.bytecode_cache = None
    theme = _Theme(env, frozenset(deferred))
    overlay.escape_deferred = escape  # type: ignore[attr-defined]
    overlay.code_generator_class = rewriting(env.code_generator_class, theme.rewrite)
    return overlay


class _Theme:
    """What all templates of an environment say about where deferred values go."""

    def __init__(self, env: Environment, deferred: frozenset[str]) -> None:
        self.env = env
        self.deferred = deferred
        self._spread: tuple[frozenset[str], frozenset[str]] | None = None

    def rewrite(self, node: nodes.Template, environment: Environment, name: str) -> None:
        names, macros = self._reach()
        local = _spread([node], names, macros)
        _EscapeOutput(*local).visit(node)

    def _reach(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names that may hold a deferred value, and the macros, in all templates together."""
        if self._spread is None:
            trees = []
            for template in self._templates():
                try:
                    source, _, _ = self.env.loader.get_source(self.env, template)  # type: ignore[union-attr]
                    trees.append(self.env.parse(source, template))
                except (TemplateError, UnicodeDecodeError):
                    continue  # it raises where it is used, and says why there
            self._spread = _spread(trees, self.deferred, frozenset())
        return self._spread

    def _templates(self) -> list[str]:
        try:
            return [name for name in self.env.list_templates() if not name.startswith("!")]
        except TypeError:  # a loader that cannot list: each template is judged by itself
            return []


def _spread(
    trees: Iterable[nodes.Template], deferred: frozenset[str], known: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Follow deferred values by name until nothing is added; return (names, names of macros)."""
    everything = [node for tree in trees for node in walk(tree)]
    macros = {node.name for node in everything if isinstance(node, nodes.Macro)} | known
    for node in everything:
        if isinstance(node, nodes.FromImport):
            macros |= {name[1] for name in node.names if not isinstance(name, str) and name[0] in macros}
    names = set(deferred)
    size = -1
    while size != len(names):
        size = len(names)
        for node in everything:
            names |= _newly_deferred(node, names, macros, everything)
    return frozenset(names), frozenset(macros)


def _newly_deferred(
    node: nodes.Node, names: set[str], macros: set[str], everything: list[nodes.Node]
) -> set[str]:
    if isinstance(node, nodes.Assign) and _mentions(node.node, names):
        return _targets(node.target)
    if isinstance(node, nodes.For) and _mentions(node.iter, names):
        return _targets(node.target)
    if isinstance(node, nodes.With):
        pairs = zip(node.targets, node.values, strict=True)
        return {name for target, value in pairs if _mentions(value, names) for name in _targets(target)}
    if isinstance(node, nodes.Call) and (called := _last_name(node.node)) in macros | {"caller", "loop"}:
        arguments = [*node.args, *node.kwargs, *filter(None, [node.dyn_args, node.dyn_kwargs])]
        if any(_mentions(argument, names) for argument in arguments):
            return {
                parameter
                for macro in everything
                if (isinstance(macro, nodes.Macro) and (macro.name == called or called not in macros))
                or (isinstance(macro, nodes.CallBlock) and called == "caller")
                for argument in macro.args
                for parameter in _targets(argument)
            } | {"varargs", "kwargs"}
    return set()


def _mentions(node: nodes.Node, names: Collection[str]) -> bool:
    return any(isinstance(part, nodes.Name) and part.name in names for part in walk(node))


def _targets(node: nodes.Node) -> set[str]:
    found = {part.name for part in walk(node) if isinstance(part, nodes.Name)}
    return found | {part.name for part in walk(node) if isinstance(part, nodes.NSRef)}


def _last_name(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.name if isinstance(node, nodes.Name) else ""


class _EscapeOutput(NodeTransformer):
    def __init__(self, names: frozenset[str], macros: frozenset[str]) -> None:
        self.names = names
        self.macros = macros

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        node.nodes = [self._escaped(expression) for expression in node.nodes]
        return node

    def _escaped(self, expression: nodes.Expr) -> nodes.Expr:
        if isinstance(expression, nodes.TemplateData) or not _mentions(expression, self.names):
            return expression
        expression = _WithoutSafe(self.names).visit(expression)
        if isinstance(expression, nodes.Call):
            callee = expression.node
            last = _last_name(callee)
            is_block = isinstance(callee, nodes.Getattr) and _last_name(callee.node) == "self"
            if last in self.macros or last in {"caller", "super", "loop"} or is_block:
                return expression  # its text was escaped where it was written
        function = nodes.EnvironmentAttribute("escape_deferred", lineno=expression.lineno)
        return nodes.Call(function, [expression], [], None, None, lineno=expression.lineno)


class _WithoutSafe(NodeTransformer):
    """Drops ``|safe`` from what depends on a deferred value."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self.generic_visit(node)
        if node.name == "safe" and node.node is not None and _mentions(node.node, self.names):
            return node.node
        return node

    def visit_MarkSafe(self, node: nodes.MarkSafe) -> nodes.Node:
        self.generic_visit(node)
        return node.expr if _mentions(node.expr, self.names) else node

    visit_MarkSafeIfAutoescape = visit_MarkSafe
