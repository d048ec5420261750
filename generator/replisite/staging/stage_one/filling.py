"""Fill the code of a cut with the values that it has on one page."""

from __future__ import annotations

import secrets
from collections.abc import Hashable, Mapping, MutableMapping
from functools import cached_property
from typing import Any, cast

from jinja2 import Environment
from jinja2.runtime import Context, Undefined
from jinja2.utils import missing

from replisite.staging.analysis.cut import Cut
from replisite.staging.analysis.keeper import Steps
from replisite.staging.analysis.readers import applied_names, reads_context
from replisite.staging.raised import error_text
from replisite.staging.slot import Widening
from replisite.staging.snapshot import Same, snapshot
from replisite.staging.stage_one.run import Run
from replisite.staging.stage_two.code import FunctionCode, TemplateCode
from replisite.staging.stage_two.slots import Exported, FilledSlot, TemplateSlot
from replisite.staging.tripwire import Tripwire, Widen
from replisite.staging.trust import Trust

__all__ = ["Code", "followed", "untrusted"]


class Code:
    """The compiled code of one cut; ``fill`` adds the values of one page."""

    def __init__(
        self,
        full: Environment,
        cut: Cut,
        filename: str | None,
        trust: Trust,
        tokens: MutableMapping[Hashable, bytes],
    ) -> None:
        self.full = full
        self.cut = cut
        self.filename = filename
        self.trust = trust
        self._tokens = tokens

    @cached_property
    def compiled(self) -> FunctionCode | TemplateCode:
        """What Jinja makes of the cut, once it is needed."""
        cut, where = self.cut, self.cut.origin
        if cut.is_function:
            return FunctionCode(
                self.full, cut.body, where.template, self.filename, cut.exports, declared=cut.declared
            )
        if cut.exports:
            raise self._widen("names are set where the context is looked at")
        return TemplateCode(self.full, cut.body, where.template, where.line, self.filename)

    def fill(
        self,
        run: Run,
        context: Context,
        derived: Context | None,
        roots: Mapping[str, Any],
        record: Mapping[str, Any],
        computed: Mapping[str, Any],
    ) -> FilledSlot | TemplateSlot:
        """Return the slot with the values of this page; raises Widen if a value cannot be stored."""
        code = self.compiled
        static, exported = self._static_and_exported(run, record)
        resolved = {name: self._follow(roots[root], steps) for name, (root, steps) in self.cut.paths.items()}
        for name, function in self.cut.narrowed.items():
            resolved[name] = self.narrow(roots[function], resolved[name])
        if derived is not None:
            resolved = {**self._everything(run, context, derived), **resolved}
        else:
            for root, steps in self.cut.callees:
                if root in roots and self._is_reader(roots[root], steps):
                    raise self._widen(f'"{steps[-1][1] if steps else root}" reads the context')
        resolved = {**resolved, **static, **computed}
        for name in self.cut.declared:
            value = context.resolve_or_missing(name)
            if type(value) is Tripwire or resolved.setdefault(name, value) is not value:
                raise self._widen(
                    f'"{name}" is looked up in the context, and is something else there than here'
                )
        resolved = {name: value for name, value in resolved.items() if not is_unknown(name, value)}
        kept = {name: self._keep(run, name, value) for name, value in resolved.items()}
        values = {name: value for name, (value, _) in kept.items()}
        keys: tuple[Hashable, ...] = tuple((name, kept[name][1]) for name in sorted(kept))
        keys += tuple((name, source.slot.key, source.index) for name, source in sorted(exported.items()))
        if not self.cut.is_repeatable:
            keys = (*keys, Same(object()))
        key = (code.meaning, keys)
        unknown = sorted(
            (static.keys() & run.trips.keys()) - values.keys()
        )  # as in a file that is included without context
        if isinstance(code, TemplateCode):
            if exported:
                raise self._widen("a name that a slot sets is looked up in the context")
            if unknown:
                raise self._widen(f'"{unknown[0]}" is not the page owner\'s here')
            return TemplateSlot(key, code, values, self.cut.origin)
        is_static = not exported and all(name in static for name in record if name in code.names)
        if unknown and not is_static:
            raise self._widen(f'"{unknown[0]}" is not the page owner\'s here')
        return FilledSlot(
            key,
            code,
            values,
            self.cut.origin,
            exported,
            self.cut.is_silent,
            is_static,
            self.cut.is_repeatable,
            self._tokens.setdefault(key, secrets.token_bytes(16)),
        )

    @staticmethod
    def narrow(function: Any, value: Any) -> Any:
        """Return what a function depends on of an argument."""
        return function.narrow(value) if hasattr(type(function), "narrow") else value

    def untrusted(self, known: Mapping[str, Any]) -> Widening | None:
        """Return why this code may not be run later than Jinja would, as far as can be seen beforehand.

        ``known`` are the static values that templates spell, by name.
        """
        for name in applied_names(self.cut.body, self.full):
            function = self.full.filters.get(name, self.full.tests.get(name))
            if function is not None and not self.trust(function):
                return self._widen(untrusted(name, function)).widening
        roots = {root for root, _ in [*self.cut.paths.values(), *self.cut.callees]}
        for name in sorted(known if self.cut.needs_context else roots & known.keys()):
            if not self.trust(known[name]):
                return self._widen(untrusted(name, known[name])).widening
        return None

    def _static_and_exported(
        self, run: Run, record: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], dict[str, Exported]]:
        """Return the values of names that are static here, and the names that another slot sets; the rest is the record's."""
        static: dict[str, Any] = {}
        exported: dict[str, Exported] = {}
        for name, value in record.items():
            if value is run.trips.get(name, missing):
                continue
            if self.cut.needs_context:
                raise self._widen(f'"{name}" is not the page owner\'s here')
            if type(value) is not Tripwire:
                static[name] = value
            elif (source := run.exported.get(id(value))) is not None:
                exported[name] = source
            else:
                raise self._widen(f'"{name}" is another deferred name here')
        return static, exported

    def _everything(self, run: Run, context: Context, derived: Context) -> Mapping[str, Any]:
        """Return all names that can be seen here, for code that may look for any."""
        apart = {*run.trips, *self.cut.definitions}
        visible = {name: value for name, value in derived.get_all().items() if name not in apart}
        if self.cut.calls:
            outside = {name: value for name, value in context.get_all().items() if name not in apart}
            if {name: id(value) for name, value in visible.items()} != {k: id(v) for k, v in outside.items()}:
                raise self._widen("a callable reads the context where names are local")
        return visible

    def _is_reader(self, value: Any, steps: Steps) -> bool:
        try:
            return reads_context(self._follow(value, steps))
        except Widen:
            return False  # there is no such thing to call, which is reported when it is called

    def _follow(self, value: Any, steps: Steps) -> Any:
        try:
            return followed(self.full, value, steps)
        except Exception as error:
            raise self._widen(f"a static value cannot be read: {error_text(error)}") from error

    def _keep(self, run: Run, name: str, value: Any) -> tuple[Any, Hashable]:
        """Return a value as it is now, and a key that is equal for equal values."""
        if not self.cut.needs_context and reads_context(value):
            raise self._widen(f'"{name}" reads the context')
        kept = snapshot(value, run.kept, name)
        if kept is None:
            raise self._widen(
                f'the value of "{name}" ({type(value).__name__}) changes while the page is rendered'
            )
        if type(value) is not str and not self.trust(value):
            raise self._widen(untrusted(name, value))
        return kept

    def _widen(self, reason: str) -> Widen:
        return Widen(Widening(self.cut.origin.template, self.cut.origin.line, reason))


def followed(env: Environment, value: Any, steps: Steps) -> Any:
    """Go the way of a path from a value; raises what looking things up raises."""
    for is_attribute, key in steps:
        value = env.getattr(value, cast(str, key)) if is_attribute else env.getitem(value, cast(Any, key))
    return value


def untrusted(name: str, value: object) -> str:
    """Return why a value may not be read later than Jinja reads it."""
    label = getattr(value, "__name__", "") or type(value).__name__
    return f'"{name}" ({label}) may answer differently each time; mark it as pure, or trust it'


def is_unknown(name: str, value: Any) -> bool:
    """Say whether a name has no value: the slot finds that out again, because no two undefined ones are the same."""
    return value is missing or (
        isinstance(value, Undefined)
        and value._undefined_obj is missing  # noqa: SLF001 - Jinja has no other way to ask
        and value._undefined_name == name  # noqa: SLF001
        and value._undefined_hint is None  # noqa: SLF001
    )
