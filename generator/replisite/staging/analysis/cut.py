"""What the cutter makes and what it knows: a cut, the scope at one node, and why something is no cut."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from jinja2 import nodes

from replisite.staging.analysis.binding import Names, walk
from replisite.staging.analysis.keeper import Path
from replisite.staging.slot import Origin

__all__ = ["Cut", "Scope", "Uncut"]

_WITH_A_CONTEXT = (
    nodes.EvalContextModifier,
    nodes.FromImport,
    nodes.Import,
    nodes.Include,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """The code of one slot, before it has values.

    ``body`` is what Jinja compiles; ``paths`` are the static values that it needs, as the name that the
    body uses and the way to the value: a name, then ``(is_attribute, key)`` steps; ``computed`` those that stage
    one computes; ``narrowed`` the functions that narrow what a path leads to. ``includes`` means that
    a template inside may read any static name, and ``calls`` that a callable may; then all are kept.
    ``callees`` are the ways to methods that the body calls. ``definitions`` are the macros and imports that
    stand in front of the body, and ``outer`` the names that those look up where they were written. ``exports``
    are the names that the body sets for code after it; a silent one writes nothing.
    """

    origin: Origin
    body: list[nodes.Node]
    paths: dict[str, Path]
    computed: dict[str, nodes.Expr] = field(default_factory=dict)
    narrowed: dict[str, str] = field(default_factory=dict)
    callees: list[Path] = field(default_factory=list)
    definitions: tuple[str, ...] = ()
    outer: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    is_silent: bool = False
    includes: bool = False
    calls: bool = False
    is_repeatable: bool = True
    declared: tuple[str, ...] = ()
    """Static names that its filters look up in the context."""

    @property
    def needs_context(self) -> bool:
        """The body may read static names that it does not spell."""
        return self.includes or self.calls

    @property
    def is_function(self) -> bool:
        """The body depends on nothing but the values that it spells."""
        return not self.needs_context and not any(
            isinstance(part, _WITH_A_CONTEXT) for node in self.body for part in walk(node)
        )


class Uncut(Exception):
    """A piece of a template cannot be made a slot; says why, and at which line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(slots=True)
class Scope:
    """What the cutter knows at one node: deferred names, and the statements that define macros.

    ``definitions`` are those that have run when the node is reached; ``pending`` are added to them as
    the cutter passes by. ``exported`` are names that slots have set by then, which get their values from there.
    """

    deferred: Names
    definitions: dict[str, nodes.Node]
    pending: dict[str, nodes.Node] = field(default_factory=dict)
    exported: Names = frozenset()
    is_child: bool = False
    """Outside the blocks of a template that extends another, Jinja runs statements and skips their output."""

    def inside(self, bound: Names) -> Scope:
        """Return the scope of a body in which these names are something else."""
        return replace(self, deferred=self.deferred - bound, exported=self.exported - bound)
