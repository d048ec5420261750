"""Stage one: render a page once with everything but the deferred names, and make it a plate.

Where static code touches a deferred name in a way that the rewrite did not foresee (a callable that
reads the context, a slot inside text that is then filtered) the whole page becomes one slot, which Jinja
renders in full for every record: slower, never different.
"""

from __future__ import annotations

import collections
import copy
import datetime
import decimal
import functools
import re
import secrets
import types
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from jinja2 import Environment, Template, nodes, pass_context
from jinja2.compiler import CodeGenerator
from jinja2.environment import TemplateModule
from jinja2.filters import FILTERS
from jinja2.nativetypes import NativeEnvironment
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, Undefined
from jinja2.tests import TESTS
from jinja2.utils import Cycler, Joiner, Namespace, missing
from markupsafe import Markup

from replisite.staging.plate import Plate, Record, Slot, Widening
from replisite.staging.rewrite import Cut, Cutter, reads_context, rewriting

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
    overlay.context_class = _watching(env.context_class)
    overlay.filters = cast("dict[str, Any]", _Watched(env.filters, FILTERS))
    overlay.tests = cast("dict[str, Any]", _Watched(cast("dict[str, Any]", env.tests), TESTS))
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
        return Plate(name, (_FullPage(full, static),), Widening(name, 0, reason))
    stateful = [key for key, value in static.items() if isinstance(value, _STATEFUL)]
    if stateful:
        reason = f'"{stateful[0]}" changes while the page is rendered'
        return Plate(name, (_FullPage(full, static),), Widening(name, 0, reason))
    try:
        return _stage(staging, template, static)
    except _Changes:
        staging.changes = True  # the first run has changed nothing yet
        return _stage(staging, template, static)


def _stage(staging: Staging, template: Template, static: Mapping[str, Any]) -> Plate:
    name = template.name or ""
    run = _Run(staging, name, {key: Tripwire(key, name) for key in staging.deferred})
    values = _apart(static) if staging.changes else static
    try:
        with run:
            context = template.new_context({**values, **run.trips})
            text = template.environment.concat(template.root_render_func(context))
            run.check()
            return Plate(name, run.parts(text))
    except _Widen as widen:
        widening = widen.widening
    except Exception as error:  # noqa: BLE001 - the full rendering raises it again, or does not
        widening = Widening(name, 0, f"{type(error).__name__}: {error}")
    return Plate(name, (_FullPage(full_template(template), static),), widening)


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
    return _FilledSlot(("expression", name, expression), template, static, has_context=False)


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
        if _RUN.get() is None:
            return full_template(self).make_module(vars, shared, locals)
        return super().make_module(vars, shared, locals)

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if _RUN.get() is None:
            return full_template(self)._get_default_module(ctx)  # noqa: SLF001 - a template's own
        return super()._get_default_module(ctx)


class _Widen(BaseException):
    """Stage one met something that only a full rendering gets right.

    Not an Exception: a filter that swallows errors must not swallow this one.
    """

    def __init__(self, widening: Widening) -> None:
        super().__init__(str(widening))
        self.widening = widening


class _Changes(BaseException):
    """Stage one is about to change a static value, and works on the caller's own."""


class Tripwire:
    """What a deferred name is while stage one runs: any use of it sends the page to full rendering."""

    def __init__(self, name: str, template: str) -> None:
        self.__dict__["_where"] = (name, template)

    def _trip(self, *_: object, **__: object) -> NoReturn:
        name, template = self.__dict__["_where"]
        raise _Widen(Widening(template, 0, f'"{name}" is read through the context'))

    def __getattr__(self, _: str) -> NoReturn:
        self._trip()

    __class__ = property(_trip)  # `is defined` asks for nothing else
    __setattr__ = __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __contains__ = _trip
    __bool__ = __str__ = __repr__ = __format__ = __hash__ = __eq__ = __ne__ = _trip
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __mod__ = __rmod__ = __html__ = _trip
    __int__ = __float__ = __index__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __neg__ = _trip


@dataclass
class Staging:
    """What the compiled templates of one staged environment call while they run."""

    full: Environment
    deferred: frozenset[str]
    changes: bool = False
    """Templates change static lists and dicts: every rendering gets its own."""
    cuts: list[list[_Code]] = field(default_factory=list)

    def rewrite(self, node: nodes.Template, environment: Environment, name: str) -> None:
        """Cut one template's tree; called by the code generator before it compiles."""
        cuts: list[Cut] = []
        serial = len(self.cuts)
        self.cuts.append([])
        Cutter(environment, name, self.deferred, cuts, serial).template(node)
        self.cuts[serial] = [_Code(self.full, cut) for cut in cuts]

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
        run = _RUN.get()
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
        run: _Run,
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
        if derived is not None and seen != _identities(derived, {*cut.definitions}):
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
        run = _RUN.get()
        assert run is not None
        run.defined[key] = (value, context, _identities(context, {key[1]}))

    def changing(self, method: Any) -> Any:
        """Let a method pass that may change a static value, once the values are the run's own."""
        if not self.changes:
            raise _Changes
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
        raise _Widen(Widening(template, line, reason))

    def enter(self) -> None:
        """Text is captured from here on."""
        run = _RUN.get()
        assert run is not None
        run.depth += 1

    def leave(self) -> None:
        """Text goes to the page again."""
        run = _RUN.get()
        assert run is not None
        run.depth -= 1


class _Run:
    """One page being staged: its slots so far, and how deep in captured text it is."""

    def __init__(self, staging: Staging, name: str, trips: Mapping[str, Tripwire]) -> None:
        self.staging = staging
        self.name = name
        self.trips = trips
        self.depth = 0
        self.is_watching = False
        self.defined: dict[tuple[int, str], tuple[Any, Context, dict[str, int]]] = {}
        self.kept: list[tuple[str, Any, Hashable]] = []
        self._nonce = secrets.token_hex(8)  # nothing in content or data can look like a mark
        self._slots: list[Slot] = []

    def __enter__(self) -> None:
        self._token = _RUN.set(self)

    def __exit__(self, *_: object) -> None:
        _RUN.reset(self._token)

    def check(self) -> None:
        """Widen if a value that a slot keeps was changed by static code after all."""
        for name, value, key in self.kept:
            if _contents(value) != key:
                raise _Widen(Widening(self.name, 0, f'"{name}" changes while the page is rendered'))

    def mark(self, slot: Slot) -> str:
        self._slots.append(slot)
        return f"\x02{self._nonce}:{len(self._slots) - 1}\x03"

    def parts(self, text: str) -> tuple[str | Slot, ...]:
        """Split the rendered text at its marks, each of which must have come through once and in order."""
        pieces = re.split(f"\x02{self._nonce}:([0-9]+)\x03", text)
        if list(map(int, pieces[1::2])) != list(range(len(self._slots))):
            raise _Widen(Widening(self.name, 0, "the text of a slot is thrown away or moved"))
        split = [piece if place % 2 == 0 else self._slots[int(piece)] for place, piece in enumerate(pieces)]
        return tuple(part for part in split if part != "")


_RUN: ContextVar[_Run | None] = ContextVar("run", default=None)


class _Code:
    """The compiled code of one cut; ``fill`` adds the values of one place on one page."""

    def __init__(self, full: Environment, cut: Cut) -> None:
        self.cut = cut
        tree = nodes.Template(cut.body, lineno=cut.line)
        env = full.overlay()
        env.code_generator_class = _plain(full.code_generator_class)
        tree.set_environment(env)
        self.source = env.compile(tree, cut.template or None, raw=True)
        code = compile(self.source, f"<slot of {cut.template}:{cut.line}>", "exec")
        self.template = full.template_class.from_code(full, code, dict(full.make_globals(None)))
        # Where the code came from does not make two slots different.
        self.meaning = re.sub(r"^(name = .*|debug_info = .*)$", "", self.source, flags=re.MULTILINE)

    def fill(self, run: _Run, context: Context, derived: Context | None, roots: Mapping[str, Any]) -> Slot:
        cut = self.cut
        if derived is not None:
            found = {
                k: v for k, v in derived.get_all().items() if k not in run.trips and k not in cut.definitions
            }
            plain = {
                k: v for k, v in context.get_all().items() if k not in run.trips and k not in cut.definitions
            }
            if cut.calls and {k: id(v) for k, v in found.items()} != {k: id(v) for k, v in plain.items()}:
                raise self._widen("a callable reads the context where names are local")
        else:
            found = {name: self._follow(roots[root], steps) for name, (root, steps) in cut.paths.items()}
            for root, steps in cut.callees:
                if root in roots and self._is_reader(roots[root], steps):
                    raise self._widen(f'"{steps[-1][1] if steps else root}" reads the context')
        found = {name: value for name, value in found.items() if not _is_unknown(name, value)}
        kept = {name: self._keep(run, name, value) for name, value in found.items()}
        values = {name: value for name, (value, _) in kept.items()}
        keys: tuple[Hashable, ...] = tuple((name, kept[name][1]) for name in sorted(kept))
        if not cut.is_repeatable:
            keys = (*keys, _Same(object()))
        return _FilledSlot((self.meaning, keys), self.template, values, cut.needs_context)

    def _is_reader(self, value: Any, steps: tuple[tuple[bool, object], ...]) -> bool:
        try:
            return reads_context(self._follow(value, steps))
        except _Widen:
            return False  # there is no such thing to call, which is told when it is called

    def _follow(self, value: Any, steps: tuple[tuple[bool, object], ...]) -> Any:
        env = self.template.environment
        try:
            for is_attribute, key in steps:
                value = (
                    env.getattr(value, cast(str, key)) if is_attribute else env.getitem(value, cast(Any, key))
                )
        except Exception as error:
            raise self._widen(f"a static value cannot be read: {type(error).__name__}: {error}") from error
        return value

    def _keep(self, run: _Run, name: str, value: Any) -> tuple[Any, Hashable]:
        """Return a value as it is now, and a key that is equal for equal values."""
        if not self.cut.needs_context and reads_context(value):
            raise self._widen(f'"{name}" reads the context')
        kept = _snapshot(value, run.kept, name)
        if kept is None:
            raise self._widen(
                f'the value of "{name}" ({type(value).__name__}) changes while the page is rendered'
            )
        return kept

    def _widen(self, reason: str) -> _Widen:
        return _Widen(Widening(self.cut.template, self.cut.line, reason))


@dataclass(frozen=True, slots=True, eq=False)
class _FilledSlot:
    """A slot: residual code and the static values that it needs."""

    key: Hashable
    template: Template
    values: Mapping[str, Any]
    has_context: bool = True

    def render(self, record: Record) -> str:
        if self.has_context:
            return self.template.render({**self.values, **record})
        template = self.template
        env = template.environment
        names = {**template.globals, **self.values, **record}
        context = _SlotContext(env, names, template.name, template.blocks)
        try:
            return env.concat(self.template.root_render_func(context))
        except Exception:  # noqa: BLE001 - Jinja rewrites the traceback and raises it
            env.handle_exception()


class _SlotContext(Context):
    """The few names that a slot spells. A callable must not look for others here."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063 - Jinja's signature
        if reads_context(__obj):
            told = f"{__obj!r} reads the context, which was not to be seen before: give it what it needs"
            raise TypeError(told)
        return super().call(__obj, *args, **kwargs)


@dataclass(frozen=True, slots=True, eq=False)
class _FullPage:
    """A page that Jinja renders in full for every record."""

    template: Template
    static: Mapping[str, Any]

    @property
    def key(self) -> Hashable:
        return id(self)

    def render(self, record: Record) -> str:
        return self.template.render({**_apart(self.static), **record})


_ATOMS = frozenset({str, Markup, bytes, int, bool, float, complex, type(None), decimal.Decimal, range})
_ATOMS |= {datetime.date, datetime.timedelta}
_UNSTABLE = (LoopContext, Macro, TemplateModule, Namespace, Cycler, Joiner, BlockReference, Context, Iterator)
_STATEFUL = (Namespace, Cycler, Joiner, Iterator)
_CONTAINERS = (list, dict, set, collections.deque, bytearray)


def _snapshot(value: Any, kept: list[tuple[str, Any, Hashable]], name: str) -> tuple[Any, Hashable] | None:
    """Return (value as it is now, key), or None if the value changes while a page is rendered.

    Lists and dicts are copied, so that static code that changes them later does not reach into a slot;
    other containers are added to ``kept``, whose contents are compared when the page is done. An object
    of another class is kept as it is: pages and settings are not written to by templates, and the proof of
    every build watches over that.
    """
    kind = type(value)
    if kind in _ATOMS:
        return value, (kind, repr(value))
    if kind is Tripwire or isinstance(value, _UNSTABLE):
        return None
    if kind is types.BuiltinMethodType and isinstance(value.__self__, (*_CONTAINERS, Iterator)):
        return None  # a list's own append, say
    if kind in (list, tuple):
        parts = [_snapshot(item, kept, name) for item in value]
        items = [item for item in parts if item is not None]
        if len(items) < len(parts):
            return None
        return kind(item for item, _ in items), (kind, tuple(key for _, key in items))
    if kind is dict:
        pairs = [(_snapshot(key, kept, name), _snapshot(item, kept, name)) for key, item in value.items()]
        sure = [(key, item) for key, item in pairs if key is not None and item is not None]
        if len(sure) < len(pairs):
            return None
        return {k[0]: v[0] for k, v in sure}, (dict, tuple((k[1], v[1]) for k, v in sure))
    if isinstance(value, _CONTAINERS):
        kept.append((name, value, _contents(value)))
    return value, _Same(value)


def _apart(static: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the lists, dicts and sets of static values, each once: what was one object stays one."""
    known: dict[int, Any] = {}

    def copied(value: Any) -> Any:
        if id(value) in known:
            return known[id(value)]
        new = value
        if type(value) is list:
            new = known[id(value)] = []
            new.extend(map(copied, value))
        elif type(value) is dict:
            new = known[id(value)] = {}
            new.update((key, copied(item)) for key, item in value.items())
        elif type(value) is tuple:
            new = tuple(map(copied, value))
        elif isinstance(value, _CONTAINERS):
            new = known[id(value)] = copy.copy(value)
        return new

    return {name: copied(value) for name, value in static.items()}


def _is_unknown(name: str, value: Any) -> bool:
    """Say whether a name has no value: the slot finds that out anew, because no two undefined ones are the same."""
    return (
        isinstance(value, Undefined)
        and value._undefined_obj is missing  # noqa: SLF001 - Jinja has no other way to ask
        and value._undefined_name == name  # noqa: SLF001
        and value._undefined_hint is None  # noqa: SLF001
    )


def _contents(value: Any) -> tuple[int, ...] | bytes:
    if isinstance(value, bytearray):
        return bytes(value)
    return tuple(map(id, [*value, *value.values()] if isinstance(value, dict) else value))


def _identities(context: Context, besides: Collection[str]) -> dict[str, int]:
    return {name: id(value) for name, value in context.get_all().items() if name not in besides}


class _Same:
    """Equal only for the same object, which it keeps alive so that its address stays its own."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


def _plain(generator: type[CodeGenerator]) -> type[CodeGenerator]:
    """Return the code generator without rewrites: a slot's code has been through them."""
    return cast(
        type[CodeGenerator],
        next(base for base in generator.__mro__ if not getattr(base, "rewrites", None)),
    )


def _watching(base: type[Context]) -> type[Context]:
    """Return a context that sends the page to full rendering when Python code looks up a deferred name.

    Compiled templates look names up, too, and hand on what they find: only while a callable has the
    context is anybody watched.
    """

    class WatchingContext(base):  # type: ignore[misc, valid-type]  # the base is the environment's own
        def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063 - Jinja's signature
            given = [*args, *kwargs.values()]
            if type(__obj) is types.MethodType and type(__obj.__self__) is Staging:
                return super().call(__obj, *args, **kwargs)  # it keeps a context, and reads none
            if not (reads_context(__obj) or any(type(value) is type(__self) for value in given)):
                return super().call(__obj, *args, **kwargs)
            with _watch():
                return super().call(__obj, *args, **kwargs)

        def resolve_or_missing(self, key: str) -> Any:
            self._look(key)
            return super().resolve_or_missing(key)

        def get_all(self) -> dict[str, Any]:
            self._look()
            return cast("dict[str, Any]", super().get_all())

        def __contains__(self, name: str) -> bool:
            self._look(name)
            return bool(super().__contains__(name))

        def _look(self, key: str = "") -> None:
            run = _RUN.get()
            if run is not None and run.is_watching and (not key or key in run.trips):
                raise _Widen(
                    Widening(self.name or "", 0, f'"{key or "everything"}" is read through the context')
                )

    return WatchingContext


@contextmanager
def _watch() -> Iterator[None]:
    run = _RUN.get()
    if run is None:
        yield
        return
    before = run.is_watching
    run.is_watching = True
    run.depth += 1  # what it renders itself is text to it
    try:
        yield
    finally:
        run.is_watching = before
        run.depth -= 1


class _Watched(MutableMapping[str, Callable[..., Any]]):
    """An environment's filters or tests; those that get the context are watched while they run."""

    def __init__(self, real: dict[str, Any], known: Mapping[str, Any]) -> None:
        self.real = real
        self.known = known

    def __getitem__(self, name: str) -> Callable[..., Any]:
        function: Callable[..., Any] = self.real[name]
        if not reads_context(function) or self.known.get(name) is function:
            return function

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            with _watch():
                return function(*args, **kwargs)

        marked: Callable[..., Any] = pass_context(watched)
        return marked

    def __setitem__(self, name: str, function: Callable[..., Any]) -> None:
        self.real[name] = function

    def __delitem__(self, name: str) -> None:
        del self.real[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.real)

    def __len__(self) -> int:
        return len(self.real)
