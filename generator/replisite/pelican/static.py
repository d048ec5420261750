"""The files of theme and content that Pelican copies, or would copy: which are taken, and which are withheld."""

from __future__ import annotations

import fnmatch
import os
import posixpath
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from pelican.generators import StaticGenerator

from replisite.content.ignored_names import is_for_hosts, is_private
from replisite.content.public_files import PublicFiles, Verdict
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.pelican.faults import PelicanFaults

__all__ = ["has_private_part", "pictures_of_folders", "static_sources", "warn_withheld", "withhold"]

_SHOWN = 5
"""How many files a warning names; the others are counted."""


def static_sources(generator: StaticGenerator) -> dict[str, Path]:
    """Return what ``StaticGenerator.generate_output`` would copy: the theme's files first, then the content's."""
    settings = generator.settings
    sources: dict[str, Path] = {}
    for path in settings["THEME_STATIC_PATHS"]:
        source = Path(generator.theme, path)
        sources |= _below(source, settings["THEME_STATIC_DIR"], settings["IGNORE_FILES"])
    sources = {path: source for path, source in sources.items() if not has_private_part(path)}
    for static in generator.context["staticfiles"]:
        sources[posixpath.normpath(static.save_as)] = Path(generator.path, static.source_path)
    return sources


def has_private_part(path: str) -> bool:
    """Say whether a theme's file is a backup, an editor's or a dot-file that no host asks for."""
    return any(is_private(part) and not is_for_hosts(part) for part in path.split("/"))


def pictures_of_folders(generator: StaticGenerator, rules: PublicFiles) -> Mapping[str, str]:
    """Return the pictures that only the name of their folder publishes: the path of each, and that of its file."""
    linked = generator.context["static_links"]
    pictures = {}
    for static in generator.staticfiles:
        path = posixpath.normpath(static.get_relative_source_path())
        is_picture = posixpath.splitext(path)[1].lower() in PHOTO_SUFFIXES
        if is_picture and path not in linked and path not in rules.listed:
            pictures[posixpath.normpath(static.save_as)] = path
    return pictures


def withhold(
    generator: StaticGenerator, rules: PublicFiles, content: str, noted_faults: PelicanFaults
) -> None:
    """Take out of Pelican's files those that may not be public; a folder's name does not make them so.

    ``content`` is the name of the content folder. Paths that lead out of the output are faults.
    """
    withheld = []
    for static in list(generator.staticfiles):
        path = posixpath.normpath(static.get_relative_source_path())
        save_as = str(static.metadata.get("path") or static.metadata.get("save_as") or "")
        if posixpath.normpath(posixpath.join(".", save_as)).startswith(("..", "/")):
            what = f'EXTRA_PATH_METADATA leads out of the output: "{save_as}"'
            noted_faults.note("site.toml", 0, what, "write a path without .. and / at its start")
        if rules.judge(path) in {Verdict.MAY, Verdict.ABSENT}:
            continue
        generator.staticfiles.remove(static)
        generator.context["static_content"].pop(path, None)
        if rules.is_listed(path):
            withheld.append(f"{content}/{path}")
    warn_withheld(noted_faults, sorted(withheld))


def warn_withheld(noted_faults: PelicanFaults, names: Sequence[str]) -> None:
    """Report the files that are not published although a folder that is published holds them."""
    if not names:
        return
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    shown = ", ".join(names[:_SHOWN])
    noted_faults.warnings.append(
        f"not published, because such files are private: {shown}{more}; move them out of the folders that are published"
    )


def _below(source: Path, target: str, ignored: Collection[str]) -> dict[str, Path]:
    """Follow ``pelican.utils.copy``: a file, or a folder with all that is in it but for what is ignored."""
    if _is_ignored(source.name, ignored):
        return {}
    if source.is_file():
        return {posixpath.join(target, source.name): source}
    files: dict[str, Path] = {}
    for folder, inner, names in os.walk(source, followlinks=True):
        inner[:] = [name for name in inner if not _is_ignored(name, ignored)]
        way = Path(folder).relative_to(source).as_posix()
        for name in names:
            path = Path(folder, name)
            if not _is_ignored(name, ignored) and path.is_file():
                files[posixpath.normpath(posixpath.join(target, way, name))] = path
    return files


def _is_ignored(name: str, ignored: Collection[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in ignored)
