"""Record the files that this process opens."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["note_opened", "opened_files"]

_RECORDS: list[set[str]] = []
_HOOKS: list[bool] = []


@contextmanager
def opened_files() -> Iterator[set[str]]:
    """Give a set that receives the path of each file that this process opens meanwhile, as the call names it (PEP 578)."""
    if not _HOOKS:
        sys.addaudithook(_record)  # an audit hook cannot be removed
        _HOOKS.append(True)
    record: set[str] = set()
    _RECORDS.append(record)
    try:
        yield record
    finally:
        _RECORDS[:] = [other for other in _RECORDS if other is not record]


def note_opened(paths: Iterable[str]) -> None:
    """Record files that were opened before, or in another process, for work that is needed now."""
    for record in _RECORDS:
        record.update(paths)


def _record(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _RECORDS and isinstance(arguments[0], str):
        for record in _RECORDS:
            record.add(arguments[0])
