"""Put good values in the place of faulty ones, so that one reading tells the faults of the rest too."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from replisite.config.lines import Path
from replisite.config.words import annotation_at, is_table

__all__ = ["repaired"]

_ROUNDS = 5
"""A repair may show a fault further up (an emptied table), so it is tried a few times."""

Model = TypeVar("Model", bound=BaseModel)


def repaired(model: type[Model], written: Mapping[str, Any], faulty: Iterable[Path]) -> Model | None:
    """Return the model of what was written without its faulty values, or None where that cannot be.

    A faulty value that the model requires is replaced by the first example of its field.
    """
    mended: Any = copy.deepcopy(dict(written))
    for _ in range(_ROUNDS):
        for path in faulty:
            _replace(model, mended, path)
        try:
            return model.model_validate(mended)
        except ValidationError as error:
            faulty = [found["loc"] for found in error.errors()]
    return None


def _replace(model: type[BaseModel], mended: Any, path: Path) -> None:
    """Drop one value, or the list that holds it; put an example there if it is required."""
    if path[-1] == "[key]":
        path = path[:-1]
    while path and isinstance(path[-1], int):
        path = path[:-1]
    *way, key = path
    holder = mended
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
