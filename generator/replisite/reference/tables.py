"""Turn a model into a Markdown table, a page of the reference, or a JSON Schema.

The descriptions in a model are its documentation. The pages are in the repository, and a test compares them with the
models.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from replisite.config.value_kinds import bare, is_table, kind_of, toml_value

__all__ = ["NOTICE", "document_reference", "fields_table", "json_schema"]

NOTICE = "<!-- Made by `make reference` from the models that read these keys. Change them, not this page. -->"
"""The first line of every page of the reference."""


def fields_table(model: type[BaseModel], heading: str = "Key") -> str:
    """Return a Markdown table of a model's fields; the fields of a nested table follow its own.

    A key inside a table is written ``price.retail``, inside any table of many ``price.<code>.retail``, and
    inside a list of tables ``items[].product``.
    """
    return _table(_all_rows(model), heading)


def document_reference(model: type[BaseModel], title: str) -> str:
    """Return a Markdown page about a TOML file: its smallest form, then one section a table."""
    parts = [NOTICE, f"# {title}", _intro(model), "The smallest file that works:", _smallest(model)]
    for name, field in model.model_fields.items():
        parts += _section(name, field)
    return "\n\n".join(part for part in parts if part) + "\n"


def json_schema(model: type[BaseModel], title: str) -> str:
    """Return the JSON Schema (2020-12) of a model as text, for editors that complete and check."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_untitled(model.model_json_schema()),
        "title": title,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _section(name: str, field: FieldInfo) -> Iterator[str]:
    annotation = bare(field.annotation)
    inner = _inner_table(annotation)
    if is_table(annotation):
        yield f"## `[{name}]`"
        yield _intro(annotation)
        yield from _examples(name, field)
        yield from _body(name, annotation)
    elif get_origin(annotation) is list and inner:
        yield f"### `[[{name}]]`"
        yield _intro(inner)
        yield from _body(name, inner)
    elif inner:
        yield f"## `[{name}.<{_key_name(annotation)}>]`"
        yield _intro(inner)
        yield field.description or ""
        yield from _examples(name, field)
        yield from _body(name, inner)
    else:
        yield f"## `[{name}]`"
        yield field.description or ""
        yield from _examples(name, field)


def _body(name: str, model: type[BaseModel]) -> Iterator[str]:
    """Yield the table of a model's plain fields, then a section for each that is a table itself."""
    rows = []
    sections: list[str] = []
    for key, field in model.model_fields.items():
        if _inner_table(field.annotation):
            sections += _section(f"{name}.{key}", field)
        else:
            rows.append(_row(field.alias or key, field))
    yield _table(rows, "Key")
    yield from sections


def _all_rows(model: type[BaseModel], before: str = "") -> Iterator[Sequence[str]]:
    for key, field in model.model_fields.items():
        name = before + (field.alias or key)
        yield _row(name, field)
        annotation = bare(field.annotation)
        if inner := _inner_table(annotation):
            origin = get_origin(annotation)
            way = f".<{_key_name(annotation)}>" if origin is dict else "[]" if origin is list else ""
            yield from _all_rows(inner, f"{name}{way}.")


def _row(name: str, field: FieldInfo) -> Sequence[str]:
    meaning = field.description or ""
    if field.examples and not _inner_table(field.annotation):
        shown = " or ".join(f"`{toml_value(example)}`" for example in field.examples)
        meaning = f"{meaning} For example {shown}.".strip()
    return (f"`{name}`", kind_of(field.annotation), _default(field), meaning)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = None if field.default_factory else field.default
    return "—" if value in (None, "", [], {}, ()) else f"`{toml_value(value)}`"


def _table(rows: Iterator[Sequence[str]] | Sequence[Sequence[str]], heading: str) -> str:
    lines = [(heading, "Value", "Default", "Meaning"), ("---",) * 4, *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _intro(model: type[BaseModel]) -> str:
    return "\n".join(line.strip() for line in (model.__doc__ or "").strip().splitlines())


def _smallest(model: type[BaseModel]) -> str:
    """Write the required keys with their examples."""
    tables = []
    for name, field in model.model_fields.items():
        if not field.is_required():
            continue
        annotation = bare(field.annotation)
        if is_table(annotation):
            fields = annotation.model_fields.items()
            keys = {key: inner.examples for key, inner in fields if inner.is_required()}
            tables.append(_toml(name, {key: (examples or [""])[0] for key, examples in keys.items()}))
        else:
            tables.append(_toml(name, (field.examples or [{}])[0]))
    return _fenced("\n\n".join(tables))


def _examples(name: str, field: FieldInfo) -> Iterator[str]:
    for example in field.examples or ():
        yield _fenced(_toml(name, example))


def _toml(name: str, table: dict[str, Any]) -> str:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{name}]", *(f"{key} = {toml_value(value)}" for key, value in plain.items())] if plain else []
    inner = [_toml(f"{name}.{key}", value) for key, value in table.items() if isinstance(value, dict)]
    return "\n\n".join(["\n".join(lines), *inner] if lines else inner)


def _fenced(toml: str) -> str:
    return f"```toml\n{toml}\n```"


def _inner_table(annotation: Any) -> type[BaseModel] | None:
    """Return the model of an annotation that is a table, or a collection of tables; None for any other."""
    annotation = bare(annotation)
    if is_table(annotation):
        return annotation
    if get_origin(annotation) in {list, dict, tuple}:
        held = bare(get_args(annotation)[-1])
        return held if is_table(held) else None
    return None


def _key_name(annotation: Any) -> str:
    """Return the name for the keys of a dictionary: the title of their annotation."""
    key = get_args(annotation)[0]
    notes = get_args(key)[1:] if get_origin(key) is Annotated else ()
    titles = (note.title for note in notes if isinstance(note, FieldInfo))
    return next((title for title in titles if title), "name")


def _untitled(schema: Any) -> Any:
    """Drop the titles that pydantic makes from the names of classes."""
    if isinstance(schema, dict):
        return {
            key: _untitled(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(item) for item in schema] if isinstance(schema, list) else schema
