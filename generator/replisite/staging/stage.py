"""Stage one: render a page once with everything but the deferred names, and make it a plate.

Where static code touches a deferred name in a way that the rewrite did not foresee (a callable that
reads the context, a slot inside text that is then filtered) the whole page becomes one slot, which Jinja
renders in full for every record: slower, never different.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from jinja2 import Environment, Template
from jinja2.environment import TemplateModule
from jinja2.filters import FILTERS
from jinja2.nativetypes import NativeEnvironment
from jinja2.runtime import Context
from jinja2.tests import TESTS

from replisite.staging.calls import Staging
from replisite.staging.plate import Plate, Record, Slot, Widening
from replisite.staging.rewrite import rewriting
from replisite.staging.run import RUN, Run
from replisite.staging.slots import FilledSlot, FullPage
from replisite.staging.snapshot import STATEFUL, apart
from replisite.staging.trip import Changes, Tripwire, Widen
from replisite.staging.watch import Watched, watching

__all__ = ["full_template", "in_full", "slot_of", "stage", "staged"]


def staged(env: Environment, deferred: Collection[str]) -> Environment:
    """Return an overlay of a Jinja environment whose templates can be staged.

    Templates of the overlay render as ever; ``stage`` makes plates of them. Raises ValueError for
    environments whose output is not text rendered in order: async ones and native ones.
    """
    if env.is_async:
        raise ValueError("an async environment cannot be staged; make one with enable_async=False")
    if isinstance(env, NativeEnvironment):
        raise ValueError(  # noqa: TRY004 - the class is fine, its output is not
            "a native environment cannot be staged: its output is objects, not text"
        )
    overlay = env.overlay()
    overlay.bytecode_cache = None  # compiled code without its cuts is no use
    staging = Staging(full=env, deferred=frozenset(deferred))
    overlay.staging = staging  # type: ignore[attr-defined]
    overlay.template_class = StagedTemplate
    overlay.code_generator_class = rewriting(env.code_generator_class, staging.rewrite)
    overlay.context_class = watching(env.context_class)
    overlay.filters = cast("dict[str, Any]", Watched(env.filters, FILTERS))
    overlay.tests = cast("dict[str, Any]", Watched(cast("dict[str, Any]", env.tests), TESTS))
    return overlay


def stage(template: Template, static: Mapping[str, Any]) -> Plate:
    """Render a template of a staged environment with its static values and return the plate.

    An error in stage one is not raised here: the page is then rendered in full, and raises what Jinja
    raises. ValueError if the template's environment is not a staged one.
    """
    staging = _staging_of(template.environment)
    name = template.name or ""
    full = full_template(template)
    known = sorted(staging.deferred & {*static, *template.globals})
    if known:
        reason = f'"{known[0]}" is static and deferred at once'
        return Plate(name, (FullPage(full, static),), Widening(name, 0, reason))
    stateful = [key for key, value in static.items() if isinstance(value, STATEFUL)]
    if stateful:
        reason = f'"{stateful[0]}" changes while the page is rendered'
        return Plate(name, (FullPage(full, static),), Widening(name, 0, reason))
    try:
        return _stage(staging, template, static)
    except Changes:
        staging.changes = True  # the first run has changed nothing yet
        return _stage(staging, template, static)


def _stage(staging: Staging, template: Template, static: Mapping[str, Any]) -> Plate:
    name = template.name or ""
    run = Run(name, {key: Tripwire(key, name) for key in staging.deferred})
    values = apart(static) if staging.changes else static
    try:
        with run:
            context = template.new_context({**values, **run.trips})
            text = template.environment.concat(template.root_render_func(context))
            run.check()
            return Plate(name, run.parts(text))
    except Widen as widen:
        widening = widen.widening
    except Exception as error:  # noqa: BLE001 - the full rendering raises it again, or does not
        widening = Widening(name, 0, f"{type(error).__name__}: {error}")
    return Plate(name, (FullPage(full_template(template), static),), widening)


def in_full(template: Template, static: Mapping[str, Any], record: Record) -> str:
    """Render a template of a staged environment for one record, by Jinja alone."""
    return full_template(template).render({**static, **record})


def slot_of(env: Environment, expression: str, static: Mapping[str, Any], name: str = "") -> Slot:
    """Compile an expression over the deferred names and some static ones into a slot.

    >>> env = staged(Environment(autoescape=True), {"n"})
    >>> slot_of(env, "greeting ~ n | upper", {"greeting": "Hi "}).render({"n": "<a>"})
    'Hi &lt;A&gt;'
    """
    full = _staging_of(env).full
    source = full.variable_start_string + " " + expression + " " + full.variable_end_string
    code = full.compile(source, name or None, filename=name or None)
    template = full.template_class.from_code(full, code, dict(full.make_globals(None)))
    return FilledSlot(("expression", name, expression), template, static, has_context=False)


def _staging_of(env: Environment) -> Staging:
    staging = getattr(env, "staging", None)
    if not isinstance(staging, Staging):
        told = "not a template of a staged environment; make one with staged(env, deferred)"
        raise ValueError(told)  # noqa: TRY004 - an Environment is the right type
    return staging


def full_template(template: Template) -> Template:
    """Return the template that Jinja renders in full, for a template of a staged environment."""
    full = _staging_of(template.environment).full
    if template.name is None:
        raise ValueError("only a template that a loader finds by its name can be staged")
    own = getattr(template.globals, "maps", [{}])[0]
    return full.get_template(template.name, globals=own)


class StagedTemplate(Template):
    """A template whose compiled code is for stage one; an ordinary rendering is done by the full one."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Render as Jinja does."""
        return full_template(self).render(*args, **kwargs)

    def generate(self, *args: Any, **kwargs: Any) -> Iterator[str]:
        """Render piece by piece, as Jinja does."""
        return full_template(self).generate(*args, **kwargs)

    def make_module(
        self,
        vars: dict[str, Any] | None = None,
        shared: bool = False,
        locals: Mapping[str, Any] | None = None,
    ) -> TemplateModule:
        """Make a module as Jinja does; a staged one only for a template that is being staged."""
        if RUN.get() is None:
            return full_template(self).make_module(vars, shared, locals)
        return super().make_module(vars, shared, locals)

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if RUN.get() is None:
            return full_template(self)._get_default_module(ctx)  # noqa: SLF001 - a template's own
        return super()._get_default_module(ctx)
