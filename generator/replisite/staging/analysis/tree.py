"""Small questions about pieces of a template's syntax tree."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable

from jinja2 import nodes

from replisite.staging.analysis.binding import Names, walk

__all__ = [
    "ESCAPE",
    "REFERENCES",
    "bound_names",
    "copied",
    "defined_names",
    "escaped_once",
    "has_stray_loop_control",
    "holds_block_call",
    "is_block_call",
    "is_random",
    "is_slot",
    "mutates",
    "named_templates",
    "own_expressions",
    "reads_loop_values_only",
    "set_names",
    "spelled_names",
    "statement_kind",
    "writes",
]

ESCAPE = "escape deferred"
"""The filter that escapes a deferred value whatever autoescape says; no template can spell its name."""
REFERENCES = (nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include)
_LOOP_VALUES = frozenset(
    {"index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0"}
)
_PURE_METHODS = frozenset(
    {"copy", "count", "get", "index", "isdisjoint", "issubset", "issuperset", "items", "keys"}
)
_MUTATORS = frozenset(
    name
    for kind in (list, dict, set, deque, OrderedDict)
    for name in dir(kind)
    if name not in _PURE_METHODS and name not in dir(tuple) + dir(frozenset) + dir(str) + ["values"]
) | {"close", "next", "reset", "send", "setdefault", "throw", "write", "__next__", "__setattr__"}


def copied(node: nodes.Node) -> nodes.Node:
    """Copy a tree; constants and the environment stay the same objects."""
    new = object.__new__(type(node))
    for name in (*node.fields, *node.attributes):
        value = getattr(node, name, None)
        if isinstance(value, nodes.Node):
            value = copied(value)
        elif isinstance(value, list):
            value = [copied(item) if isinstance(item, nodes.Node) else item for item in value]
        setattr(new, name, value)
    return new


def bound_names(everything: Iterable[nodes.Node]) -> Names:
    """Return the names that this code binds anywhere: an occurrence of one may not be the static value."""
    names = {part.name for part in everything if isinstance(part, nodes.Name) and part.ctx != "load"}
    names |= {part.name for part in everything if isinstance(part, nodes.Macro)}
    return frozenset(names | {name for part in everything for name in defined_names(part)})


def defined_names(node: nodes.Node) -> Iterable[str]:
    if isinstance(node, nodes.Macro):
        return [node.name]
    if isinstance(node, nodes.Import):
        return [node.target]
    if isinstance(node, nodes.FromImport):
        return [name if isinstance(name, str) else name[1] for name in node.names]
    return []


def set_names(statement: nodes.Node) -> Iterable[str]:
    """Yield the names that a statement sets for code after it in the same scope, macros and imports left out."""
    if isinstance(statement, nodes.If):
        for inner in [*statement.body, *statement.elif_, *statement.else_]:
            yield from set_names(inner)
    elif isinstance(statement, nodes.Assign | nodes.AssignBlock):
        yield from (part.name for part in walk(statement.target) if isinstance(part, nodes.Name))


def writes(statement: nodes.Node) -> bool:
    """Say whether a statement may write to the page."""
    if isinstance(statement, nodes.Assign | nodes.AssignBlock | nodes.Macro):
        return False
    if isinstance(statement, nodes.If):
        return any(map(writes, [*statement.body, *statement.elif_, *statement.else_]))
    return True


def spelled_names(node: nodes.Node) -> Iterable[str]:
    """Return the names that a node reads or binds itself."""
    if isinstance(node, nodes.Name | nodes.NSRef):
        return [node.name]
    return defined_names(node)


def mutates(node: nodes.Node) -> bool:
    """Say whether this may change a static value, or asks whether two are the same object."""
    if isinstance(node, nodes.Getattr):
        return node.attr in _MUTATORS
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return isinstance(node.arg.value, str) and node.arg.value in _MUTATORS
    if isinstance(node, nodes.Call):
        return isinstance(node.node, nodes.Getitem) and not isinstance(node.node.arg, nodes.Const)
    if isinstance(node, nodes.Filter) and node.name == "attr":
        return any(not isinstance(part, nodes.Const) or part.value in _MUTATORS for part in node.args)
    if isinstance(node, nodes.Filter):
        return any(isinstance(part, nodes.Const) and part.value == "sameas" for part in node.args)
    return isinstance(node, nodes.Test) and node.name == "sameas"


def is_random(node: nodes.Node) -> bool:
    """Say whether two evaluations with the same values may differ."""
    if isinstance(node, nodes.Filter):
        return node.name == "random" or any(
            isinstance(p, nodes.Const) and p.value == "random" for p in node.args
        )
    return isinstance(node, nodes.Name) and node.name == "lipsum"


def reads_loop_values_only(body: list[nodes.Node], free: Names) -> bool:
    """Say whether an outer ``loop`` is used only for values that can be kept."""
    if "loop" not in free:
        return True
    if any(isinstance(part, nodes.For) for statement in body for part in walk(statement)):
        return False
    names = sum(isinstance(p, nodes.Name) and p.name == "loop" for s in body for p in walk(s))
    values = sum(
        isinstance(p, nodes.Getattr)
        and isinstance(p.node, nodes.Name)
        and p.node.name == "loop"
        and p.attr in _LOOP_VALUES
        for s in body
        for p in walk(s)
    )
    return names == values


def has_stray_loop_control(statements: Iterable[nodes.Node]) -> bool:
    """Say whether a ``break`` or ``continue`` belongs to a loop outside these statements."""
    for node in statements:
        if isinstance(node, nodes.Break | nodes.Continue):
            return True
        inside = node.else_ if isinstance(node, nodes.For) else node.iter_child_nodes()
        if has_stray_loop_control(inside):
            return True
    return False


def is_block_call(node: nodes.Node) -> bool:
    """``super()`` and ``self.name()`` written alone: their text goes straight to the page."""
    if not isinstance(node, nodes.Call):
        return False
    callee = node.node.node if isinstance(node.node, nodes.Getattr) else node.node
    is_alone = not any(holds_block_call(part) for part in [*node.args, *node.kwargs])
    return isinstance(callee, nodes.Name) and callee.name in {"super", "self"} and is_alone


def own_expressions(node: nodes.Node) -> list[nodes.Node]:
    """Return what a statement evaluates itself, ``elif`` tests among it."""
    own: list[nodes.Node] = [part for part in node.iter_child_nodes() if isinstance(part, nodes.Expr)]
    return own + [other.test for other in getattr(node, "elif_", [])]


def holds_block_call(node: nodes.Node) -> bool:
    return any(isinstance(part, nodes.Name) and part.name in {"super", "self"} for part in walk(node))


def named_templates(node: nodes.Node) -> Names:
    """Return the names of other templates that are written in one."""
    templates = (part.template for part in walk(node) if isinstance(part, REFERENCES))
    spelt = (part for template in templates for part in walk(template) if isinstance(part, nodes.Const))
    names = [
        item
        for part in spelt
        for item in (part.value if isinstance(part.value, tuple | list) else [part.value])
    ]
    return frozenset(name for name in names if isinstance(name, str))


def escaped_once(body: Iterable[nodes.Node]) -> None:
    """Take the escape of a deferred value off where autoescape writes it, which escapes it anyway."""
    for statement in body:
        for part in walk(statement):
            if isinstance(part, nodes.Output):
                part.nodes = [
                    item.node
                    if isinstance(item, nodes.Filter) and item.name == ESCAPE and item.node
                    else item
                    for item in part.nodes
                ]


def is_slot(node: nodes.Output) -> bool:
    return isinstance(node.nodes[0], nodes.MarkSafe)


def statement_kind(node: nodes.Node) -> str:
    names: dict[type[nodes.Node], str] = {
        nodes.Assign: "set",
        nodes.AssignBlock: "set block",
        nodes.CallBlock: "call block",
        nodes.FilterBlock: "filter block",
        nodes.Include: "include",
        nodes.Extends: "extends",
        nodes.ExprStmt: "do",
    }
    return names.get(type(node), type(node).__name__.lower())
