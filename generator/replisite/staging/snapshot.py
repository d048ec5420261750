"""Keep a static value as it is now: slots are filled long after static code has run."""

from __future__ import annotations

import collections
import copy
import datetime
import decimal
import types
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from replisite.staging.tripwire import Tripwire

__all__ = ["STATEFUL", "Same", "apart", "contents", "snapshot"]


_ATOMS = frozenset({str, Markup, bytes, int, bool, float, complex, type(None), decimal.Decimal, range})
_ATOMS |= {datetime.date, datetime.timedelta}
_UNSTABLE = (LoopContext, Macro, TemplateModule, Namespace, Cycler, Joiner, BlockReference, Context, Iterator)
STATEFUL = (Namespace, Cycler, Joiner, Iterator)
_CONTAINERS = (list, dict, set, collections.deque, bytearray)


def snapshot(value: Any, kept: list[tuple[str, Any, Hashable]], name: str) -> tuple[Any, Hashable] | None:
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
        parts = [snapshot(item, kept, name) for item in value]
        items = [item for item in parts if item is not None]
        if len(items) < len(parts):
            return None
        return kind(item for item, _ in items), (kind, tuple(key for _, key in items))
    if kind is dict:
        pairs = [(snapshot(key, kept, name), snapshot(item, kept, name)) for key, item in value.items()]
        sure = [(key, item) for key, item in pairs if key is not None and item is not None]
        if len(sure) < len(pairs):
            return None
        return {k[0]: v[0] for k, v in sure}, (dict, tuple((k[1], v[1]) for k, v in sure))
    if isinstance(value, _CONTAINERS):
        kept.append((name, value, contents(value)))
    return value, Same(value)


def apart(static: Mapping[str, Any]) -> dict[str, Any]:
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


def contents(value: Any) -> tuple[int, ...] | bytes:
    if isinstance(value, bytearray):
        return bytes(value)
    return tuple(map(id, [*value, *value.values()] if isinstance(value, dict) else value))


class Same:
    """Equal only for the same object, which it keeps alive so that its address stays its own."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
