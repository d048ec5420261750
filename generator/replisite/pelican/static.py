"""The files of theme and content that Pelican would copy, by the paths at which they would lie."""

from __future__ import annotations

import fnmatch
import os
import posixpath
from collections.abc import Collection
from pathlib import Path

from pelican.generators import StaticGenerator

from replisite.content.ignored_names import is_for_hosts, is_private

__all__ = ["has_private_part", "static_sources"]


def static_sources(generator: StaticGenerator) -> dict[str, Path]:
    """Return what ``StaticGenerator.generate_output`` would copy: the theme's files first, then the content's."""
    settings = generator.settings
    found: dict[str, Path] = {}
    for path in settings["THEME_STATIC_PATHS"]:
        source = Path(generator.theme, path)
        found |= _below(source, settings["THEME_STATIC_DIR"], settings["IGNORE_FILES"])
    found = {path: source for path, source in found.items() if not has_private_part(path)}
    for static in generator.context["staticfiles"]:
        found[posixpath.normpath(static.save_as)] = Path(generator.path, static.source_path)
    return found


def has_private_part(path: str) -> bool:
    """Say whether a theme's file is a backup, an editor's or a dot-file that no host asks for."""
    return any(is_private(part) and not is_for_hosts(part) for part in path.split("/"))


def _below(source: Path, target: str, ignored: Collection[str]) -> dict[str, Path]:
    """Follow ``pelican.utils.copy``: a file, or a folder with all that is in it but for what is ignored."""
    if _is_ignored(source.name, ignored):
        return {}
    if source.is_file():
        return {posixpath.join(target, source.name): source}
    found: dict[str, Path] = {}
    for folder, inner, names in os.walk(source, followlinks=True):
        inner[:] = [name for name in inner if not _is_ignored(name, ignored)]
        way = Path(folder).relative_to(source).as_posix()
        for name in names:
            path = Path(folder, name)
            if not _is_ignored(name, ignored) and path.is_file():
                found[posixpath.normpath(posixpath.join(target, way, name))] = path
    return found


def _is_ignored(name: str, ignored: Collection[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in ignored)
