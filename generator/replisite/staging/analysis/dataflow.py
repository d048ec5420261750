"""Follow deferred values by name through all templates of an environment together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import nodes

from replisite.staging.analysis.binding import walk

__all__ = ["Parts", "Reach", "last_name"]

_KEEPERS = frozenset(
    {"add", "append", "appendleft", "extend", "insert", "setdefault", "update", "__setitem__"}
)
_BINDERS = (nodes.Assign, nodes.For, nodes.With, nodes.Macro, nodes.CallBlock, nodes.Call)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What of one template has a say in where values go.

    ``binders`` bind names or pass values on; ``texts`` are the names of block sets; ``modules`` those of imported files,
    ``renamed`` the macros imported under other names (old, new). ``handed`` are names that are not called but may be
    handed about as values, and ``names_alone`` those of which no attribute is read.
    """

    binders: tuple[nodes.Node, ...]
    texts: frozenset[str]
    modules: frozenset[str]
    renamed: tuple[tuple[str, str], ...]
    handed: frozenset[str]
    names_alone: frozenset[str]

    @classmethod
    def of(cls, tree: nodes.Node) -> Parts:
        """Look at a template's tree."""
        everything = [*walk(tree)]
        called = {id(node.node) for node in everything if isinstance(node, nodes.Call)}
        reached = {
            id(node.node)
            for node in everything
            if isinstance(node, nodes.Getattr)
            or (isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const))
        }
        handed = (
            node.value if isinstance(node, nodes.Const) else last_name(node)
            for node in everything
            if id(node) not in called
        )
        return cls(
            tuple(node for node in everything if isinstance(node, _BINDERS)),
            frozenset(
                name for n in everything if isinstance(n, nodes.AssignBlock) for name in _targets(n.target)
            ),
            frozenset(node.target for node in everything if isinstance(node, nodes.Import)),
            tuple(
                name
                for node in everything
                if isinstance(node, nodes.FromImport)
                for name in node.names
                if not isinstance(name, str)
            ),
            frozenset(name for name in handed if isinstance(name, str)),
            frozenset(
                node.name for node in everything if isinstance(node, nodes.Name) and id(node) not in reached
            ),
        )


class Reach:
    """The names that may hold a deferred value, found by following them until nothing is added.

    ``names`` hold values, to be escaped when they are written; ``texts`` hold text in which values are
    escaped already.
    """

    def __init__(self, templates: Iterable[Parts], deferred: frozenset[str]) -> None:
        listed = list(templates)
        self.binders = [node for parts in listed for node in parts.binders]
        self.callables = [node for node in self.binders if isinstance(node, nodes.Macro | nodes.CallBlock)]
        self.renamed = [pair for parts in listed for pair in parts.renamed]
        self.macros = {node.name for node in self.callables if isinstance(node, nodes.Macro)}
        self.macros |= {new for old, new in self.renamed if old in self.macros}
        self.modules = {name for parts in listed for name in parts.modules}
        self.aliased = self._aliased(listed)
        self.names = set(deferred)
        self._spread()
        self.texts = {name for parts in listed for name in parts.texts}

    def goes_where(self, other: Reach) -> bool:
        """Say whether every template is rewritten as by another reach."""
        mine, theirs = (
            (reach.macros, reach.modules, reach.aliased, reach.names, reach.texts) for reach in (self, other)
        )
        return mine == theirs

    def mentions(self, node: nodes.Node) -> bool:
        """Say whether a value that must be escaped may be read here."""
        parts = [*walk(node)]
        reached: set[int] = set()
        for part in parts:
            if isinstance(part, nodes.Getattr | nodes.Getitem) and self._is_module(part.node):
                reached.add(id(part.node))
                key = part.attr if isinstance(part, nodes.Getattr) else getattr(part.arg, "value", None)
                if not isinstance(key, str) or key in self.names:
                    return True
        return any(
            isinstance(part, nodes.Name)
            and (part.name in self.names or (self._is_module(part) and id(part) not in reached))
            for part in parts
        )

    def _is_module(self, node: nodes.Node) -> bool:
        """A file that is imported holds what it sets from a deferred value."""
        return isinstance(node, nodes.Name) and node.name in self.modules

    def may_hold_text(self, node: nodes.Node) -> bool:
        """Say whether text in which values are escaped may be read here."""
        return any(
            (
                isinstance(part, nodes.Name)
                and part.name in self.names | self.texts | {"caller", "super", "self"}
            )
            or (isinstance(part, nodes.Call) and last_name(part.node) in self.macros | self.aliased)
            or (isinstance(part, nodes.Include))
            for part in walk(node)
        )

    def _aliased(self, listed: Iterable[Parts]) -> set[str]:
        """Return the macros that are handed about as values, so that any call may be theirs."""
        handed: set[str] = set()
        for parts in listed:
            if parts.names_alone & self.modules:
                return {*self.macros, "caller"}
            handed |= parts.handed
        return handed & {*self.macros, "caller"}

    def _spread(self) -> None:
        size = -1
        while size != len(self.names):
            size = len(self.names)
            for node in self.binders:
                self.names |= self._newly_deferred(node)

    def _newly_deferred(self, node: nodes.Node) -> set[str]:
        if isinstance(node, nodes.Assign) and self.mentions(node.node):
            return _targets(node.target)
        if isinstance(node, nodes.For) and self.mentions(node.iter):
            return {*_targets(node.target), "loop"}
        if isinstance(node, nodes.With):
            pairs = zip(node.targets, node.values, strict=True)
            return {name for target, value in pairs if self.mentions(value) for name in _targets(target)}
        if isinstance(node, nodes.Macro | nodes.CallBlock) and any(map(self.mentions, node.defaults)):
            return {name for argument in node.args for name in _targets(argument)}
        if isinstance(node, nodes.Call):
            return self._newly_passed(node)
        return set()

    def _newly_passed(self, call: nodes.Call) -> set[str]:
        arguments = [*call.args, *call.kwargs, *filter(None, [call.dyn_args, call.dyn_kwargs])]
        if not any(map(self.mentions, arguments)):
            return set()
        called = last_name(call.node)
        if called in _KEEPERS:
            return {part.name for part in walk(call.node) if isinstance(part, nodes.Name)}
        if called == "loop":
            loops = [node for node in self.binders if isinstance(node, nodes.For) and node.recursive]
            return {"loop"}.union(*(_targets(loop.target) for loop in loops))
        known = {called} & {*self.macros, "caller"} or self.aliased
        return {
            parameter
            for macro in self.callables
            if (isinstance(macro, nodes.Macro) and self._may_be(macro.name, known))
            or (isinstance(macro, nodes.CallBlock) and "caller" in known)
            for argument in macro.args
            for parameter in _targets(argument)
        } | ({"varargs", "kwargs"} if known else set())

    def _may_be(self, macro: str, called: set[str]) -> bool:
        """A macro may be imported under another name: what is called by one is called by each."""
        return macro in called or any(old == macro and new in called for old, new in self.renamed)


def _targets(node: nodes.Node) -> set[str]:
    return {part.name for part in walk(node) if isinstance(part, nodes.Name | nodes.NSRef)}


def last_name(node: nodes.Node) -> str:
    """Return the name by which something is called: its own, or that of the attribute."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return node.name if isinstance(node, nodes.Name) else ""
