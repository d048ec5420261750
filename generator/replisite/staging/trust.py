"""Which values may be read later than Jinja reads them, and another number of times.

A slot is filled long after its page was staged, and once for many pages. That gives Jinja's bytes only if
whatever the slot asks answers the same each time and changes nothing. Plain values do; a function or an
object of a class that nobody vouches for may count, draw a number or look at the clock.
"""

from __future__ import annotations

import builtins
import datetime
import decimal
import enum
import fractions
import gettext
import inspect
import types
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import markupsafe
from jinja2 import defaults
from jinja2.filters import FILTERS
from jinja2.runtime import Undefined
from jinja2.tests import TESTS
from markupsafe import Markup

__all__ = ["Trust", "is_plain", "pure", "reading"]

Trust = Callable[[object], bool]
"""Says whether a value answers the same each time it is asked, and changes nothing when it is."""

_Function = TypeVar("_Function", bound=Callable[..., Any])

_ATOMS = frozenset(
    {
        bool,
        bytes,
        complex,
        datetime.date,
        datetime.datetime,
        datetime.time,
        datetime.timedelta,
        decimal.Decimal,
        float,
        fractions.Fraction,
        int,
        Markup,
        range,
        slice,
        str,
        type(None),
        type(...),
        type(NotImplemented),
        uuid.UUID,
    }
)
_SEQUENCES = (list, tuple, set, frozenset, deque)
_MAPPINGS = (dict, OrderedDict, types.MappingProxyType)
_PURE_BUILTINS = frozenset(
    {
        "abs",
        "bool",
        "chr",
        "dict",
        "divmod",
        "float",
        "format",
        "frozenset",
        "hash",
        "int",
        "isinstance",
        "len",
    }
    | {"list", "max", "min", "ord", "pow", "range", "repr", "round", "set", "sorted", "str", "sum", "tuple"}
)
_PURE = frozenset(getattr(builtins, name) for name in _PURE_BUILTINS) | {
    *(function for name, function in FILTERS.items() if name != "random"),
    *TESTS.values(),
    *defaults.DEFAULT_NAMESPACE.values(),  # a slot that calls lipsum is evaluated for itself
    markupsafe.escape,
    Markup,
}


def pure(function: _Function) -> _Function:
    """Mark a function, or a class whose objects do, that gives the same for the same arguments, and changes nothing.

    Slots may call it. Other functions of yours are called as often and in the order in which Jinja calls
    them: where a slot would have to call one, the page is rendered in full for every record.
    """
    function.is_pure = True  # type: ignore[attr-defined]
    return function


def reading(*names: str) -> Callable[[_Function], _Function]:
    """Mark a filter that is given the context: it looks up these names there, and no others.

    A slot then keeps their values, and not all values that are visible where it stands.
    """

    def mark(function: _Function) -> _Function:
        function.reads_names = names  # type: ignore[attr-defined]
        return function

    return mark


def is_plain(value: object) -> bool:
    """Say whether a value is plain data, or a function that is known to be pure.

    An object of another class is plain if its class is a dataclass or a named tuple of plain values without
    methods that Python calls implicitly; and whatever ``pure`` has marked.
    """
    return _is_plain(value, set())


def _is_plain(value: object, seen: set[int]) -> bool:
    kind = type(value)
    if kind in _ATOMS or kind.__module__ == "pathlib":
        return True
    if id(value) in seen:
        return True
    seen.add(id(value))
    if kind in _SEQUENCES:
        return all(_is_plain(item, seen) for item in value)  # type: ignore[attr-defined]
    if kind in _MAPPINGS:
        assert isinstance(value, Mapping)
        return all(_is_plain(key, seen) and _is_plain(item, seen) for key, item in value.items())
    if isinstance(value, Undefined):
        return True
    if isinstance(value, types.FunctionType | types.MethodType):
        # A translation is the same at each look-up.
        is_gettext = value.__module__ == "jinja2.ext" or (
            isinstance(value, types.MethodType) and isinstance(value.__self__, gettext.NullTranslations)
        )
        return is_gettext or getattr(value, "is_pure", False) is True or value in _PURE
    if isinstance(value, types.BuiltinMethodType) and not isinstance(value.__self__, types.ModuleType):
        return _is_plain(value.__self__, seen)
    if isinstance(value, enum.Enum):
        return True
    try:
        if value in _PURE:
            return True
    except TypeError:
        return False
    if getattr(kind, "is_pure", False) is True:
        return True
    return _has_plain_class(kind) and all(_is_plain(item, seen) for item in _fields(value))


def _fields(value: object) -> list[object]:
    if isinstance(value, tuple):
        return list(value)
    return [getattr(value, name) for name in type(value).__dataclass_fields__]  # type: ignore[attr-defined]


def _has_plain_class(kind: type) -> bool:
    """Say whether objects of a class are the sum of their fields: nothing is computed when one is read."""
    if not (hasattr(kind, "__dataclass_fields__") or (issubclass(kind, tuple) and hasattr(kind, "_fields"))):
        return False
    for base in kind.__mro__:
        if base in (object, tuple) or base.__module__ == "typing":
            continue
        for name, member in vars(base).items():
            if isinstance(member, property) or name in {"__getattr__", "__getattribute__"}:
                return False
            written = inspect.isfunction(member) and name in {
                "__str__",
                "__html__",
                "__iter__",
                "__call__",
                "__bool__",
            }
            if written or (inspect.isdatadescriptor(member) and not isinstance(member, _SLOTS)):
                return False
            if inspect.isfunction(member) and not name.startswith("_"):
                return False  # a method may be called
    return True


_SLOTS = (types.MemberDescriptorType, types.GetSetDescriptorType)
