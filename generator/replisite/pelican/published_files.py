"""The files that the corporate site publishes beside its pages: those that pages, theme, front matter and site.toml ask for."""

from __future__ import annotations

import os
import posixpath
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from replisite.content.public_files import PublicFiles, Verdict
from replisite.model.site import Site
from replisite.pelican.requested_files import RequestedFiles

__all__ = ["Published", "copy_files", "publish"]

_READ_ON = frozenset({".css", ".js", ".mjs", ".html", ".htm", ".json", ".webmanifest", ".svg", ".xml"})
"""Files that may ask for others in their turn."""

_LONGEST = 5_000_000
"""A longer file is a bundle: no author writes addresses of the site into it by hand."""


@dataclass(frozen=True, slots=True)
class Published:
    """The published files by path, each with its source, and those of them that only a folder's name asks for.

    ``sources`` are the paths of the published files below the content folder.
    """

    files: Mapping[str, Path]
    by_folder: Mapping[str, str]
    sources: frozenset[str]


def publish(
    site: Site,
    rules: PublicFiles,
    static: Mapping[str, Path],
    pages: Collection[str],
    requested: RequestedFiles,
) -> Published:
    """Return what is published of the files that are there.

    ``static`` are the theme's files and those that Pelican came by, by the path at which each would be; ``pages`` are paths
    that are taken.
    """
    top = os.path.abspath(rules.content)  # noqa: PTH100 - as text: links are not followed
    files: dict[str, Path] = {}
    by_folder: dict[str, str] = {}
    sources: dict[str, None] = {}
    waiting: dict[str, Path] = {}
    for path, source in static.items():
        name = os.path.relpath(source, top).replace(os.sep, "/")
        if name.startswith("../"):
            waiting[path] = source  # the theme's
        elif rules.is_listed(name) or requested.has(path) or requested.has(name):
            waiting[path] = source
            sources[name] = None
            if not {path, name} & requested.files and name not in rules.listed:
                by_folder[path] = name
    while waiting:
        files |= waiting
        for path, source in waiting.items():
            _read_on(site, path, source, requested)
        waiting = {}
        for path in sorted({*requested.files, *_below(rules, requested)} - files.keys() - set(pages)):
            if path not in sources and rules.judge(path) is Verdict.MAY:
                waiting[path] = rules.content / path
                sources[path] = None
                if path not in requested.files:
                    by_folder[path] = path
        known = {name for name in sources if name in files and name in requested.files}
        by_folder = {path: name for path, name in by_folder.items() if path not in known}
    return Published(files, by_folder, frozenset(sources))


def copy_files(files: Mapping[str, Path], folder: Path) -> None:
    """Copy published files into a folder, each to its path; raises OSError."""
    for path, source in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _read_on(site: Site, path: str, source: Path, requested: RequestedFiles) -> None:
    if source.suffix.lower() not in _READ_ON:
        return
    try:
        if source.stat().st_size <= _LONGEST:
            text = source.read_text(encoding="utf-8", errors="replace")
            requested.read(text, [posixpath.dirname(path), ""], site.url)
    except OSError:
        return  # it is reported where it is copied


def _below(rules: PublicFiles, requested: RequestedFiles) -> Iterator[str]:
    """Stream the files below folders in which templates compute names."""
    for folder in sorted(requested.folders):
        for path in sorted((rules.content / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(rules.content).as_posix()
