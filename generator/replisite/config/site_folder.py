"""Where a site lies."""

from __future__ import annotations

from pathlib import Path

from replisite.errors import Fault, InputError

__all__ = ["NAME", "find_site"]

NAME = "site.toml"


def find_site(start: Path) -> Path:
    """Return the nearest folder with a site.toml, from ``start`` upwards; raises InputError without one."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder
    raise InputError(
        [Fault("", 0, f"no {NAME} in {start} or above", "go to a site's folder, or start one: replisite new")]
    )
