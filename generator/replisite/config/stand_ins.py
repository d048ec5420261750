"""Good values instead of faulty ones, so that one reading also reports the faults of rules that hold across keys."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from replisite.config.lines import Path
from replisite.config.value_kinds import annotation_at, is_table

__all__ = ["with_stand_ins"]

_ROUNDS = 5
"""The most attempts: a value that is removed may leave a fault further up, such as an empty table."""

Model = TypeVar("Model", bound=BaseModel)


def with_stand_ins(model: type[Model], written: Mapping[str, Any], faulty: Iterable[Path]) -> Model | None:
    """Return the model of the written values without the faulty ones, or None if that cannot be made.

    A faulty value that the model requires is replaced by the first example of its field.
    """
    values: Any = copy.deepcopy(dict(written))
    for _ in range(_ROUNDS):
        for path in faulty:
            _replace(model, values, path)
        try:
            return model.model_validate(values)
        except ValidationError as error:
            faulty = [details["loc"] for details in error.errors()]
    return None


def _replace(model: type[BaseModel], values: Any, path: Path) -> None:
    """Drop one value, or the list that holds it; put an example there if it is required."""
    if path[-1] == "[key]":
        path = path[:-1]
    while path and isinstance(path[-1], int):
        path = path[:-1]
    *way, key = path
    holder = values
    for step in way:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(holder, dict):
        return
    holder.pop(key, None)
    holds = annotation_at(model, way)
    if is_table(holds):
        field = holds.model_fields.get(str(key))
        if field and field.is_required():
            holder[str(key)] = copy.deepcopy(field.examples[0]) if field.examples else {}
