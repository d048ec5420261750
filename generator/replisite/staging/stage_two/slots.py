"""The slots of a plate: the code of a cut with the values of one page, or a page that is rendered in full."""

from __future__ import annotations

import pickle
import secrets
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, cast

from jinja2 import Template
from jinja2.runtime import Undefined
from jinja2.utils import missing

from replisite.staging.slot import Origin, Record, Writer
from replisite.staging.snapshot import apart
from replisite.staging.stage_two.code import FunctionCode, TemplateCode
from replisite.staging.stage_two.environment_pickle import Unknown
from replisite.staging.trust import is_plain

__all__ = ["Exported", "FilledSlot", "FullPage", "TemplateSlot"]


@dataclass(frozen=True, slots=True, eq=False)
class FilledSlot:
    """A slot: residual code and the static values that it needs.

    ``exported`` are values that other slots set for this one. A silent slot sets values and writes nothing.
    """

    key: Hashable
    code: FunctionCode
    values: Mapping[str, Any]
    origin: Origin
    exported: Mapping[str, Exported]
    is_silent: bool = False
    is_static: bool = False
    """Nothing in it depends on the record after all."""
    is_repeatable: bool = True
    token: bytes = field(default_factory=partial(secrets.token_bytes, 16))
    """Equal for equal slots, also where their keys, which are this process's own, do not come."""

    def __reduce__(self) -> tuple[Any, ...]:
        for name, value in self.values.items():
            if not is_plain(value):
                message = f'{self.origin}: "{name}" ({type(value).__name__}) is no plain data, and would be another object'
                raise pickle.PicklingError(message)
        values = {
            name: Unknown(value) if isinstance(value, Undefined) else value
            for name, value in self.values.items()
        }
        given = (self.code, values, self.origin, self.exported, self.is_silent, self.is_repeatable)
        return _stored, (self.token, *given)

    def render(self, record: Record) -> str:
        """Return the slot's text; raises what Jinja would raise."""
        given = self.evaluate(record)
        return cast(str, given[0] if self.code.exports else given)

    def evaluate(self, record: Record) -> Any:
        """Return the text, or a tuple of the text and what the slot sets."""
        return self.code.function(*(self._value(name, record) for name in self.code.names))

    def _value(self, name: str, record: Record) -> Any:
        if name in self.values:
            return self.values[name]
        if name in self.exported:
            return self.exported[name].slot.evaluate(record)[self.exported[name].index]
        return record.get(name, missing)

    def write(self, writer: Writer) -> str:
        """Return a Python expression for the text."""
        if not self.code.exports:
            return self._call(writer)
        return f"{self._evaluated(writer)}[0]"

    def _evaluated(self, writer: Writer) -> str:
        return writer.once(("values", self.key), lambda: self._call(writer))

    def _call(self, writer: Writer) -> str:
        return f"{writer.constant(self.code.function)}({', '.join(self._arguments(writer))})"

    def _arguments(self, writer: Writer) -> Iterator[str]:
        for name in self.code.names:
            if name in self.values:
                yield writer.constant(self.values[name])
            elif name in self.exported:
                source = self.exported[name]
                yield f"{source.slot._evaluated(writer)}[{source.index}]"  # noqa: SLF001 - another of its kind
            else:
                yield writer.record(name)


def _stored(
    token: bytes,
    code: FunctionCode,
    values: Mapping[str, Any],
    origin: Origin,
    exported: Mapping[str, Exported],
    is_silent: bool,
    is_repeatable: bool,
) -> FilledSlot:
    return FilledSlot(
        token, code, values, origin, exported, is_silent, is_repeatable=is_repeatable, token=token
    )


@dataclass(frozen=True, slots=True)
class Exported:
    """A value that a slot sets: its index in the tuple that the slot's code returns, after the text."""

    slot: FilledSlot
    index: int


@dataclass(frozen=True, slots=True, eq=False)
class TemplateSlot:
    """A slot that looks up names which are not written in it, with all values that are visible where it stands."""

    key: Hashable
    code: TemplateCode
    values: Mapping[str, Any]
    origin: Origin
    is_silent: ClassVar[bool] = False

    def render(self, record: Record) -> str:
        """Return the slot's text; raises what Jinja would raise."""
        return self.code.run(self.values, record)

    def write(self, writer: Writer) -> str:
        """Return a Python expression for the text."""
        return writer.rendered(self)


@dataclass(frozen=True, slots=True, eq=False)
class FullPage:
    """A page that Jinja renders in full for every record; each has its own static values if templates change them."""

    template: Template
    static: Mapping[str, Any]
    changes: bool
    origin: ClassVar[None] = None
    is_silent: ClassVar[bool] = False

    @property
    def key(self) -> Hashable:
        """No other page is this one."""
        return id(self)

    def render(self, record: Record) -> str:
        """Return the page; raises what Jinja raises."""
        static = apart(self.static) if self.changes else self.static
        return self.template.render({**static, **record})

    def write(self, writer: Writer) -> str:
        """Return a Python expression for the page."""
        return writer.rendered(self)
