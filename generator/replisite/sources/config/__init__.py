"""Read site.toml into the Site that everything else works with."""

from __future__ import annotations

from pathlib import Path

from replisite.errors import Fault, InputError
from replisite.model.site import Site
from replisite.sources.config.read import NAME, SiteFaults, parse_site, read_site

__all__ = ["SiteFaults", "find_site", "load_site", "parse_site"]


def load_site(path: Path) -> Site:
    """Read a site.toml, or the one in a folder; raises InputError with every fault that it has."""
    path = path.resolve()
    return read_site(path / NAME if path.is_dir() else path)


def find_site(start: Path) -> Path:
    """Return the nearest folder with a site.toml, from ``start`` upwards; raises InputError without one."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder
    raise InputError(
        [Fault("", 0, f"no {NAME} in {start} or above", "go to a site's folder, or start one: replisite new")]
    )
