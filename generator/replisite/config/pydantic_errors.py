"""Pydantic's errors in plain words, for people who do not know pydantic."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, get_args

from pydantic_core import ErrorDetails

from replisite.config.lines import Path
from replisite.config.schema import Document
from replisite.config.value_kinds import annotation_at, is_table, kind_of, kind_written, toml_key, toml_value
from replisite.errors import nearest

__all__ = ["Finding", "find_faults", "key_path"]


class Finding(NamedTuple):
    """What is wrong with one value, before it has a line."""

    path: Path
    what: str
    next: str = ""


def key_path(path: Path) -> str:
    """Write a path as people read it, with the items of a list counted from 1.

    >>> key_path(("roster", "fields", 1, "name"))
    'roster.fields.name (item 2)'
    """
    names = ".".join(toml_key(key) for key in path if isinstance(key, str))
    items = [f"item {key + 1}" for key in path if isinstance(key, int)]
    return f"{names} ({', '.join(items)})" if items else names


def find_faults(errors: Iterable[ErrorDetails]) -> list[Finding]:
    """Return a finding for each error of a Document."""
    return [_finding(error) for error in errors]


def _finding(error: ErrorDetails) -> Finding:
    path: Path = error["loc"]
    if path[-1] == "[key]":
        path = path[:-1]
    match error["type"]:
        case "rule":
            return Finding(path, error["ctx"]["what"], error["ctx"]["next"])
        case "missing":
            return Finding(path, "is missing", _example(path))
        case "too_short":
            return Finding(path, "is empty", _example(path))
        case "extra_forbidden":
            what = "unknown table" if isinstance(error["input"], dict) else "unknown key"
            return Finding(path, what, _known_key(path))
        case "greater_than_equal":
            return Finding(path, f"wants {error['ctx']['ge']} or more, got {error['input']}")
        case "less_than_equal":
            return Finding(path, f"wants {error['ctx']['le']} or less, got {error['input']}")
        case "literal_error":
            return _choice(path, error["input"])
    return Finding(
        path, f"wants {kind_of(annotation_at(Document, path))}, got {kind_written(error['input'])}"
    )


def _choice(path: Path, value: object) -> Finding:
    annotation = annotation_at(Document, path)
    written = f'"{value}"' if isinstance(value, str) else kind_written(value)
    hint = nearest(value, get_args(annotation)) if isinstance(value, str) else ""
    return Finding(path, f"wants {kind_of(annotation)}, got {written}", hint)


def _known_key(path: Path) -> str:
    """Suggest a key: a similar key of the same table, or the table that the key belongs in."""
    key = str(path[-1])
    here = annotation_at(Document, path[:-1])
    if hint := nearest(key, here.model_fields):
        return hint
    if homes := [home for home, keys in _homes() if key in keys]:
        return f"it belongs in {' or '.join(homes)}"
    return f"known are {', '.join(sorted(here.model_fields))}"


def _homes() -> Iterator[tuple[str, Collection[str]]]:
    """Yield the header of every table with its keys."""
    for name, field in Document.model_fields.items():
        many = annotation_at(Document, (name, "*"))
        if is_table(field.annotation):
            yield f"[{name}]", field.annotation.model_fields
        elif is_table(many):
            yield f"[{name}.…]", many.model_fields


def _example(path: Path) -> str:
    """Show what to write for a key, from the example of its field."""
    table = annotation_at(Document, path[:-1])
    if not is_table(table):
        return ""
    name = str(path[-1])
    field = table.model_fields[name]
    if is_table(field.annotation):
        return f"write a table [{name}]"
    example = (field.examples or [None])[0]
    if isinstance(example, dict):
        inner = ", ".join(next(iter(example.values())))
        return f"write a table [{name}.{next(iter(example))}] with {inner}"
    return f"write {name} = {toml_value(example)}"
