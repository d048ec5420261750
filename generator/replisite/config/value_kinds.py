"""The kinds of values in plain words: what a model takes, and what was written instead."""

from __future__ import annotations

import datetime
import decimal
import json
import re
import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

__all__ = ["annotation_at", "bare", "is_table", "kind_of", "kind_written", "toml_key", "toml_value"]

_PLAIN: Mapping[Any, tuple[str, str]] = {
    str: ("a text", "texts"),
    bool: ("true or false", "values true or false"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    decimal.Decimal: ("a number", "numbers"),
    datetime.datetime: ("a date and time", "dates and times"),
    datetime.date: ("a date", "dates"),
    datetime.time: ("a time", "times"),
    Any: ("any value", "any values"),
}
_WRITTEN: Sequence[tuple[type, str]] = (
    (str, "a text"),
    (int, "a number"),
    (float, "a number"),
    (datetime.datetime, "a date and time"),
    (datetime.date, "a date"),
    (datetime.time, "a time"),
    (Mapping, "a table"),
    (Sequence, "a list"),
)


def kind_of(annotation: Any) -> str:
    """Name the values of an annotation, with their article.

    >>> kind_of(list[str]), kind_of(Literal["path", "domain"]), kind_of(dict[str, int] | None)
    ('a list of texts', '"path" or "domain"', 'a table of whole numbers')
    """
    return _kind(annotation, plural=False)


def kind_written(value: object) -> str:
    """Name the kind of a value that TOML, YAML or JSON gave.

    >>> kind_written(3), kind_written([]), kind_written(True)
    ('a number', 'a list', 'true')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return next((words for kind, words in _WRITTEN if isinstance(value, kind)), "something else")


def annotation_at(model: type[BaseModel], path: Sequence[str | int]) -> Any:
    """Return the annotation of the value that a path leads to, or None where the model has none."""
    annotation: Any = model
    for key in path:
        annotation = bare(annotation)
        arguments = get_args(annotation)
        if is_table(annotation):
            field = annotation.model_fields.get(str(key))
            annotation = field.annotation if field else _extra(annotation)
        elif get_origin(annotation) is dict:
            annotation = arguments[1]
        elif get_origin(annotation) in {list, tuple}:
            annotation = arguments[0]
        else:
            return None
    return bare(annotation)


def _extra(table: type[BaseModel]) -> Any:
    """Return the annotation of values whose keys a table does not name, or None where it must."""
    if table.model_config.get("extra") != "allow":
        return None
    return get_args(get_type_hints(table)["__pydantic_extra__"])[1]


def bare(annotation: Any) -> Any:
    """Return an annotation without ``Annotated`` and without ``| None``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        if len(kinds) == 1:
            return bare(kinds[0])
    return annotation


def toml_value(value: Any) -> str:
    """Write a value as TOML does, on one line.

    >>> toml_value(["en", True, {"a": 1}])
    '["en", true, { a = 1 }]'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}"
    return str(value)


def toml_key(key: str) -> str:
    """Write a key as TOML does, in quotes only where it needs them.

    >>> toml_key("senior-guide"), toml_key("senior guide")
    ('senior-guide', '"senior guide"')
    """
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_value(key)


def is_table(annotation: Any) -> TypeGuard[type[BaseModel]]:
    """Whether an annotation is a model, that is, a table of its own."""
    annotation = bare(annotation)
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _kind(annotation: Any, plural: bool) -> str:
    annotation = bare(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        *most, last = [f'"{value}"' if isinstance(value, str) else str(value) for value in arguments]
        return f"{', '.join(most)} or {last}" if most else last
    if origin in {list, tuple, set, frozenset}:
        return f"{'lists' if plural else 'a list'} of {_kind(arguments[0], plural=True)}"
    if origin is dict and not is_table(arguments[1]):
        return f"{'tables' if plural else 'a table'} of {_kind(arguments[1], plural=True)}"
    if origin in {Union, types.UnionType}:
        return " or ".join(_kind(argument, plural) for argument in arguments if argument is not type(None))
    if origin is dict or annotation is dict or is_table(annotation):
        short = getattr(annotation, "written_short", "")
        return "tables" if plural else f"{short} or a table" if short else "a table"
    return _PLAIN.get(annotation, ("another value", "other values"))[plural]
