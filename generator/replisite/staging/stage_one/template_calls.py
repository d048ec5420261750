"""What the compiled templates of a staged environment call while they run."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from jinja2 import Environment, nodes
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Undefined
from jinja2.utils import missing

from replisite.staging.analysis.binding import walk
from replisite.staging.analysis.cut import Cut
from replisite.staging.analysis.cutter import Cutter
from replisite.staging.analysis.other_templates import reading_others
from replisite.staging.analysis.tree import mutates, named_templates
from replisite.staging.slot import Widening
from replisite.staging.stage_one.filling import Code
from replisite.staging.stage_one.run import RUN, Run, identities
from replisite.staging.stage_two.slots import FilledSlot
from replisite.staging.tripwire import Changes, Widen
from replisite.staging.trust import Trust, is_plain

__all__ = ["Staging"]


@dataclass(slots=True)
class Outline:
    """What is known of one compilation of a template before it is run.

    ``uses`` are the templates that it names, ``names`` the names that it spells, ``trips`` says why pieces of it
    cannot be cut; ``changes`` that it may change static lists and dicts. ``read`` are other templates on whose text it
    depends how this one was compiled.
    """

    uses: frozenset[str]
    names: frozenset[str]
    changes: bool
    trips: list[Widening] = field(default_factory=list)
    read: frozenset[str] = frozenset()

    @classmethod
    def of(cls, node: nodes.Template) -> Outline:
        """Look at a template that has not been cut yet."""
        parts = [*walk(node)]
        names = frozenset(part.name for part in parts if isinstance(part, nodes.Name))
        changes = any(map(mutates, parts))
        return cls(named_templates(node), names, changes)


@dataclass
class Staging:
    """What the compiled templates of one staged environment call while they run."""

    full: Environment
    deferred: frozenset[str]
    trust: Trust = is_plain
    hints: frozenset[str] = frozenset()
    changes: bool = False
    """Templates change static lists and dicts: every rendering gets its own."""
    cuts: list[list[Code]] = field(default_factory=list)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    """The compilations of each template: two may have one name."""
    outlines: list[Outline] = field(default_factory=list)
    tokens: dict[Hashable, bytes] = field(default_factory=dict)
    """For each slot's key, what stands for it in other processes."""
    hinted: dict[frozenset[str], Environment] = field(default_factory=dict)

    def rewrite(self, node: nodes.Template, environment: Environment, name: str) -> None:
        """Cut one template's tree; called by the code generator before it compiles."""
        cuts: list[Cut] = []
        serial = len(self.cuts)
        self.cuts.append([])
        outline = Outline.of(node)
        self.by_name.setdefault(name, []).append(serial)
        self.outlines.append(outline)
        earlier = getattr(self.full.code_generator_class, "rewrites", ())
        cutter = Cutter(environment, name, self.deferred, cuts, serial, earlier, self.hints)
        with reading_others() as read:
            cutter.template(node)
        outline.trips = cutter.trips
        outline.read = frozenset(read)
        filename = getattr(node, "filename", None)
        self.cuts[serial] = [Code(self.full, cut, filename, self.trust, self.tokens) for cut in cuts]

    def forget(self, changed: Collection[str]) -> frozenset[str]:
        """Forget the compilations of templates that have changed, or that depend on one; return their names."""
        stale = frozenset(
            name
            for name, serials in self.by_name.items()
            if name in changed or any(self.outlines[serial].read & {*changed} for serial in serials)
        )
        for name in stale:
            for serial in self.by_name.pop(name):
                self.cuts[serial] = []
                self.outlines[serial] = Outline(frozenset(), frozenset(), changes=False)
        return stale

    def slot(
        self,
        key: tuple[int, int],
        context: Context,
        derived: Context | None,
        roots: Mapping[str, Any],
        record: Mapping[str, Any],
        definitions: Mapping[str, Any],
        computed: Mapping[str, Any],
    ) -> str:
        """Return the mark of a slot, with the values that its code needs here; or its text, if nothing is deferred."""
        serial, number = key
        code = self.cuts[serial][number]
        where = code.cut.origin
        run = RUN.get()
        assert run is not None, "StagedTemplate renders in full outside a stage run"
        if not self._is_usual(where.template, context):
            self.trip(where.template, where.line, "autoescape is not the template's own here")
        for name, value in definitions.items():
            if not self._means_the_same(run, serial, name, value, derived, roots, code.cut):
                message = f'"{name}" means something else here than where it is defined'
                self.trip(where.template, where.line, message)
        slot = code.fill(run, context, derived, roots, record, computed)
        if isinstance(slot, FilledSlot):
            if slot.is_static:
                return run.evaluated(slot)
            run.set_names(slot)
            if slot.is_silent:
                return run.note(slot)
        if run.depth:
            message = "text that holds a slot is captured by a macro, set, filter or call block"
            self.trip(where.template, where.line, message)
        return run.mark(slot)

    def exported(self, name: str) -> Any:
        """Return what the latest slot has set a name to: a tripwire, or a value that is static after all."""
        run = RUN.get()
        assert run is not None
        return run.latest[name]

    def narrow(self, function: Any, value: Any) -> Any:
        """Return what a function depends on of a static argument."""
        return Code.narrow(function, value)

    def _means_the_same(
        self,
        run: Run,
        serial: int,
        name: str,
        value: Any,
        derived: Context | None,
        roots: Mapping[str, Any],
        cut: Cut,
    ) -> bool:
        """Say whether a macro or an import that is put into a slot would do there what it does here."""
        if (serial, name) not in run.defined:
            return False
        there, context, seen = run.defined[serial, name]
        if value is not there:
            return False
        if derived is not None and seen != identities(derived, {*cut.definitions}):
            return False
        return all(
            outer not in context.vars
            and (
                context.parent.get(outer, missing) is roots.get(outer, missing)
                or (outer not in context.parent and type(roots.get(outer)) is context.environment.undefined)
            )
            for outer in cut.outer
            if outer not in cut.definitions
        )

    def remember(self, key: tuple[int, str], value: Any, context: Context) -> None:
        """Note what a macro's or an import's name means once it is defined."""
        run = RUN.get()
        assert run is not None
        run.defined[key] = (value, context, identities(context, {key[1]}))

    def changing(self, method: Any) -> Any:
        """Let a method pass that may change a static value, once the values are the run's own."""
        if not self.changes:
            raise Changes
        return method

    def named(self, template: str, line: int, name: Any) -> Any:
        """Let the name of a template pass, and nothing else that Jinja would take for one."""
        if isinstance(name, list | tuple):
            return [self.named(template, line, item) for item in name]
        if not isinstance(name, str | Undefined):
            self.trip(template, line, f"a template is named by {type(name).__name__}")
        return name

    def _is_usual(self, template: str, context: Context) -> bool:
        """Say whether autoescape is as the template's name says; a shared context may say otherwise."""
        return bool(context.eval_ctx.autoescape) == bool(EvalContext(self.full, template or None).autoescape)

    def enter_block(self, template: str, context: Context) -> None:
        """Text of a block called by ``super()`` or ``self``: it goes to the page unless it is escaped again."""
        if not self._is_usual(template, context):
            self.enter()

    def leave_block(self, template: str, context: Context) -> None:
        """The end of such a block."""
        if not self._is_usual(template, context):
            self.leave()

    def trip(self, template: str, line: int, reason: str) -> NoReturn:
        """Send the page to full rendering."""
        raise Widen(Widening(template, line, reason))

    def enter(self) -> None:
        """Text is captured from here on."""
        run = RUN.get()
        assert run is not None
        run.depth += 1

    def leave(self) -> None:
        """Text goes to the page again."""
        run = RUN.get()
        assert run is not None
        run.depth -= 1
