"""Stage one: render a page once with everything but the deferred names, and make it a plate.

Where static code touches a deferred name in a way that the rewrite did not foresee (a callable that
reads the context, a slot inside text that is then filtered) the whole page becomes one slot, which Jinja
renders in full for every record: slower, never different.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from jinja2 import Environment, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.filters import FILTERS
from jinja2.nativetypes import NativeEnvironment
from jinja2.runtime import Context
from jinja2.tests import TESTS

from replisite.staging.analysis.cutter import rewriting
from replisite.staging.analysis.keeper import Keeper
from replisite.staging.extension import Deferring
from replisite.staging.plate import Plate
from replisite.staging.raised import error_text
from replisite.staging.slot import Origin, Record, Slot, Widening
from replisite.staging.snapshot import STATEFUL, apart
from replisite.staging.stage_one.filling import followed
from replisite.staging.stage_one.run import RUN, Run
from replisite.staging.stage_one.template_calls import Staging
from replisite.staging.stage_one.watch import Watched, watching
from replisite.staging.stage_two.code import FunctionCode
from replisite.staging.stage_two.slots import FilledSlot, FullPage
from replisite.staging.tripwire import Changes, Tripwire, Widen
from replisite.staging.trust import Trust, is_plain

__all__ = [
    "compile_all",
    "forget_slots",
    "forget_templates",
    "full_template",
    "in_full",
    "slot_of",
    "stage",
    "staged",
]


def staged(env: Environment, deferred: Collection[str], *, trust: Trust = is_plain) -> Environment:
    """Return an overlay of a Jinja environment whose templates can be staged.

    Templates of the overlay render as ever; ``stage`` makes plates of them. ``trust`` says which static values
    and which filters a slot may ask at a later time than Jinja does: plain data and functions that ``pure``
    has marked, unless you know better. Raises ValueError for environments whose output is not text rendered in
    order: async ones and native ones.
    """
    if env.is_async:
        raise ValueError("an async environment cannot be staged; make one with enable_async=False")
    if isinstance(env, NativeEnvironment):
        raise ValueError(  # noqa: TRY004 - the class is fine, its output is not
            "a native environment cannot be staged: its output is objects, not text"
        )
    return _overlay(Staging(full=env, deferred=frozenset(deferred), trust=trust))


def _overlay(staging: Staging) -> Environment:
    env = staging.full
    overlay = env.overlay()
    overlay.bytecode_cache = None  # compiled code without its cuts is no use
    overlay.staging = staging  # type: ignore[attr-defined]
    overlay.template_class = StagedTemplate
    overlay.code_generator_class = rewriting(env.code_generator_class, staging.rewrite)
    overlay.context_class = watching(env.context_class)
    overlay.filters = cast("dict[str, Any]", Watched(env.filters, FILTERS))
    overlay.tests = cast("dict[str, Any]", Watched(cast("dict[str, Any]", env.tests), TESTS))
    overlay.from_string = partial(_from_string, overlay)  # type: ignore[method-assign]
    return overlay


def _from_string(
    overlay: Environment,
    source: str | nodes.Template,
    globals: MutableMapping[str, Any] | None = None,
    template_class: type[Template] | None = None,
) -> Template:
    """Make a template of a text as Jinja does, and one beside it that renders in full."""
    full = _staging_of(overlay).full.from_string(source, globals, template_class)
    code = overlay.compile(source)
    template = StagedTemplate.from_code(overlay, code, overlay.make_globals(globals), None)
    template.written = source, full  # type: ignore[attr-defined]
    return template


def stage(template: Template, static: Mapping[str, Any]) -> Plate:
    """Render a template of a staged environment with its static values and return the plate.

    An error in stage one is not raised here: the page is then rendered in full, and raises what Jinja
    raises. ValueError if the template's environment is not a staged one.
    """
    template = _staged_template(template)
    staging = _staging_of(template.environment)
    name = template.name or ""
    full = full_template(template)
    known = sorted(staging.deferred & {*static, *template.globals})
    if known:
        reason = f'"{known[0]}" is static and deferred at once'
        return Plate(name, (FullPage(full, static, changes=True),), Widening(name, 0, reason))
    stateful = [key for key, value in static.items() if isinstance(value, STATEFUL)]
    if stateful:
        reason = f'"{stateful[0]}" changes while the page is rendered'
        return Plate(name, (FullPage(full, static, changes=True),), Widening(name, 0, reason))
    hints: frozenset[str] = frozenset()
    widening = Widening(name, 0, "")
    while True:
        foreseen = _foresee(staging, template, static)
        if not foreseen.hints <= hints:
            hints |= foreseen.hints
            staging, template = _hinted(staging, template, hints)
            continue
        whole = FullPage(full, static, foreseen.changes)
        if foreseen.widening:
            return Plate(name, (whole,), foreseen.widening, whole)
        staging.changes |= foreseen.changes
        try:
            return Plate(name, _parts(template, static), whole=whole)
        except Changes:
            staging.changes = True  # the first run has changed nothing yet
        except Widen as widen:
            widening = widening if widening.reason else widen.widening
            if not widen.name or widen.name in hints:
                return Plate(name, (whole,), widening, whole)
            hints |= {widen.name}
            staging, template = _hinted(staging, template, hints)
        except Exception as error:  # noqa: BLE001 - the full rendering raises it again, or does not
            return Plate(name, (whole,), Widening(name, 0, error_text(error)), whole)


def _parts(template: Template, static: Mapping[str, Any]) -> tuple[str | Slot, ...]:
    """Run a template with tripwires for the deferred names; raises Widen, Changes, and what Jinja raises."""
    staging = _staging_of(template.environment)
    name = template.name or ""
    run = Run(name, {key: Tripwire(key, name) for key in staging.deferred})
    values = apart(static) if staging.changes else static
    with run:
        context = template.new_context({**values, **run.trips})
        text = template.environment.concat(template.root_render_func(context))
        run.check()
        return run.parts(text)


@dataclass(frozen=True, slots=True)
class _Foreseen:
    """What can be known of a page before anything is asked that might answer once.

    ``widening`` says why it must be rendered in full, if it must; ``changes`` that templates change static values;
    ``hints`` are names that a slot of one template sets and another template spells.
    """

    widening: Widening | None
    changes: bool
    hints: frozenset[str]


def compile_all(template: Template) -> None:
    """Compile all templates that a template of a staged environment names, that those name, and so on.

    Nothing needs it: what is not compiled is compiled when it is used. What cannot be compiled is reported then.
    """
    template = _staged_template(template)
    _all_of(_staging_of(template.environment), template)


def _all_of(staging: Staging, template: Template) -> list[int]:
    """Return the serials of a template, of those that it names, and so on."""
    serials: list[int] = []
    names, seen = [template.name or ""], set[str]()
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in staging.by_name:
            with suppress(Exception):  # it is reported when it is used
                template.environment.get_template(name)
        serials += staging.by_name.get(name, [])
        names += [used for serial in staging.by_name.get(name, []) for used in staging.outlines[serial].uses]
    return serials


def _foresee(staging: Staging, template: Template, static: Mapping[str, Any]) -> _Foreseen:
    """Look at a template, at those that it names, and so on."""
    serials = _all_of(staging, template)
    outlines = [staging.outlines[serial] for serial in serials]
    codes = [code for serial in serials for code in staging.cuts[serial]]
    spelt = Counter(name for outline in outlines for name in outline.names)
    known = {name: value for name, value in template.globals.items() if name in spelt}
    known |= {name: value for name, value in static.items() if name in spelt}
    trips = [trip for outline in outlines for trip in outline.trips]
    if trips and not all(map(staging.trust, known.values())):
        widening: Widening | None = trips[0]
    else:
        widening = next((why for code in codes if (why := code.untrusted(known))), None)
    hints = frozenset(name for code in codes for name in code.cut.exports if spelt[name] > 1)
    return _Foreseen(widening, any(outline.changes for outline in outlines), hints)


def _hinted(staging: Staging, template: Template, hints: frozenset[str]) -> tuple[Staging, Template]:
    """Return a template of an environment in which more names are looked at: slots of other templates set them."""
    if hints not in staging.hinted:
        more = replace(staging, hints=hints, cuts=[], by_name={}, outlines=[])
        staging.hinted[hints] = _overlay(more)
    overlay = staging.hinted[hints]
    if written := getattr(template, "written", None):
        hinted = overlay.from_string(written[0], globals=_own_globals(template))
    else:
        assert template.name is not None
        hinted = overlay.get_template(template.name, globals=_own_globals(template))
    return _staging_of(overlay), hinted


def in_full(template: Template, static: Mapping[str, Any], record: Record) -> str:
    """Render a template of a staged environment for one record, by Jinja alone."""
    return full_template(template).render({**static, **record})


def slot_of(env: Environment, expression: str, static: Mapping[str, Any], name: str = "") -> FilledSlot:
    """Compile an expression over the deferred names and some static ones into a slot.

    It keeps the values that the expression reaches. Raises what looking them up raises.

    >>> env = staged(Environment(autoescape=True), {"n"})
    >>> slot_of(env, "greeting ~ n | upper", {"greeting": "Hi "}).render({"n": "<a>"})
    'Hi &lt;A&gt;'
    """
    full = _staging_of(env).full
    source = full.variable_start_string + " " + expression + " " + full.variable_end_string
    tree = full._parse(source, name or None, None)  # noqa: SLF001 - parse() reports errors in a file
    for change in getattr(full.code_generator_class, "rewrites", ()):
        change(tree, full, name)
    known = {**full.globals, **static}
    keeper = Keeper(frozenset(known))
    keeper.statements(tree.body, always=False)
    code = FunctionCode(full, tree.body, name, name or None, context=static)
    values = {spelt: followed(full, known[root], steps) for spelt, (root, steps) in keeper.paths.items()}
    is_static = all(spelt in values for spelt in code.names)
    origin = Origin(name, 0, source)
    return FilledSlot(("expression", name, expression), code, values, origin, {}, is_static=is_static)


def _staging_of(env: Environment) -> Staging:
    staging = getattr(env, "staging", None)
    if not isinstance(staging, Staging):
        message = "not a template of a staged environment; make one with staged(env, deferred)"
        raise ValueError(message)  # noqa: TRY004 - an Environment is the right type
    return staging


def _staged_template(template: Template) -> Template:
    """Return a template's own, of an overlay, where its environment has the extension."""
    env = template.environment
    extension = next(
        (extension for extension in env.extensions.values() if isinstance(extension, Deferring)), None
    )
    if extension is None or hasattr(env, "staging"):
        return template
    if template.name is None:
        raise ValueError(
            "a template made from a string cannot be found again; use staged() and its from_string()"
        )
    if env.staged_overlay is None:  # type: ignore[attr-defined]
        env.staged_overlay = staged(env, extension.names, trust=cast(Trust, extension.trust))  # type: ignore[attr-defined]
    overlay = cast(Environment, env.staged_overlay)  # type: ignore[attr-defined]
    return overlay.get_template(template.name, globals=_own_globals(template))


def forget_templates(env: Environment, changed: Collection[str]) -> bool:
    """Compile templates of a staged environment again that have changed, and those that depend on them.

    ``changed`` are the names of all templates that are new, gone or other than they were. False if so much depends
    on them that another environment must be made.
    """
    staging = _staging_of(env)
    is_reached = getattr(staging.full, "forget_templates", None)
    if is_reached is not None and not is_reached(changed):
        return False
    _drop(staging.full, frozenset(changed))
    for overlay in (env, *staging.hinted.values()):
        stale = _staging_of(overlay).forget(changed)
        _drop(overlay, stale | frozenset(changed))
    return True


def forget_slots(env: Environment) -> None:
    """Forget which slots were equal, once the plates that were made are pressed no more."""
    _staging_of(env).tokens.clear()  # which the overlays with hints share


def _drop(env: Environment, names: Collection[str]) -> None:
    if env.cache is not None:
        for key in [key for key in env.cache.keys() if key[1] in names]:  # noqa: SIM118 - an LRUCache iterates otherwise
            with suppress(KeyError):
                del env.cache[key]


def full_template(template: Template) -> Template:
    """Return the template that Jinja renders in full, for a template of a staged environment."""
    template = _staged_template(template)
    if written := getattr(template, "written", None):
        return cast(Template, written[1])
    full = _staging_of(template.environment).full
    if template.name is None:
        raise ValueError("this template was not made by a staged environment, and cannot be found again")
    return full.get_template(template.name, globals=_own_globals(template))


def _own_globals(template: Template) -> MutableMapping[str, Any]:
    return cast("MutableMapping[str, Any]", getattr(template.globals, "maps", [{}])[0])


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
