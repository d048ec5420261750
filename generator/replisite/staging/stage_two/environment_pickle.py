"""What a slot's code needs of a Jinja environment, in a form that travels to another process."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment
from jinja2.defaults import DEFAULT_POLICIES
from jinja2.filters import FILTERS
from jinja2.runtime import Undefined
from jinja2.tests import TESTS

__all__ = ["EnvironmentPickle", "Unknown"]

_LEFT_BEHIND = frozenset(
    {
        "bytecode_cache",
        "cache",
        "code_generator_class",
        "extensions",
        "filters",
        "globals",
        "linked_to",
        "loader",
    }
    | {"autoescape", "context_class", "staging", "environment_pickle", "template_class", "tests"}
)
"""Code that is compiled needs none of these; filters and tests come with the code that applies them."""

_NEEDED = frozenset({"finalize", "undefined"})


class EnvironmentPickle:
    """A Jinja environment that pickles without its templates, loader and extensions.

    What extensions have added stays behind where it cannot be pickled. Pickling raises what pickle raises for a class
    of undefined values, a ``finalize`` or a policy of Jinja's own that cannot travel.
    """

    def __init__(self, env: Environment) -> None:
        self.env = env

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: value for name, value in vars(self.env).items() if name not in _LEFT_BEHIND}
        state = {name: value for name, value in state.items() if name in _NEEDED or _travels(value)}
        state["policies"] = {
            name: value
            for name, value in self.env.policies.items()
            if name in DEFAULT_POLICIES or _travels(value)
        }
        return _unpickled, (type(self.env), state)

    def apply(self, filters: Mapping[str, Any], tests: Mapping[str, Any]) -> None:
        """Add filters and tests to an environment that has travelled."""
        self.env.filters.update(filters)
        self.env.tests.update(tests)


def _unpickled(kind: type[Environment], state: Mapping[str, Any]) -> EnvironmentPickle:
    env = object.__new__(kind)
    vars(env).update(state, loader=None, cache=None, extensions={}, globals={}, autoescape=False)
    env.filters = dict(FILTERS)
    env.tests = dict(TESTS)
    return EnvironmentPickle(env)


def _travels(value: object) -> bool:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - whatever a class raises that does not want to be pickled
        return False
    return True


class Unknown:
    """An undefined value on its way: Jinja's own cannot be pickled."""

    def __init__(self, value: Undefined) -> None:
        self.parts = (type(value), value._undefined_hint, value._undefined_name, value._undefined_exception)  # noqa: SLF001

    def __reduce__(self) -> tuple[Any, ...]:
        return _undefined, self.parts


def _undefined(
    kind: type[Undefined], hint: str | None, name: str | None, error: type[Exception]
) -> Undefined:
    return kind(hint=hint, name=name, exc=error)  # type: ignore[arg-type]
