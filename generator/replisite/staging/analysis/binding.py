"""Find out which pieces of a template depend on a deferred name.

This is the binding-time analysis: it looks at names and scopes alone, never at values. What it
cannot see (a callable that reads the context) is caught when stage one runs; see ``staging/stage_one/stage.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jinja2 import Environment, nodes
from jinja2.compiler import Frame
from jinja2.meta import TrackingCodeGenerator

__all__ = ["SCOPES", "assigned_names", "free_names", "leaks", "reads", "unsettled_names", "walk"]

Names = frozenset[str]


SCOPES: tuple[type[nodes.Node], ...] = (
    nodes.For,
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.AssignBlock,
    nodes.Block,
    nodes.Scope,
)
SCOPES += (nodes.With, nodes.ScopedEvalContextModifier)
"""Statements whose bodies are frames of their own."""


def walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield a node and everything below it."""
    yield node
    for child in node.iter_child_nodes():
        yield from walk(child)


def assigned_names(node: nodes.Node) -> Names:
    """Return the names that a node's own targets bind (a loop's, a ``with``'s, a macro's parameters)."""
    targets: Iterable[nodes.Node]
    if isinstance(node, nodes.For):
        targets = [node.target]
    elif isinstance(node, nodes.With):
        targets = node.targets
    elif isinstance(node, nodes.Macro | nodes.CallBlock):
        targets = node.args
    else:
        targets = []
    return frozenset(name.name for target in targets for name in walk(target) if isinstance(name, nodes.Name))


def reads(node: nodes.Node, deferred: Names) -> bool:
    """Say whether a node may read one of these names, with scopes and shadowing respected."""
    if isinstance(node, nodes.Name):
        return node.ctx == "load" and node.name in deferred
    if isinstance(node, nodes.NSRef):
        return node.name in deferred
    bound = assigned_names(node)
    if not bound & deferred:
        return any(reads(child, deferred) for child in node.iter_child_nodes())
    inside = deferred - bound
    if isinstance(node, nodes.For):
        outer, inner = [node.iter, *node.else_], [*([node.test] if node.test else []), *node.body]
    elif isinstance(node, nodes.With):
        outer, inner = list(node.values), list(node.body)
    else:
        assert isinstance(node, nodes.Macro | nodes.CallBlock)
        outer, inner = list(node.defaults), list(node.body)
        if isinstance(node, nodes.CallBlock):
            outer.append(node.call)
    return any(reads(child, deferred) for child in outer) or any(reads(child, inside) for child in inner)


def leaks(statements: Iterable[nodes.Node]) -> bool:
    """Say whether these statements bind a name that code after them can see.

    ``if`` has no scope of its own in Jinja; ``for``, ``with``, ``filter``, ``call`` and ``block`` have.
    """
    for node in statements:
        if isinstance(node, nodes.Assign | nodes.AssignBlock | nodes.Macro | nodes.Import | nodes.FromImport):
            return True
        if isinstance(node, nodes.If) and leaks([*node.body, *node.elif_, *node.else_]):
            return True
        if isinstance(node, nodes.Scope | nodes.ScopedEvalContextModifier):
            continue
    return False


def unsettled_names(template: nodes.Template) -> Names:
    """Return the names that a scope may read before it sets them.

    What such a name means there depends, in Jinja, on whether a scope around it spells the name at all: if
    one does, it is that one's value; if none does, it is undefined, even if the context has it. Code that is
    moved must not change that. A name is settled if the first thing that a scope does with it is to set it.
    """
    unsettled: set[str] = set()
    bodies: list[list[nodes.Node]] = [template.body]
    for node in walk(template):
        if isinstance(node, SCOPES):
            bodies.append(getattr(node, "body", []))
            bodies.append(getattr(node, "else_", []))
    for body in bodies:
        seen: set[str] = set()
        settled: set[str] = set()
        for statement in body:
            names = set(_set_in(statement))
            read = [] if isinstance(statement, nodes.Macro) else walk(statement)
            before = seen | {n.name for n in read if isinstance(n, nodes.Name) and n.ctx == "load"}
            if not isinstance(statement, nodes.If):
                settled |= names - before
            unsettled |= names - settled
            seen |= {n.name for n in walk(statement) if isinstance(n, nodes.Name)}
    return frozenset(unsettled)


def _set_in(statement: nodes.Node) -> Iterator[str]:
    """Yield what a statement sets in the scope in which it stands."""
    if isinstance(statement, nodes.If):
        for inner in [*statement.body, *statement.elif_, *statement.else_]:
            yield from _set_in(inner)
    elif isinstance(statement, nodes.Assign | nodes.AssignBlock):
        yield from (n.name for n in walk(statement.target) if isinstance(n, nodes.Name))
    elif isinstance(statement, nodes.Macro):
        yield statement.name
    elif isinstance(statement, nodes.Import):
        yield statement.target
    elif isinstance(statement, nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in statement.names)


def free_names(body: list[nodes.Node], environment: Environment) -> Names:
    """Return the names that this code would look up in the context, by Jinja's own scoping rules.

    The environment's globals are among them: a static value or a ``set`` may stand before a global.
    """
    template = nodes.Template(body, lineno=1)
    template.set_environment(environment)
    generator = _Lookups(environment)
    generator.visit(template)
    return frozenset(generator.undeclared_identifiers)


class _Lookups(TrackingCodeGenerator):
    """Jinja's own analysis, which leaves out globals."""

    def enter_frame(self, frame: Frame) -> None:
        super().enter_frame(frame)
        self.undeclared_identifiers |= {
            name for action, name in frame.symbols.loads.values() if action == "resolve" and name is not None
        }
