"""The files that a preview is made from, which are therefore watched."""

from __future__ import annotations

from pathlib import Path

from replisite.model.options import Options
from replisite.model.site import Site
from replisite.preview.messages import SiteIndex
from replisite.preview.watch_list import Watched

__all__ = ["roster_file", "watched_files"]


def roster_file(site: Site, options: Options) -> Path:
    """Return the path of the roster: the one that the command line names, or the one of site.toml."""
    return options.roster or site.root / site.roster.source


def watched_files(
    folder: Path, site: Site | None, options: Options, latest: SiteIndex, shown: SiteIndex
) -> Watched:
    """Return the files and folders to watch.

    ``latest`` is the last reading, ``shown`` the last one without faults, whose folders are watched where the latest
    names none. Before both, these are the folders that a site has by default.
    """
    files = [folder / "site.toml", *latest.beside]
    folders = latest.folders or shown.folders
    if site is not None:
        files.append(roster_file(site, options))
        folders = folders or tuple(site.root / name for name in (site.content, "templates", "themes"))
    return Watched(folders, tuple(dict.fromkeys(files)))
