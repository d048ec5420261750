"""Replace ``page.url`` by one name, and remember the way to its value."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from replisite.staging.binding import Names

__all__ = ["Keeper", "Path"]

Path = tuple[str, tuple[tuple[bool, object], ...]]
"""A static name and the steps from its value: ``(True, attribute)`` or ``(False, key)``."""


class Keeper(NodeTransformer):
    """Replaces ``page.url`` by one name, and remembers the way to its value."""

    def __init__(self, static: Names) -> None:
        self.static = static
        self.paths: dict[str, Path] = {}
        self.callees: list[Path] = []

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
            if same_path(known, path):
                return nodes.Name(name, "load", lineno=node.lineno)
        name = f"replisite_value_{len(self.paths)}"
        self.paths[name] = path
        return nodes.Name(name, "load", lineno=node.lineno)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        path = self._path(node)
        return self._kept(path, node) if path else node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        path = self._path(node)
        return self._kept(path, node) if path else self.generic_visit(node)

    visit_Getitem = visit_Getattr

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        # A method is looked up when it is called: only what it belongs to is kept.
        if path := self._path(node.node):
            self.callees.append(path)
        if isinstance(node.node, nodes.Getattr):
            node.node.node = self.visit(node.node.node)
        else:
            node.node = self.visit(node.node)
        callee, node.node = node.node, nodes.Const(None)
        self.generic_visit(node)
        node.node = callee
        return node


def same_path(one: Path, other: Path) -> bool:
    # 1, True and 1.0 are equal in Python and different keys to a reader.
    return repr(one) == repr(other)
