"""List the files of an output that exist once, so that a build of some sites removes those that are no longer published."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from pathlib import Path

from replisite.model.photo_paths import is_photo, jpeg_of
from replisite.model.site import Site
from replisite.people import PeopleDatabase
from replisite.system.files import write_whole

__all__ = ["remember_shared", "stale_files"]


def stale_files(
    site: Site, output: Path, shared: Iterable[str], database: PeopleDatabase, written: Iterable[str]
) -> frozenset[str]:
    """Return the files of an output that the last build wrote once and this one does not, and photos that are not published.

    ``shared`` are the files that this build writes once, ``written`` the paths in the output.
    """
    photos = {path for path in written if is_photo(path) and not database.has_photo(jpeg_of(path))}
    return frozenset({*_remembered(site, output), *photos} - set(shared))


def remember_shared(site: Site, output: Path, shared: Collection[str]) -> None:
    """Store the paths of the files that a build wrote once."""
    write_whole(_list_path(site, output), json.dumps(sorted(shared), indent=0).encode())


def _remembered(site: Site, output: Path) -> list[str]:
    try:
        return [str(path) for path in json.loads(_list_path(site, output).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _list_path(site: Site, output: Path) -> Path:
    name = hashlib.sha256(str(output.resolve()).encode()).hexdigest()[:12]
    return site.state / f"shared-{name}.json"
