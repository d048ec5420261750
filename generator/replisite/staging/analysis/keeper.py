"""Take out of a slot's code what stage one can compute: ``page.url`` becomes one name, and so does ``price | money``.

A static expression that a rendering always evaluates, once, is computed where it stands, by Jinja itself. Inside
a branch that may not run only names and attributes are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jinja2 import nodes

from replisite.staging.analysis.binding import Names, walk

__all__ = ["Keeper", "Path", "Steps"]

Steps = tuple[tuple[bool, object], ...]
"""The way from a value: ``(True, attribute)`` or ``(False, key)`` each."""
Path = tuple[str, Steps]
"""A static name and the steps from its value."""

_LAZY_FILTERS = frozenset(
    {"batch", "items", "map", "reject", "rejectattr", "reverse", "select", "selectattr", "slice", "unique"}
)
_LAZY_METHODS = frozenset({"items", "keys", "values"})
_COMPUTED = (
    nodes.BinExpr,
    nodes.Call,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Test,
    nodes.UnaryExpr,
)
_FIRST: dict[type[nodes.Node], str] = {
    nodes.If: "test",
    nodes.For: "iter",
    nodes.CallBlock: "call",
    nodes.Macro: "",
    nodes.ScopedEvalContextModifier: "",
}
"""Of these statements only one part is evaluated always, once, and as things are around the statement."""
_PREFIX = "replisite_value_"


class Keeper:
    """Replaces static expressions by names, and remembers what the names stand for.

    ``paths`` are ways to values, by the name in the code; ``computed`` the expressions that stage one
    evaluates, in the order in which Jinja would; ``callees`` the ways to what is called. ``narrowed`` says by which
    function a path's value is narrowed: a function may have a method ``narrow(value)`` that returns the part of an
    argument on which it depends.
    """

    def __init__(self, static: Names, narrowing: Callable[[str], bool] = lambda _: False) -> None:
        self.static = static
        self.narrowing = narrowing
        self.narrowed: dict[str, str] = {}
        self.paths: dict[str, Path] = {}
        self.computed: dict[str, nodes.Expr] = {}
        self.callees: list[Path] = []

    # -- statements ---------------------------------------------------------------------------------

    def statements(self, body: Sequence[nodes.Node], *, always: bool) -> None:
        """Change statements in place; ``always`` says that a rendering runs them, exactly once."""
        for node in body:
            self._statement(node, always)

    def _statement(self, node: nodes.Node, always: bool) -> None:
        for name in node.fields:
            value = getattr(node, name)
            run = always and (name == _FIRST[type(node)] if type(node) in _FIRST else True)
            if isinstance(node, nodes.CallBlock) and isinstance(value, nodes.Call):
                self._call(value, run)
            elif isinstance(value, nodes.Expr):
                setattr(node, name, self._value(value, run))
            elif isinstance(value, nodes.Node):
                self._statement(value, run)
            elif isinstance(value, list):
                new = [self._value(item, run) if isinstance(item, nodes.Expr) else item for item in value]
                setattr(node, name, new)
                for item in new:
                    if isinstance(item, nodes.Node) and not isinstance(item, nodes.Expr):
                        self._statement(item, run)

    # -- expressions --------------------------------------------------------------------------------

    def _value(self, node: nodes.Expr, always: bool) -> nodes.Expr:
        if (path := self._path(node)) and not (always and path[1]):
            return self._kept(path, node)
        if always and self._can_be_computed(node):
            name = f"{_PREFIX}{len(self.paths) + len(self.computed)}"
            self.computed[name] = node
            return nodes.Name(name, "load", lineno=node.lineno)
        if isinstance(node, nodes.Name):
            return node
        if isinstance(node, nodes.Call):
            return self._call(node, always)
        if isinstance(node, nodes.And | nodes.Or):
            node.left, node.right = self._value(node.left, always), self._value(node.right, False)
        elif isinstance(node, nodes.CondExpr):
            node.test = self._value(node.test, always)
            node.expr1 = self._value(node.expr1, False)
            node.expr2 = None if node.expr2 is None else self._value(node.expr2, False)
        elif isinstance(node, nodes.Compare):
            node.expr = self._value(node.expr, always)
            for index, operand in enumerate(node.ops):
                operand.expr = self._value(operand.expr, always and index == 0)
        else:
            self._statement(node, always)
        return node

    def _call(self, node: nodes.Call, always: bool) -> nodes.Expr:
        # A method is looked up when it is called: only what it belongs to is kept.
        if path := self._path(node.node):
            self.callees.append(path)
        if isinstance(node.node, nodes.Getattr | nodes.Getitem):
            node.node.node = self._value(node.node.node, always)
        else:
            node.node = self._value(node.node, always=False)  # what is called may be a macro in disguise
        callee, node.node = node.node, nodes.Const(None)
        if isinstance(callee, nodes.Name) and callee.name in self.static and self.narrowing(callee.name):
            node.args = [self._narrowed(callee.name, part, always) for part in node.args]
        self._statement(node, always)
        node.node = callee
        return node

    def _narrowed(self, function: str, node: nodes.Expr, always: bool) -> nodes.Expr:
        path = self._path(node)
        if path is None and not (always and self._can_be_computed(node)):
            return node
        name = f"{_PREFIX}{len(self.paths) + len(self.computed)}"
        if always:
            narrow = nodes.Getattr(nodes.EnvironmentAttribute("staging"), "narrow", "load")
            arguments = [nodes.Name(function, "load"), node]
            self.computed[name] = nodes.Call(narrow, arguments, [], None, None, lineno=node.lineno)
        else:
            assert path is not None
            self.paths[name] = path
            self.narrowed[name] = function
        return nodes.Name(name, "load", lineno=node.lineno)

    def _can_be_computed(self, node: nodes.Expr) -> bool:
        """Say whether an expression depends on static names alone, and gives a value that can be kept."""
        if not isinstance(node, _COMPUTED) or _is_lazy(node):
            return False
        parts = [*walk(node)]
        if any(isinstance(part, nodes.Filter) and part.node is None for part in parts):
            return False  # a block's filter
        if any(isinstance(part, nodes.ContextReference | nodes.DerivedContextReference) for part in parts):
            return False
        names = [part.name for part in parts if isinstance(part, nodes.Name)]
        if not names and not isinstance(node, nodes.Filter | nodes.Test | nodes.Call):
            return False  # Jinja computes it when it compiles
        return all(name in self.static for name in names)

    def _path(self, node: nodes.Node) -> Path | None:
        if isinstance(node, nodes.Name) and node.ctx == "load" and node.name in self.static:
            return node.name, ()
        if isinstance(node, nodes.Getattr) and (path := self._path(node.node)):
            return path[0], (*path[1], (True, node.attr))
        if (
            isinstance(node, nodes.Getitem)
            and isinstance(node.arg, nodes.Const)
            and (path := self._path(node.node))
        ):
            return path[0], (*path[1], (False, node.arg.value))
        return None

    def _kept(self, path: Path, node: nodes.Node) -> nodes.Name:
        root, steps = path
        if not steps:
            self.paths[root] = path
            return nodes.Name(root, "load", lineno=node.lineno)
        for name, known in self.paths.items():
            if name not in self.narrowed and same_path(known, path):
                return nodes.Name(name, "load", lineno=node.lineno)
        name = f"{_PREFIX}{len(self.paths) + len(self.computed)}"
        self.paths[name] = path
        return nodes.Name(name, "load", lineno=node.lineno)


def same_path(path: Path, other: Path) -> bool:
    # 1, True and 1.0 are equal in Python and different keys to a reader.
    return repr(path) == repr(other)


def _is_lazy(node: nodes.Expr) -> bool:
    """Say whether an expression may give an iterator, which only one record could use up."""
    if isinstance(node, nodes.Filter):
        return node.name in _LAZY_FILTERS
    called = node.node if isinstance(node, nodes.Call) else None
    return isinstance(called, nodes.Getattr) and called.attr in _LAZY_METHODS
