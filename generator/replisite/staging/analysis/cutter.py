"""Rewrite a template's syntax tree so that what depends on a deferred name becomes a slot.

The rewrite happens between Jinja's parser and its compiler: ``rewriting(base)`` makes a code generator
that changes the tree first and then compiles it as Jinja always does. A piece that cannot be cut
exactly makes its enclosing statement the slot; where that cannot be done either, a *trip* stands in its
place, which sends the whole page to full rendering if stage one ever comes by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame

from replisite.staging.analysis.binding import (
    SCOPES,
    Names,
    assigned_names,
    free_names,
    leaks,
    reads,
    unsettled_names,
    walk,
)
from replisite.staging.analysis.cut import Cut, Scope, Uncut
from replisite.staging.analysis.inline import Inliner, Rewrite
from replisite.staging.analysis.keeper import Keeper
from replisite.staging.analysis.readers import Readers
from replisite.staging.analysis.source_text import spelled
from replisite.staging.analysis.tree import (
    bound_names,
    copied,
    defined_names,
    has_stray_loop_control,
    holds_block_call,
    is_block_call,
    is_random,
    is_slot,
    mutates,
    own_expressions,
    reads_loop_values_only,
    set_names,
    spelled_names,
    statement_kind,
    writes,
)
from replisite.staging.slot import Origin, Widening

__all__ = ["Cutter", "rewriting"]


_NEVER_IN_A_SLOT = (nodes.Block, nodes.Extends, nodes.NSRef, nodes.ExprStmt, nodes.OverlayScope)
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
                    node.filename = self.filename  # type: ignore[attr-defined]
                    change(node, self.environment, self.name or "")
                node.is_rewritten = True  # type: ignore[attr-defined]
            super().visit_Template(node, frame)

    return RewritingCodeGenerator


Widenings = list[Widening]
"""Why pieces could not be cut; empty if all could."""


@dataclass(slots=True)
class Cutter:
    """Cuts one template's tree in place; ``cuts`` receives the slots' code in order of their numbers.

    ``serial`` distinguishes this compilation from others: two templates may have one name, as where a theme's own
    template is extended by one that stands before it.
    """

    environment: Environment
    name: str
    deferred: Names
    cuts: list[Cut]
    serial: int = 0
    earlier: Sequence[Rewrite] = ()
    """The rewrites that templates have been through."""
    hints: Names = frozenset()
    """Names that a slot of another template may set: they are looked at when stage one comes by."""
    trips: list[Widening] = field(default_factory=list, init=False)
    """What could not be cut: a page that comes by there is rendered in full."""
    roots: Names = field(default=frozenset(), init=False)
    _readers: Readers = field(init=False)
    _stored: Names = field(default=frozenset(), init=False)
    _bound_once: Names = field(default=frozenset(), init=False)
    _is_cuttable: bool = field(default=True, init=False)
    _unsettled: Names = field(default=frozenset(), init=False)
    _occurrences: Counter[str] = field(default_factory=Counter, init=False)

    def template(self, node: nodes.Template) -> None:
        """Cut a whole template, its blocks among it."""
        self.roots = self.deferred
        self.deferred |= self.hints
        self._readers = Readers(self.environment, self.deferred)
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
        scope = self._definitions(node.body, Scope(self.deferred, {}))
        if any(isinstance(statement, nodes.Extends) for statement in node.body):
            scope.definitions.update(scope.pending)  # blocks run when all of a child's top level has run
        if any(isinstance(part, nodes.Extends) for part in walk(node)):
            scope.is_child = True
        self._statements(node, "body", scope)
        for part in [*walk(node)]:
            if isinstance(part, nodes.Call) and mutates(part.node):
                part.node = self._staging("changing", part.node)
            elif isinstance(part, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
                part.template = self._named(part.template)

    # -- statements ---------------------------------------------------------------------------------

    def _statements(self, owner: nodes.Node, slot: str, scope: Scope) -> Widenings:
        """Cut a list of statements in place; return why pieces of it could not be cut."""
        body: list[nodes.Node] = []
        widenings: Widenings = []
        for node in getattr(owner, slot):
            new, why = self._statement(node, scope)
            body.extend(new)
            widenings += why
            passed = [name for name in defined_names(node) if name in scope.pending]
            scope.definitions.update({name: scope.pending[name] for name in passed})
            body.extend(self._remember(name, node) for name in passed)
        setattr(owner, slot, body)
        return widenings

    def _statement(self, node: nodes.Node, scope: Scope) -> tuple[list[nodes.Node], Widenings]:
        """Return what stands for one statement, and why pieces of it could not be cut."""
        if isinstance(node, nodes.Block):
            inner = self._definitions(node.body, self._visible_in_block(scope))
            self._statements(node, "body", inner)
            return [node], []
        if isinstance(node, nodes.Output):
            return self._output(node, scope)
        dependent = reads(node, scope.deferred)
        if isinstance(node, nodes.Macro):
            guarded = self._guarded(node)
            if dependent:  # for calls that do not spell the macro's name
                reason = "a macro that reads a deferred name is called by another name than its own"
                guarded.body[:0] = [self._trip(node, reason)]  # type: ignore[attr-defined]
            return [guarded], []  # reading makes its *name* deferred; see _definitions
        if isinstance(node, nodes.Import | nodes.FromImport) and not reads(node.template, scope.deferred):
            return [node], []
        if not dependent:
            return self._static(node, scope)
        if any(holds_block_call(part) for part in own_expressions(node)):
            return self._as_slot(node, scope)
        if isinstance(node, nodes.If) and not self._tests_read(node, scope):
            return self._recurse(node, scope)
        if isinstance(node, nodes.For) and not self._loop_reads(node, scope) and not node.recursive:
            return self._recurse(node, scope)
        if isinstance(node, nodes.With):
            return self._with(node, scope)
        return self._as_slot(node, scope)

    def _recurse(self, node: nodes.Stmt, scope: Scope) -> tuple[list[nodes.Node], Widenings]:
        """Cut inside a statement; if something in it cannot be cut, the statement is the slot."""
        untouched = copied(node)
        inside = scope if isinstance(node, nodes.If) else scope.inside(assigned_names(node))
        widenings = self._statements(node, "body", inside)
        for other in getattr(node, "elif_", []):
            widenings += self._statements(other, "body", scope)
        if hasattr(node, "else_"):
            widenings += self._statements(node, "else_", scope)
        if widenings and not scope.is_child:
            try:
                return self._slot([untouched], untouched.lineno, scope, widenings), []
            except Uncut:
                pass
        return [node], widenings

    def _with(self, node: nodes.With, scope: Scope) -> tuple[list[nodes.Node], Widenings]:
        """Compute the deferred values of a ``with`` in a slot, and cut its body."""
        indexes = [index for index, value in enumerate(node.values) if reads(value, scope.deferred)]
        targets = [node.targets[index] for index in indexes]
        if not all(isinstance(target, nodes.Name) for target in targets):
            return self._as_slot(node, scope)
        untouched = copied(node)
        before: list[nodes.Node] = []
        bound = assigned_names(node)
        inside = scope.inside(bound)
        if indexes:
            names = tuple(target.name for target in targets)  # type: ignore[attr-defined]
            stored = [nodes.Name(name, "store") for name in names]
            values = [node.values[index] for index in indexes]
            together = nodes.Assign(
                nodes.Tuple(stored, "store"), nodes.Tuple(values, "load"), lineno=node.lineno
            )
            try:
                before = self._slot([together], node.lineno, scope, exports=names, at=node)[: -len(names)]
            except Uncut as uncut:
                return self._as_slot(node, scope, uncut)
            for index, name in zip(indexes, names, strict=True):
                node.values[index] = self._exported(name)
            inside = replace(inside, deferred=inside.deferred | {*names}, exported=inside.exported | {*names})
        widenings = self._statements(node, "body", inside)
        if widenings and not scope.is_child:
            try:
                return self._slot([untouched], untouched.lineno, scope, widenings), []
            except Uncut:
                pass
        return [*before, node], widenings

    def _as_slot(
        self, node: nodes.Node, scope: Scope, earlier: Uncut | None = None
    ) -> tuple[list[nodes.Node], Widenings]:
        try:
            return self._slot([copied(node)], node.lineno, scope, exports=self._exports(node)), []
        except Uncut as uncut:
            why = earlier or uncut
        for part in walk(node):
            if isinstance(part, nodes.Block | nodes.Macro):
                part.body.insert(0, self._trip(node, why.reason))  # it may be called from elsewhere
        return [self._trip(node, why.reason), node], [Widening(self.name, node.lineno, why.reason)]

    def _exports(self, node: nodes.Node) -> tuple[str, ...]:
        """Return the names that a statement sets for code after it; raises Uncut where that is not all it does."""
        if not leaks([node]):
            return ()
        for part in walk(node):
            if isinstance(part, nodes.Macro | nodes.Import | nodes.FromImport):
                raise Uncut(part.lineno, f"{statement_kind(part)} under a deferred test")
            if isinstance(part, nodes.NSRef):
                raise Uncut(part.lineno, "an attribute of a namespace is set to a deferred value")
        return tuple(dict.fromkeys(set_names(node)))

    def _static(self, node: nodes.Node, scope: Scope) -> tuple[list[nodes.Node], Widenings]:
        """Leave a statement that depends on nothing deferred, but watch text that it captures."""
        if isinstance(node, _CAPTURING) or (isinstance(node, nodes.For) and node.recursive):
            return [self._guarded(node)], []
        for owner in [node, *getattr(node, "elif_", [])]:
            inside = scope if isinstance(owner, nodes.If) else scope.inside(assigned_names(owner))
            if hasattr(owner, "body"):
                self._statements(owner, "body", inside)
            if hasattr(owner, "else_"):
                self._statements(owner, "else_", scope)
        if any(holds_block_call(part) for part in own_expressions(node)):
            return [self._call("enter"), node, self._call("leave")], []
        return [node], []

    def _output(self, node: nodes.Output, scope: Scope) -> tuple[list[nodes.Node], Widenings]:
        new: list[nodes.Node] = []
        widenings: Widenings = []
        for expression in node.nodes:
            alone = nodes.Output([expression], lineno=expression.lineno)
            if reads(expression, scope.deferred):
                piece = nodes.Output([copied(expression)], lineno=expression.lineno)
                try:
                    new.extend(self._slot([piece], node.lineno, scope))
                except Uncut as uncut:
                    new.extend([self._trip(expression, uncut.reason), alone])
                    widenings.append(Widening(self.name, expression.lineno, uncut.reason))
            elif is_block_call(expression):
                where = nodes.Const(self.name), nodes.ContextReference()
                new.extend([self._call("enter_block", *where), alone, self._call("leave_block", *where)])
            elif holds_block_call(expression):
                new.extend([self._call("enter"), alone, self._call("leave")])
            elif new and isinstance(new[-1], nodes.Output) and not is_slot(new[-1]):
                new[-1].nodes.append(expression)
            else:
                new.append(alone)
        return new, widenings

    def _guarded(self, node: nodes.Node) -> nodes.Node:
        """Mark a stretch whose text is captured: a slot inside would be measured or filtered."""
        node.body = [self._call("enter"), *node.body, self._call("leave")]  # type: ignore[attr-defined]
        return node

    # -- slots --------------------------------------------------------------------------------------

    def _slot(
        self,
        body: list[nodes.Node],
        line: int,
        scope: Scope,
        widenings: Sequence[Widening] = (),
        *,
        exports: tuple[str, ...] = (),
        at: nodes.Node | None = None,
    ) -> list[nodes.Node]:
        """Return what stands for statements that are made a slot; raises Uncut where that would not be exact.

        ``exports`` are the names that they set for code after them, and which a slot sets now.
        """
        origin = Origin(self.name, line, spelled(at or body[0]), tuple(widenings))
        if any(isinstance(part, nodes.Include) for statement in body for part in walk(statement)):
            inliner = Inliner(self.environment, self.name, self.earlier)
            body = [inliner.visit(statement) for statement in body]
        everything = [part for statement in body for part in walk(statement)]
        is_silent = bool(exports) and not any(map(writes, body))
        self._refuse(body, everything, scope, exports, is_silent)
        record = self._record(scope)
        loop = {"loop"} if any(isinstance(part, nodes.For) for part in everything) else set()
        moved = scope.deferred | record | bound_names(everything) | loop
        keeper = Keeper(self._free(body) - moved - scope.definitions.keys() - _FRAME_NAMES, self._narrows)
        keeper.statements(body, always=True)
        cut, free = self._cut(body, keeper, scope, origin, exports, is_silent)
        call = self._call_of(cut, free, record)
        self.cuts.append(cut)
        if not exports:
            return [nodes.Output([nodes.MarkSafe(call)], lineno=line)]
        scope.exported |= {*exports}
        scope.deferred |= {*exports}
        shown = nodes.ExprStmt(call) if is_silent else nodes.Output([nodes.MarkSafe(call)])
        sets = [
            nodes.Assign(nodes.Name(name, "store"), self._exported(name), lineno=line) for name in exports
        ]
        return [shown.set_lineno(line), *sets]

    def _cut(
        self,
        body: list[nodes.Node],
        keeper: Keeper,
        scope: Scope,
        origin: Origin,
        exports: tuple[str, ...],
        is_silent: bool,
    ) -> tuple[Cut, Names]:
        """Return the cut of what the keeper has left of some statements, and the names that it looks up."""
        line, record = origin.line, self._record(scope)
        definitions, names = self._definitions_for(body, scope)
        whole = [*definitions, *body]
        everything = [part for statement in whole for part in walk(statement)]
        if any(isinstance(part, _NEVER_IN_A_SLOT) or _is_self(part) for part in everything):
            raise Uncut(line, "a macro holds what only a template may hold")
        if any(map(mutates, everything)):
            raise Uncut(line, "a static value may be changed, or compared with another as an object")
        bound, declared = bound_names(everything), self._readers.declared(everything)
        if declared & (bound | scope.exported):
            raise Uncut(line, f"{', '.join(sorted(declared))} is looked up in the context, and set here")
        free = self._free(whole) - keeper.computed.keys()
        if free & _FRAME_NAMES:
            raise Uncut(line, f"{', '.join(sorted(free & _FRAME_NAMES))} is another thing in a slot")
        if unknown := free & scope.deferred - record:
            raise Uncut(line, f'"{min(unknown)}" is a macro that cannot be moved')
        if not reads_loop_values_only(body, free):
            raise Uncut(line, "loop is used for more than its values")
        includes, calls = self._looks_around(definitions, everything, free, line)
        outer = free_names(definitions, self.environment) - record if definitions else frozenset()
        if includes or calls:
            if "loop" in free or exports or free & self.deferred - record:
                raise Uncut(line, "names that only stand here are looked up in the context")
            keeper.callees = []
        else:
            # Definitions, and what a branch left over, are looked up and not computed.
            keeper.static = free - record - bound - keeper.paths.keys()
            keeper.statements(whole, always=False)
            keeper.paths |= {name: (name, ()) for name in free & bound - record}
        cut = Cut(
            origin,
            whole,
            keeper.paths,
            keeper.computed,
            keeper.narrowed,
            keeper.callees,
            tuple(names),
            tuple(sorted(outer)),
            exports,
            is_silent,
            includes,
            calls,
            not any(is_random(part) for part in everything),
            tuple(sorted(declared)),
        )
        return cut, free

    def _looks_around(
        self, definitions: list[nodes.Node], everything: list[nodes.Node], free: Names, line: int
    ) -> tuple[bool, bool]:
        """Say whether a template inside may read names that are not spelt, and whether a callable may."""
        includes = any(self._readers.includes(part) for part in everything)
        calls = any(
            self._readers.calls(part, free) or (includes and isinstance(part, nodes.Call))
            for part in everything
        )
        inside = [part for statement in definitions for part in walk(statement)]
        if any(self._readers.includes(part) or self._readers.calls(part, free) for part in inside) and not (
            len(definitions) == 1 and isinstance(definitions[0], nodes.Import | nodes.FromImport)
        ):
            # what is visible where a macro was written is not what is visible here
            raise Uncut(line, "a macro that looks names up in the context cannot be moved")
        return includes, calls

    def _call_of(self, cut: Cut, free: Names, record: Names) -> nodes.Call:
        """Return the call into stage one that stands for the next cut, with the values that it needs."""
        roots = {root for root, _ in [*cut.paths.values(), *cut.callees]}
        return self._staging(
            "slot",
            nodes.Const((self.serial, len(self.cuts))),
            nodes.ContextReference(),
            nodes.DerivedContextReference() if cut.needs_context else nodes.Const(None),
            _loaded((free | roots) - record),
            _loaded(self.roots if cut.needs_context else free & record),
            _loaded(cut.definitions),
            _by_name(cut.computed),
        )

    def _refuse(
        self,
        body: list[nodes.Node],
        everything: list[nodes.Node],
        scope: Scope,
        exports: tuple[str, ...],
        is_silent: bool,
    ) -> None:
        """Raise Uncut for what can be seen before anything is moved."""
        line = body[0].lineno
        if not self._is_cuttable:
            raise Uncut(line, "the way in which values are escaped or finalized changes in this template")
        if scope.is_child and not is_silent and not isinstance(body[0], nodes.Output):
            raise Uncut(line, "outside its blocks, a template that extends another writes nothing")
        if leaks(body) and not exports:
            raise Uncut(line, "what is set here is used after it")
        if has_stray_loop_control(body):
            raise Uncut(line, "break or continue leaves this piece")
        if part := next((part for part in everything if isinstance(part, _NEVER_IN_A_SLOT)), None):
            raise Uncut(part.lineno, f"{statement_kind(part)} depends on a deferred name")
        if any(map(_is_self, everything)):
            raise Uncut(line, "self is another thing in a slot")
        if any(isinstance(part, SCOPES) for part in everything) and self._is_scoped_oddly(everything):
            raise Uncut(line, "a name is read before it is set in the same scope")

    def _narrows(self, name: str) -> bool:
        return hasattr(self.environment.globals.get(name), "narrow")

    def _free(self, body: list[nodes.Node]) -> Names:
        """Return the names that code looks up; raises Uncut for code that Jinja compiles only where it stands."""
        try:
            return free_names(body, self.environment)
        except AssertionError as error:
            raise Uncut(body[0].lineno, f"Jinja compiles this nowhere else: {error}") from error

    def _record(self, scope: Scope) -> Names:
        """Return the names whose values come from the record, or from slots."""
        return scope.deferred & self.deferred | scope.exported

    def _exported(self, name: str) -> nodes.Call:
        """Return what gives a name the value that the latest slot has set."""
        return self._staging("exported", nodes.Const(name))

    def _is_scoped_oddly(self, everything: list[nodes.Node]) -> bool:
        """Say whether a name here means what statements around it make of it; see ``unsettled_names``."""
        here = Counter(name for part in everything for name in spelled_names(part))
        return any(here[name] < self._occurrences[name] for name in self._unsettled & here.keys())

    def _definitions_for(self, body: list[nodes.Node], scope: Scope) -> tuple[list[nodes.Node], list[str]]:
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

    # -- scopes -------------------------------------------------------------------------------------

    def _definitions(self, body: list[nodes.Node], scope: Scope) -> Scope:
        """Add the macros and imports that this list of statements defines once, and what they defer."""
        defined = {name: copied(node) for node in body for name in defined_names(node)}
        deferred = set(scope.deferred)
        size = -1
        while size != len(deferred):
            size = len(deferred)
            for name, node in defined.items():
                if self._readers.imports_deferred(node) or reads(node, frozenset(deferred)):
                    deferred.add(name)
        pending = {name: node for name, node in defined.items() if name in self._bound_once}
        return Scope(frozenset(deferred), dict(scope.definitions), pending, scope.exported)

    def _visible_in_block(self, scope: Scope) -> Scope:
        """Top-level names that begin with an underscore are not exported to blocks."""
        visible = {name: node for name, node in scope.definitions.items() if not name.startswith("_")}
        exported = frozenset(name for name in scope.exported if not name.startswith("_"))
        return Scope(scope.deferred, visible, exported=exported)

    def _tests_read(self, node: nodes.If, scope: Scope) -> bool:
        return any(reads(test.test, scope.deferred) for test in [node, *node.elif_])

    def _loop_reads(self, node: nodes.For, scope: Scope) -> bool:
        inside = scope.deferred - assigned_names(node)
        return reads(node.iter, scope.deferred) or (node.test is not None and reads(node.test, inside))

    # -- calls into stage one -----------------------------------------------------------------------

    def _trip(self, node: nodes.Node, reason: str) -> nodes.ExprStmt:
        self.trips.append(Widening(self.name, node.lineno, reason))
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


def _is_self(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "self"


def _loaded(names: Iterable[str]) -> nodes.Dict:
    return _by_name({name: nodes.Name(name, "load") for name in sorted(names)})


def _by_name(values: Mapping[str, nodes.Expr]) -> nodes.Dict:
    return nodes.Dict([nodes.Pair(nodes.Const(name), value) for name, value in values.items()])
