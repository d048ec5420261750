"""Regular expressions mean the same in every version of Python that replisite runs on."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # the parts of a pattern have no public name
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[1] / "generator" / "replisite"

_ONE_CHARACTER = {
    _constants.LITERAL,
    _constants.NOT_LITERAL,
    _constants.IN,
    _constants.ANY,
    _constants.CATEGORY,
}


def _modules() -> Iterator[Path]:
    return (path for path in sorted(PACKAGE.rglob("*.py")) if "starter" not in path.parts)


def _possessive_groups(parsed: Any) -> Iterator[object]:
    """Stream the parts of a parsed regular expression that are repeated possessively and are more than one character."""
    for operator, argument in parsed:
        if operator is _constants.POSSESSIVE_REPEAT and (
            len(argument[2]) > 1 or argument[2][0][0] not in _ONE_CHARACTER
        ):
            yield argument
        for inner in argument if isinstance(argument, tuple | list) else ():
            if isinstance(inner, _parser.SubPattern):
                yield from _possessive_groups(inner)
            elif isinstance(inner, list):
                for branch in inner:
                    if isinstance(branch, _parser.SubPattern):
                        yield from _possessive_groups(branch)
        if isinstance(argument, _parser.SubPattern):
            yield from _possessive_groups(argument)


@pytest.mark.parametrize("path", list(_modules()), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_group_is_repeated_possessively(path: Path) -> None:
    """Python before 3.11.5 matches ``(?:…)*+`` wrongly if the group can backtrack (gh-106052); ``(?>(?:…)*)`` is right."""
    if path.name == "__main__.py":
        return
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    for label, value in vars(importlib.import_module(name)).items():
        if isinstance(value, re.Pattern):
            parsed = _parser.parse(
                value.pattern, value.flags & ~(re.UNICODE if isinstance(value.pattern, bytes) else 0)
            )
            assert not list(_possessive_groups(parsed)), label
