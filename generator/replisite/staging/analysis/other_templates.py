"""Other templates that are read while one is compiled: what was made then depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from jinja2 import Environment, TemplateNotFound, nodes

__all__ = ["parsed", "reading_others"]

_READ: ContextVar[set[str] | None] = ContextVar("read", default=None)


@contextmanager
def reading_others() -> Iterator[set[str]]:
    """Give the names of the templates that are read meanwhile, found or not."""
    names: set[str] = set()
    token = _READ.set(names)
    try:
        yield names
    finally:
        _READ.reset(token)


def parsed(env: Environment, name: str) -> nodes.Template:
    """Return another template's tree; raises what the loader and Jinja raise."""
    names = _READ.get()
    if names is not None:
        names.add(name)
    if env.loader is None:
        raise TemplateNotFound(name)
    source, _, _ = env.loader.get_source(env, name)
    return env.parse(source, name)
