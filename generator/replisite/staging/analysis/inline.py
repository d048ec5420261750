"""Put the text of an included file instead of its ``include``, if the result is the same.

A slot whose code includes a file would have to carry every name that the file might look up. If the file only
spells names, its statements in a scope of their own do what including it does, and the slot carries those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jinja2 import Environment, TemplateError, nodes
from jinja2.nodes import EvalContext
from jinja2.visitor import NodeTransformer

from replisite.staging.analysis.binding import unsettled_names, walk
from replisite.staging.analysis.other_templates import parsed

__all__ = ["Inliner"]

Rewrite = Callable[[nodes.Template, Environment, str], None]

_NOT_ELSEWHERE = (
    nodes.Block,
    nodes.EvalContextModifier,
    nodes.Extends,
    nodes.FromImport,
    nodes.Import,
    nodes.Macro,
    nodes.OverlayScope,
    nodes.ContextReference,
    nodes.DerivedContextReference,
)
_BOUND_TO_A_PLACE = frozenset({"caller", "kwargs", "loop", "self", "super", "varargs"})
_DEEPEST = 8


class Inliner(NodeTransformer):
    """Replaces the includes that can be replaced; ``earlier`` are the rewrites that the files go through first."""

    def __init__(
        self, environment: Environment, template: str, earlier: Sequence[Rewrite], depth: int = 0
    ) -> None:
        self.environment = environment
        self.template = template
        self.earlier = earlier
        self.depth = depth

    def visit_Include(self, node: nodes.Include) -> nodes.Node:
        """Return the file's statements in a scope of their own, or the include as it is."""
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(name, str) or not node.with_context or self.depth == _DEEPEST:
            return node
        tree = self._parsed(name)
        if tree is None or not self._says_the_same(tree, name):
            return node
        inner = Inliner(self.environment, self.template, self.earlier, self.depth + 1)
        body = [inner.visit(statement) for statement in tree.body]
        scope = nodes.With([], [], body, lineno=node.lineno)
        # An error in it is reported at the include, which is in the template that the code belongs to.
        return scope.set_lineno(node.lineno, override=True).set_environment(self.environment)

    def _parsed(self, name: str) -> nodes.Template | None:
        env = self.environment
        try:
            tree = parsed(env, name)
        except (TemplateError, UnicodeDecodeError):
            return None  # it is reported when it is used
        for change in self.earlier:
            change(tree, env, name)
        return tree

    def _says_the_same(self, tree: nodes.Template, name: str) -> bool:
        parts = [*walk(tree)]
        if any(isinstance(part, _NOT_ELSEWHERE) for part in parts) or unsettled_names(tree):
            return False
        if any(isinstance(part, nodes.Name) and part.name in _BOUND_TO_A_PLACE for part in parts):
            return False
        return self._escapes(name) == self._escapes(self.template)

    def _escapes(self, name: str) -> bool:
        return bool(EvalContext(self.environment, name or None).autoescape)
