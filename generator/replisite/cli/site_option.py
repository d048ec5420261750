"""Read the site that ``--site`` names, or the nearest one above the current folder."""

from __future__ import annotations

from pathlib import Path

from replisite.config.site_folder import NAME, find_site
from replisite.errors import Fault, InputError, UsageError
from replisite.model.site import Site

__all__ = ["read_site", "read_site_folder", "read_whole_site"]


def read_site_folder(folder: Path | None) -> Path:
    """Return the site's folder, absolute; raises UsageError for a folder without a site.toml."""
    root = folder if folder is not None else find_site(Path.cwd())
    if not (root / NAME).is_file():
        raise UsageError(f"{root} has no {NAME}; name the site's folder with --site")
    return root.resolve()


def read_site(folder: Path | None) -> tuple[Site, list[Fault]]:
    """Read site.toml, and return its faults if the rest can be read: they are reported together."""
    from replisite.config import SiteFaults, load_site

    try:
        return load_site(folder if folder is not None else find_site(Path.cwd())), []
    except SiteFaults as error:
        if error.site is None:
            raise
        return error.site, list(error.faults)


def read_whole_site(folder: Path | None) -> Site:
    """Read site.toml; raises InputError for any fault in it."""
    site, faults = read_site(folder)
    if faults:
        raise InputError(faults)
    return site
