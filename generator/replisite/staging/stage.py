"""Stage one: render a page once with everything but the deferred names, and make it a plate.

Where static code touches a deferred name in a way that the rewrite did not foresee (a callable that
reads the context, a slot inside text that is then filtered) the whole page becomes one slot, which Jinja
renders in full for every record: slower, never different.
"""

from __future__ import annotations

import datetime
import decimal
import re
import secrets
from collections.abc import Collection, Hashable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

from jinja2 import Environment, Template, Undefined, nodes
from jinja2.compiler import CodeGenerator
from jinja2.environment import TemplateModule
from jinja2.nativetypes import NativeEnvironment
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.utils import Cycler, Joiner, Namespace

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
    return overlay


def stage(template: Template, static: Mapping[str, Any]) -> Plate:
    """Render a template of a staged environment with its static values and return the plate.

    An error in stage one is not raised here: the page is then rendered in full, and raises what Jinja
    raises. ValueError if the template's environment is not a staged one.
    """
    staging = _staging_of(template.environment)
    name = template.name or ""
    values = {key: value for key, value in static.items() if key not in staging.deferred}
    run = _Run(staging)
    trips = {key: Tripwire(key, name) for key in staging.deferred}
    try:
        with run:
            context = template.new_context({**values, **trips})
            text = "".join(template.root_render_func(context))
            return Plate(name, run.parts(text))
    except _Widen as widen:
        widening = widen.widening
    except Exception as error:  # noqa: BLE001 - the full rendering raises it again, or does not
        widening = Widening(name, 0, f"{type(error).__name__}: {error}")
    return Plate(name, (_FullPage(full_template(template), values),), widening)


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
    template = full.template_class.from_code(full, code, full.make_globals(None))
    return _FilledSlot(("expression", name, expression), template, static)


def _staging_of(env: Environment) -> Staging:
    staging = getattr(env, "staging", None)
    if not isinstance(staging, Staging):
        told = "not a template of a staged environment; make one with staged(env, deferred)"
        raise ValueError(told)  # noqa: TRY004 - an Environment is the right type
    return staging


def full_template(template: Template) -> Template:
    """Return the template that Jinja renders in full, for a template of a staged environment."""
    full = _staging_of(template.environment).full
    assert template.name is not None
    return full.get_template(template.name)


class StagedTemplate(Template):
    """A template whose compiled code is for stage one; an ordinary rendering is done by the full one."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Render as Jinja does."""
        return full_template(self).render(*args, **kwargs)

    def generate(self, *args: Any, **kwargs: Any) -> Iterator[str]:
        """Render piece by piece, as Jinja does."""
        return full_template(self).generate(*args, **kwargs)


class _Widen(BaseException):
    """Stage one met something that only a full rendering gets right.

    Not an Exception: a filter that swallows errors must not swallow this one.
    """

    def __init__(self, widening: Widening) -> None:
        super().__init__(str(widening))
        self.widening = widening


class Tripwire:
    """What a deferred name is while stage one runs: any use of it sends the page to full rendering."""

    def __init__(self, name: str, template: str) -> None:
        self.__dict__["_where"] = (name, template)

    def _trip(self, *_: object, **__: object) -> NoReturn:
        name, template = self.__dict__["_where"]
        raise _Widen(Widening(template, 0, f'"{name}" is read through the context'))

    def __getattr__(self, _: str) -> NoReturn:
        self._trip()

    __setattr__ = __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __contains__ = _trip
    __bool__ = __str__ = __repr__ = __format__ = __hash__ = __eq__ = __ne__ = _trip  # type: ignore[assignment]
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __mod__ = __rmod__ = __html__ = _trip
    __int__ = __float__ = __index__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __neg__ = _trip


@dataclass
class Staging:
    """What the compiled templates of one staged environment call while they run."""

    full: Environment
    deferred: frozenset[str]
    cuts: dict[str, list[_Code]] = field(default_factory=dict)

    def rewrite(self, node: nodes.Template, environment: Environment, name: str) -> None:
        """Cut one template's tree; called by the code generator before it compiles."""
        cuts: list[Cut] = []
        Cutter(environment, name, self.deferred, cuts).template(node)
        self.cuts[name] = [_Code(self.full, cut) for cut in cuts]

    def slot(self, key: tuple[str, int], context: Context, roots: Mapping[str, Any]) -> str:
        """Return the mark of a slot, with the values that its code needs here."""
        code = self.cuts[key[0]][key[1]]
        run = _RUN.get()
        assert run is not None, "StagedTemplate renders in full outside a stage run"
        if run.depth:
            reason = "text that holds a slot is captured by a macro, set, filter or call block"
            raise _Widen(Widening(key[0], code.cut.line, reason))
        return run.mark(code.fill(context, roots))

    def trip(self, template: str, line: int, reason: str) -> None:
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

    def __init__(self, staging: Staging) -> None:
        self.staging = staging
        self.depth = 0
        self._nonce = secrets.token_hex(8)  # nothing in content or data can look like a mark
        self._slots: list[Slot] = []

    def __enter__(self) -> None:
        self._token = _RUN.set(self)

    def __exit__(self, *_: object) -> None:
        _RUN.reset(self._token)

    def mark(self, slot: Slot) -> str:
        self._slots.append(slot)
        return f"\x02{self._nonce}:{len(self._slots) - 1}\x03"

    def parts(self, text: str) -> tuple[str | Slot, ...]:
        """Split the rendered text at its marks."""
        pieces = re.split(f"\x02{self._nonce}:([0-9]+)\x03", text)
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
        self.template = full.template_class.from_code(full, code, full.make_globals(None))
        # Where the code came from does not make two slots different.
        self.meaning = re.sub(r"^(name = .*|debug_info = .*)$", "", self.source, flags=re.MULTILINE)

    def fill(self, context: Context, roots: Mapping[str, Any]) -> Slot:
        deferred = _staging_of(context.environment).deferred
        if self.cut.needs_context:
            found = {name: value for name, value in context.get_all().items() if name not in deferred}
        else:
            found = {name: self._follow(roots[root], steps) for name, (root, steps) in self.cut.paths.items()}
        kept = {name: self._keep(name, value) for name, value in found.items()}
        values = {name: value for name, (value, _) in kept.items()}
        keys = tuple(sorted((name, key) for name, (_, key) in kept.items()))
        return _FilledSlot((self.meaning, keys), self.template, values)

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

    def _keep(self, name: str, value: Any) -> tuple[Any, Hashable]:
        """Return a value as it is now, and a key that is equal for equal values."""
        if not self.cut.needs_context and reads_context(value):
            raise self._widen(f'"{name}" reads the context')
        kept = _snapshot(value)
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

    def render(self, record: Record) -> str:
        return self.template.render({**self.values, **record})


@dataclass(frozen=True, slots=True, eq=False)
class _FullPage:
    """A page that Jinja renders in full for every record."""

    template: Template
    static: Mapping[str, Any]

    @property
    def key(self) -> Hashable:
        return id(self)

    def render(self, record: Record) -> str:
        return self.template.render({**self.static, **record})


_ATOMS: tuple[type, ...] = (str, bytes, int, float, complex, type(None), decimal.Decimal, range, type)
_ATOMS += (datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo)
_UNSTABLE = (LoopContext, Macro, TemplateModule, Namespace, Cycler, Joiner, BlockReference, Context, Tripwire)


def _snapshot(value: Any) -> tuple[Any, Hashable] | None:
    """Return (value as it is now, key), or None if the value changes while a page is rendered.

    Containers are copied, so that static code that changes them later does not reach into a slot. An object
    of another class is kept as it is: pages and settings are not written to by templates, and the proof of
    every build watches over that.
    """
    if isinstance(value, (*_UNSTABLE, Iterator)):
        return None
    if isinstance(value, _ATOMS) and not isinstance(value, Undefined):
        return value, (type(value).__qualname__, repr(value))
    if type(value) in (list, tuple, set, frozenset):
        kept = [_snapshot(item) for item in value]
        if any(item is None for item in kept):
            return None
        items = [item for item in kept if item is not None]
        return type(value)(item for item, _ in items), (type(value).__name__, tuple(key for _, key in items))
    if type(value) is dict:
        pairs = [(_snapshot(key), _snapshot(item)) for key, item in value.items()]
        if any(key is None or item is None for key, item in pairs):
            return None
        sure = cast(list[tuple[tuple[Any, Hashable], tuple[Any, Hashable]]], pairs)
        return {k[0]: v[0] for k, v in sure}, ("dict", tuple((k[1], v[1]) for k, v in sure))
    return value, _Same(value)


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
