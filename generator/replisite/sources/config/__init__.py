"""Read site.toml into the Site that everything else works with."""

from __future__ import annotations

from pathlib import Path

from replisite.model.site import Site
from replisite.sources.config.read import SiteFaults, parse_site, read_site
from replisite.sources.folder import NAME

__all__ = ["SiteFaults", "load_site", "parse_site"]


def load_site(path: Path) -> Site:
    """Read a site.toml, or the one in a folder; raises InputError with every fault that it has."""
    path = path.resolve()
    return read_site(path / NAME if path.is_dir() else path)
