"""What the compiled templates of a staged environment call while they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from jinja2 import Environment, nodes
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Undefined
from jinja2.utils import missing

from replisite.staging.plate import Widening
from replisite.staging.rewrite import Cut, Cutter
from replisite.staging.run import RUN, Run, identities
from replisite.staging.slots import Code
from replisite.staging.trip import Changes, Widen

__all__ = ["Staging"]


@dataclass
class Staging:
    """What the compiled templates of one staged environment call while they run."""

    full: Environment
    deferred: frozenset[str]
    changes: bool = False
    """Templates change static lists and dicts: every rendering gets its own."""
    cuts: list[list[Code]] = field(default_factory=list)

    def rewrite(self, node: nodes.Template, environment: Environment, name: str) -> None:
        """Cut one template's tree; called by the code generator before it compiles."""
        cuts: list[Cut] = []
        serial = len(self.cuts)
        self.cuts.append([])
        Cutter(environment, name, self.deferred, cuts, serial).template(node)
        self.cuts[serial] = [Code(self.full, cut) for cut in cuts]

    def slot(
        self,
        key: tuple[int, int],
        context: Context,
        derived: Context | None,
        roots: Mapping[str, Any],
        record: Mapping[str, Any],
        definitions: Mapping[str, Any],
    ) -> str:
        """Return the mark of a slot, with the values that its code needs here."""
        serial, number = key
        code = self.cuts[serial][number]
        template = code.cut.template
        run = RUN.get()
        assert run is not None, "StagedTemplate renders in full outside a stage run"
        line = code.cut.line
        if run.depth:
            self.trip(
                template, line, "text that holds a slot is captured by a macro, set, filter or call block"
            )
        for name, value in record.items():
            if value is not run.trips[name]:
                self.trip(template, line, f'"{name}" is not the page owner\'s here')
        if not self._is_usual(template, context):
            self.trip(template, line, "autoescape is not the template's own here")
        for name, value in definitions.items():
            if not self._means_the_same(run, serial, name, value, derived, roots, code.cut):
                self.trip(template, line, f'"{name}" means something else here than where it is defined')
        return run.mark(code.fill(run, context, derived, roots))

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

    def named(self, template: str, line: int, wanted: Any) -> Any:
        """Let the name of a template pass, and nothing else that Jinja would take for one."""
        if isinstance(wanted, list | tuple):
            return [self.named(template, line, item) for item in wanted]
        if not isinstance(wanted, str | Undefined):
            self.trip(template, line, f"a template is named by {type(wanted).__name__}")
        return wanted

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
