"""Rewrite a template's syntax tree so that what depends on a deferred name becomes a slot.

The rewrite happens between Jinja's parser and its compiler: ``rewriting(base)`` makes a code generator
that changes the tree first and then compiles it as Jinja always does. A piece that cannot be cut
exactly makes its enclosing statement the slot; where that cannot be done either, a *trip* stands in its
place, which sends the whole page to full rendering if stage one ever comes by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import FILTERS
from jinja2.runtime import Undefined
from jinja2.tests import TESTS

from replisite.staging.binding import (
    SCOPES,
    Names,
    assigned_names,
    free_names,
    leaks,
    reads,
    unsettled_names,
    walk,
)
from replisite.staging.keeper import Keeper, Path
from replisite.staging.tree import (
    bound_names,
    copied,
    defined_names,
    has_stray_loop_control,
    holds_block_call,
    is_block_call,
    is_random,
    is_slot,
    kind_told,
    mutates,
    own_expressions,
    reads_loop_values_only,
    spelled_names,
)

__all__ = ["Cut", "Cutter", "reads_context", "rewriting"]


Rewrite = Callable[[nodes.Template, Environment, str], None]
_NEVER_IN_A_SLOT = (nodes.Block, nodes.Extends, nodes.NSRef, nodes.ExprStmt)
_FRAME_NAMES = frozenset({"super", "self", "caller", "varargs", "kwargs"})
_CAPTURING = (nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock)


def rewriting(base: type[CodeGenerator], rewrite: Rewrite) -> type[CodeGenerator]:
    """Return a code generator that runs ``rewrite`` after the rewrites that ``base`` has already."""
    earlier: tuple[Rewrite, ...] = getattr(base, "rewrites", ())

    class RewritingCodeGenerator(base):  # type: ignore[misc, valid-type]  # the base is the environment's own
        rewrites = (*earlier, rewrite)

        def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
            # A subclass of a rewriting class must not let its base rewrite the same tree again.
            if not getattr(node, "is_rewritten", False):
                for change in self.rewrites:
                    change(node, self.environment, self.name or "")
                node.is_rewritten = True  # type: ignore[attr-defined]
            super().visit_Template(node, frame)

    return RewritingCodeGenerator


@dataclass(frozen=True, slots=True)
class Cut:
    """The code of one slot, before it has values.

    ``body`` is what Jinja compiles; ``paths`` are the static values that it needs, as the name that the
    body uses and the way to the value: a name, then ``(is_attribute, key)`` steps. ``includes`` means that
    a template inside may read any static name, and ``calls`` that a callable may; then all are kept.
    ``callees`` are the ways to methods that the body calls. ``definitions`` are the macros and imports that
    stand in front of the body, and ``outer`` the names that those look up where they were written.
    """

    template: str
    line: int
    body: list[nodes.Node]
    paths: dict[str, Path]
    callees: list[Path] = field(default_factory=list)
    definitions: tuple[str, ...] = ()
    outer: tuple[str, ...] = ()
    includes: bool = False
    calls: bool = False
    is_repeatable: bool = True

    @property
    def needs_context(self) -> bool:
        """The body may read static names that it does not spell."""
        return self.includes or self.calls


@dataclass(frozen=True, slots=True)
class _Scope:
    """What the cutter knows at one place: deferred names, and the statements that define macros.

    ``definitions`` are those that have run when the place is reached; ``pending`` are added to them as
    the cutter passes by.
    """

    deferred: Names
    definitions: dict[str, nodes.Node]
    pending: dict[str, nodes.Node] = field(default_factory=dict)
    is_child: bool = False
    """Outside the blocks of a template that extends another, Jinja runs statements and skips their output."""


@dataclass(slots=True)
class Cutter:
    """Cuts one template's tree in place; ``cuts`` receives the slots' code in order of their numbers.

    ``serial`` tells this compilation from others: two templates may have one name, as where a theme's own
    template is extended by one that stands before it.
    """

    environment: Environment
    name: str
    deferred: Names
    cuts: list[Cut]
    serial: int = 0
    _stored: Names = field(default=frozenset(), init=False)
    _bound_once: Names = field(default=frozenset(), init=False)
    _is_cuttable: bool = field(default=True, init=False)
    _unsettled: Names = field(default=frozenset(), init=False)
    _occurrences: Counter[str] = field(default_factory=Counter, init=False)

    def template(self, node: nodes.Template) -> None:
        """Cut a whole template, its blocks among it."""
        bound = Counter(
            name.name for name in walk(node) if isinstance(name, nodes.Name) and name.ctx != "load"
        )
        self._stored = frozenset(bound)
        self._unsettled = unsettled_names(node)
        self._occurrences = Counter(name for part in walk(node) for name in spelled_names(part))
        bound.update(name for part in walk(node) for name in defined_names(part))
        self._bound_once = frozenset(name for name, times in bound.items() if times == 1)
        # A finalize sees slot marks, and an evaluation context that changes midway is not known in a slot.
        self._is_cuttable = self.environment.finalize is None and not any(
            type(part) is nodes.EvalContextModifier for part in walk(node)
        )
        scope = self._definitions(node.body, _Scope(self.deferred, {}))
        if any(isinstance(statement, nodes.Extends) for statement in node.body):
            scope.definitions.update(scope.pending)  # blocks run when all of a child's top level has run
        if any(isinstance(part, nodes.Extends) for part in walk(node)):
            scope = replace(scope, is_child=True)
        self._statements(node, "body", scope)
        for part in [*walk(node)]:
            if isinstance(part, nodes.Call) and mutates(part.node):
                part.node = self._staging("changing", part.node)
            elif isinstance(part, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
                part.template = self._named(part.template)

    # -- statements ---------------------------------------------------------------------------------

    def _statements(self, owner: nodes.Node, slot: str, scope: _Scope) -> bool:
        """Cut a list of statements in place; return whether every piece of it could be cut."""
        body: list[nodes.Node] = []
        exact = True
        for node in getattr(owner, slot):
            new, done = self._statement(node, scope)
            body.extend(new)
            exact = exact and done
            passed = [name for name in defined_names(node) if name in scope.pending]
            scope.definitions.update({name: scope.pending[name] for name in passed})
            body.extend(self._remember(name, node) for name in passed)
        setattr(owner, slot, body)
        return exact

    def _statement(self, node: nodes.Node, scope: _Scope) -> tuple[list[nodes.Node], bool]:
        """Return what stands for one statement, and whether it is exact (False: it trips)."""
        if isinstance(node, nodes.Block):
            inner = self._definitions(node.body, self._visible_in_block(scope))
            self._statements(node, "body", inner)
            return [node], True
        if isinstance(node, nodes.Output):
            return self._output(node, scope)
        dependent = reads(node, scope.deferred)
        if isinstance(node, nodes.Macro):
            trip = [self._trip(node)] if dependent else []  # for calls that do not spell the macro's name
            guarded = self._guarded(node)
            guarded.body[:0] = trip  # type: ignore[attr-defined]
            return [guarded], True  # reading makes its *name* deferred; see _definitions
        if isinstance(node, nodes.Import | nodes.FromImport) and not reads(node.template, scope.deferred):
            return [node], True
        if not dependent:
            return self._static(node, scope)
        if any(holds_block_call(part) for part in own_expressions(node)):
            return self._as_slot(node, scope)
        if isinstance(node, nodes.If) and not self._tests_read(node, scope):
            return self._recurse(node, scope)
        if isinstance(node, nodes.For) and not self._loop_reads(node, scope) and not node.recursive:
            return self._recurse(node, scope)
        if isinstance(node, nodes.With) and not any(reads(v, scope.deferred) for v in node.values):
            return self._recurse(node, scope)
        return self._as_slot(node, scope)

    def _recurse(self, node: nodes.Stmt, scope: _Scope) -> tuple[list[nodes.Node], bool]:
        """Cut inside a statement; if something in it cannot be cut, the statement is the slot."""
        untouched = copied(node)
        inside = replace(scope, deferred=scope.deferred - assigned_names(node))
        exact = self._statements(node, "body", inside)
        for other in getattr(node, "elif_", []):
            exact = self._statements(other, "body", scope) and exact
        if hasattr(node, "else_"):
            exact = self._statements(node, "else_", scope) and exact
        if (
            not exact
            and not scope.is_child
            and (whole := self._slot([untouched], untouched.lineno, scope)) is not None
        ):
            return [whole], True
        return [node], exact

    def _as_slot(self, node: nodes.Node, scope: _Scope) -> tuple[list[nodes.Node], bool]:
        whole = None if scope.is_child else self._slot([copied(node)], node.lineno, scope)
        if whole is not None:
            return [whole], True
        for part in walk(node):
            if isinstance(part, nodes.Block | nodes.Macro):
                part.body.insert(0, self._trip(node))  # it may be called from elsewhere
        return [self._trip(node), node], False

    def _static(self, node: nodes.Node, scope: _Scope) -> tuple[list[nodes.Node], bool]:
        """Leave a statement that depends on nothing deferred, but watch text that it captures."""
        if isinstance(node, _CAPTURING) or (isinstance(node, nodes.For) and node.recursive):
            return [self._guarded(node)], True
        for owner in [node, *getattr(node, "elif_", [])]:
            inside = replace(scope, deferred=scope.deferred - assigned_names(owner))
            if hasattr(owner, "body"):
                self._statements(owner, "body", inside)
            if hasattr(owner, "else_"):
                self._statements(owner, "else_", scope)
        if any(holds_block_call(part) for part in own_expressions(node)):
            return [self._call("enter"), node, self._call("leave")], True
        return [node], True

    def _output(self, node: nodes.Output, scope: _Scope) -> tuple[list[nodes.Node], bool]:
        new: list[nodes.Node] = []
        exact = True
        for expression in node.nodes:
            alone = nodes.Output([expression], lineno=expression.lineno)
            if reads(expression, scope.deferred):
                slot = self._slot(
                    [nodes.Output([copied(expression)], lineno=expression.lineno)], node.lineno, scope
                )
                new.extend([slot] if slot is not None else [self._trip(expression), alone])
                exact = exact and slot is not None
            elif is_block_call(expression):
                where = nodes.Const(self.name), nodes.ContextReference()
                new.extend([self._call("enter_block", *where), alone, self._call("leave_block", *where)])
            elif holds_block_call(expression):
                new.extend([self._call("enter"), alone, self._call("leave")])
            elif new and isinstance(new[-1], nodes.Output) and not is_slot(new[-1]):
                new[-1].nodes.append(expression)
            else:
                new.append(alone)
        return new, exact

    def _guarded(self, node: nodes.Node) -> nodes.Node:
        """Mark a stretch whose text is captured: a slot inside would be measured or filtered."""
        node.body = [self._call("enter"), *node.body, self._call("leave")]  # type: ignore[attr-defined]
        return node

    # -- slots --------------------------------------------------------------------------------------

    def _slot(self, body: list[nodes.Node], line: int, scope: _Scope) -> nodes.Output | None:
        """Make a slot of these statements, or return None where that would not be exact."""
        if not self._is_cuttable or leaks(body) or has_stray_loop_control(body):
            return None
        definitions, names = self._definitions_for(body, scope)
        everything = [part for statement in [*definitions, *body] for part in walk(statement)]
        if any(isinstance(part, _NEVER_IN_A_SLOT) or mutates(part) for part in everything):
            return None
        if any(isinstance(part, SCOPES) for part in everything) and self._is_scoped_oddly(everything):
            return None
        free = free_names([*definitions, *body], self.environment)
        record = scope.deferred & self.deferred
        if free & _FRAME_NAMES or free & scope.deferred - record or free & self.deferred - record:
            return None
        if not reads_loop_values_only(body, free):
            return None
        includes = any(self._includes(part) for part in everything)
        calls = any(
            self._calls_reader(part, free) or (includes and isinstance(part, nodes.Call))
            for part in everything
        )
        inside = [part for statement in definitions for part in walk(statement)]
        if any(self._includes(part) or self._calls_reader(part, free) for part in inside) and not (
            len(definitions) == 1 and isinstance(definitions[0], nodes.Import | nodes.FromImport)
        ):
            return None  # what is visible where a macro was written is not what is visible here
        outer = free_names(definitions, self.environment) - record if definitions else frozenset()
        paths: dict[str, Path] = {}
        callees: list[Path] = []
        if includes or calls:
            if "loop" in free:
                return None
            whole = [*definitions, *body]
        else:
            bound = bound_names(everything)
            keeper = Keeper(free - record - bound)
            whole = [keeper.visit(part) for part in [*definitions, *body]]
            paths = keeper.paths | {name: (name, ()) for name in free & bound - record}
            callees = keeper.callees
        number = len(self.cuts)
        self.cuts.append(
            Cut(
                self.name,
                line,
                whole,
                paths,
                callees,
                tuple(names),
                tuple(sorted(outer)),
                includes,
                calls,
                not any(is_random(part) for part in everything),
            )
        )
        arguments: list[nodes.Expr] = [
            nodes.ContextReference(),
            nodes.DerivedContextReference() if includes or calls else nodes.Const(None),
        ]
        shown = self.deferred if includes or calls else free & record
        for wanted in (free - record, shown, frozenset(names)):
            pairs = [nodes.Pair(nodes.Const(name), nodes.Name(name, "load")) for name in sorted(wanted)]
            arguments.append(nodes.Dict(pairs))
        call = self._staging("slot", nodes.Const((self.serial, number)), *arguments)
        return nodes.Output([nodes.MarkSafe(call)], lineno=line)

    def _is_scoped_oddly(self, everything: list[nodes.Node]) -> bool:
        """Say whether a name here means what statements around it make of it; see ``unsettled_names``."""
        here = Counter(name for part in everything for name in spelled_names(part))
        return any(here[name] < self._occurrences[name] for name in self._unsettled & here.keys())

    def _definitions_for(self, body: list[nodes.Node], scope: _Scope) -> tuple[list[nodes.Node], list[str]]:
        """Return copies of the macros and imports that this code needs, and their names."""
        needed: dict[str, nodes.Node] = {}
        while True:
            free = free_names([*needed.values(), *body], self.environment)
            if any(isinstance(part, nodes.Macro) for part in needed.values()):
                inside = free_names(list(needed.values()), self.environment)
                if inside & self._stored - set(scope.definitions):
                    return [], []  # a macro's own names may mean something else here
            missing = [name for name in sorted(free) if name in scope.definitions and name not in needed]
            if not missing:
                unique = {id(part): part for part in needed.values()}
                return [*map(copied, unique.values())], sorted(needed)
            for name in missing:
                needed[name] = scope.definitions[name]

    @staticmethod
    def _includes(node: nodes.Node) -> bool:
        """Say whether another template runs here that may read names that this one does not spell."""
        return isinstance(node, nodes.Include | nodes.Import | nodes.FromImport) and bool(node.with_context)

    def _calls_reader(self, node: nodes.Node, free: Names) -> bool:
        """Say whether a callable runs here that may read names that are not spelt."""
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in free:
            return reads_context(self.environment.globals.get(node.node.name))
        return self._reads_context(node)

    def _reads_context(self, node: nodes.Node) -> bool:
        """Say whether running this node gives the context to a filter, a test or an extension."""
        if isinstance(node, nodes.ContextReference | nodes.DerivedContextReference):
            return True
        if isinstance(node, nodes.Filter | nodes.Test):
            known, defaults = (
                (self.environment.filters, FILTERS)
                if isinstance(node, nodes.Filter)
                else (self.environment.tests, TESTS)
            )
            callee = known.get(node.name)
            if not reads_context(callee):
                return False
            if defaults.get(node.name) is not callee:
                return True
            return any(self._names_context_reader(argument) for argument in node.args)
        return False

    def _names_context_reader(self, argument: nodes.Expr) -> bool:
        """``map("name")`` and its kin call a filter or a test by name."""
        if not isinstance(argument, nodes.Const):
            return True
        for known in (self.environment.filters, self.environment.tests):
            callee = known.get(argument.value) if isinstance(argument.value, str) else None
            if reads_context(callee):
                return True
        return False

    # -- scopes -------------------------------------------------------------------------------------

    def _definitions(self, body: list[nodes.Node], scope: _Scope) -> _Scope:
        """Add the macros and imports that this list of statements defines once, and what they defer."""
        found = {name: copied(node) for node in body for name in defined_names(node)}
        deferred = set(scope.deferred)
        size = -1
        while size != len(deferred):
            size = len(deferred)
            for name, node in found.items():
                with_context = isinstance(node, nodes.Import | nodes.FromImport) and node.with_context
                if with_context or reads(node, frozenset(deferred)):
                    deferred.add(name)
        pending = {name: node for name, node in found.items() if name in self._bound_once}
        return _Scope(frozenset(deferred), dict(scope.definitions), pending)

    def _visible_in_block(self, scope: _Scope) -> _Scope:
        """Top-level names that begin with an underscore are not exported to blocks."""
        visible = {name: node for name, node in scope.definitions.items() if not name.startswith("_")}
        return _Scope(scope.deferred, visible)

    def _tests_read(self, node: nodes.If, scope: _Scope) -> bool:
        return any(reads(test.test, scope.deferred) for test in [node, *node.elif_])

    def _loop_reads(self, node: nodes.For, scope: _Scope) -> bool:
        inside = scope.deferred - assigned_names(node)
        return reads(node.iter, scope.deferred) or (node.test is not None and reads(node.test, inside))

    # -- calls into stage one -----------------------------------------------------------------------

    def _trip(self, node: nodes.Node) -> nodes.ExprStmt:
        reason = f"{kind_told(node)} depends on a deferred name and cannot be cut exactly"
        call = self._staging("trip", nodes.Const(self.name), nodes.Const(node.lineno), nodes.Const(reason))
        return nodes.ExprStmt(call, lineno=node.lineno)

    def _call(self, method: str, *arguments: nodes.Expr) -> nodes.ExprStmt:
        return nodes.ExprStmt(self._staging(method, *arguments), lineno=1)

    def _remember(self, name: str, node: nodes.Node) -> nodes.ExprStmt:
        """Note what a macro's or an import's name means from here on, and what could be seen here."""
        with_context = isinstance(node, nodes.Import | nodes.FromImport) and node.with_context
        context = nodes.DerivedContextReference() if with_context else nodes.ContextReference()
        return self._call("remember", nodes.Const((self.serial, name)), nodes.Name(name, "load"), context)

    def _named(self, template: nodes.Expr) -> nodes.Expr:
        """A template object may come from an environment that is not staged."""
        if isinstance(template, nodes.Const | nodes.TemplateData):
            return template
        return self._staging("named", nodes.Const(self.name), nodes.Const(template.lineno), template)

    def _staging(self, method: str, *arguments: nodes.Expr) -> nodes.Call:
        target = nodes.Getattr(nodes.EnvironmentAttribute("staging"), method, "load")
        return nodes.Call(target, list(arguments), [], None, None)


def reads_context(callee: object) -> bool:
    """Say whether a callable was marked with ``jinja2.pass_context``."""
    if isinstance(callee, Undefined):
        return False
    marks = [getattr(callee, "jinja_pass_arg", "")]
    if not isinstance(callee, type):  # as Context.call does: a class may mark its __call__
        marks.append(getattr(getattr(callee, "__call__", None), "jinja_pass_arg", ""))  # noqa: B004
    return any(str(mark) == "_PassArg.context" for mark in marks)
