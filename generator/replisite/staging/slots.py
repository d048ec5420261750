"""The slots of a plate: the code of a cut with the values of one place, or a page that is rendered in full."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Undefined
from jinja2.utils import missing

from replisite.staging.plate import Record, Slot, Widening
from replisite.staging.rewrite import Cut, reads_context
from replisite.staging.run import Run
from replisite.staging.snapshot import Same, apart, snapshot
from replisite.staging.trip import Widen

__all__ = ["Code", "FilledSlot", "FullPage"]


class Code:
    """The compiled code of one cut; ``fill`` adds the values of one place on one page."""

    def __init__(self, full: Environment, cut: Cut) -> None:
        self.cut = cut
        tree = nodes.Template(cut.body, lineno=cut.line)
        env = full.overlay()
        env.code_generator_class = plain(full.code_generator_class)
        tree.set_environment(env)
        self.source = env.compile(tree, cut.template or None, raw=True)
        code = compile(self.source, f"<slot of {cut.template}:{cut.line}>", "exec")
        self.template = full.template_class.from_code(full, code, dict(full.make_globals(None)))
        # Where the code came from does not make two slots different.
        self.meaning = re.sub(r"^(name = .*|debug_info = .*)$", "", self.source, flags=re.MULTILINE)

    def fill(self, run: Run, context: Context, derived: Context | None, roots: Mapping[str, Any]) -> Slot:
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
        found = {name: value for name, value in found.items() if not is_unknown(name, value)}
        kept = {name: self._keep(run, name, value) for name, value in found.items()}
        values = {name: value for name, (value, _) in kept.items()}
        keys: tuple[Hashable, ...] = tuple((name, kept[name][1]) for name in sorted(kept))
        if not cut.is_repeatable:
            keys = (*keys, Same(object()))
        return FilledSlot((self.meaning, keys), self.template, values, cut.needs_context)

    def _is_reader(self, value: Any, steps: tuple[tuple[bool, object], ...]) -> bool:
        try:
            return reads_context(self._follow(value, steps))
        except Widen:
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

    def _keep(self, run: Run, name: str, value: Any) -> tuple[Any, Hashable]:
        """Return a value as it is now, and a key that is equal for equal values."""
        if not self.cut.needs_context and reads_context(value):
            raise self._widen(f'"{name}" reads the context')
        kept = snapshot(value, run.kept, name)
        if kept is None:
            raise self._widen(
                f'the value of "{name}" ({type(value).__name__}) changes while the page is rendered'
            )
        return kept

    def _widen(self, reason: str) -> Widen:
        return Widen(Widening(self.cut.template, self.cut.line, reason))


@dataclass(frozen=True, slots=True, eq=False)
class FilledSlot:
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
        context = SlotContext(env, names, template.name, template.blocks)
        try:
            return env.concat(self.template.root_render_func(context))
        except Exception:  # noqa: BLE001 - Jinja rewrites the traceback and raises it
            env.handle_exception()


class SlotContext(Context):
    """The few names that a slot spells. A callable must not look for others here."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063 - Jinja's signature
        if reads_context(__obj):
            told = f"{__obj!r} reads the context, which was not to be seen before: give it what it needs"
            raise TypeError(told)
        return super().call(__obj, *args, **kwargs)


@dataclass(frozen=True, slots=True, eq=False)
class FullPage:
    """A page that Jinja renders in full for every record."""

    template: Template
    static: Mapping[str, Any]

    @property
    def key(self) -> Hashable:
        return id(self)

    def render(self, record: Record) -> str:
        return self.template.render({**apart(self.static), **record})


def is_unknown(name: str, value: Any) -> bool:
    """Say whether a name has no value: the slot finds that out anew, because no two undefined ones are the same."""
    return (
        isinstance(value, Undefined)
        and value._undefined_obj is missing  # noqa: SLF001 - Jinja has no other way to ask
        and value._undefined_name == name  # noqa: SLF001
        and value._undefined_hint is None  # noqa: SLF001
    )


def plain(generator: type[CodeGenerator]) -> type[CodeGenerator]:
    """Return the code generator without rewrites: a slot's code has been through them."""
    return cast(
        type[CodeGenerator],
        next(base for base in generator.__mro__ if not getattr(base, "rewrites", None)),
    )
