"""Find out which files this process opens."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["opened_files", "tell_opened"]

_LISTENERS: list[set[str]] = []
_HOOKS: list[bool] = []


@contextmanager
def opened_files() -> Iterator[set[str]]:
    """Give the paths of the files that this process opens meanwhile, as they are named there (PEP 578)."""
    if not _HOOKS:
        sys.addaudithook(_hear)  # there is no way to take it off
        _HOOKS.append(True)
    heard: set[str] = set()
    _LISTENERS.append(heard)
    try:
        yield heard
    finally:
        _LISTENERS[:] = [listener for listener in _LISTENERS if listener is not heard]


def tell_opened(paths: Iterable[str]) -> None:
    """Count files as opened that were opened elsewhere, or earlier, for what is wanted now."""
    for heard in _LISTENERS:
        heard.update(paths)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _LISTENERS and isinstance(arguments[0], str):
        for heard in _LISTENERS:
            heard.add(arguments[0])
