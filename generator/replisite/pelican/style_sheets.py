"""The published style sheets, and the file of the site that each is a copy of."""

from __future__ import annotations

import filecmp
from collections.abc import Mapping
from pathlib import Path

__all__ = ["sheet_sources"]


def sheet_sources(
    published: Mapping[str, Path], origins: Mapping[str, Path], root: Path
) -> dict[str, tuple[Path, str]]:
    """Return, for each style sheet by its published path, the file that holds it and the name that faults give it.

    ``origins`` are the files that Pelican copied, by the paths of the copies: a plugin may have replaced a copy since.
    The name is relative to ``root``, the site's folder; a file of a plugin has the path at which it is published.
    """
    sources = {}
    for path, file in sorted(published.items()):
        if path.lower().endswith(".css") and file.is_file():
            origin = origins.get(path, file)
            is_copy = origin == file or (origin.is_file() and filecmp.cmp(origin, file, shallow=False))
            sources[path] = file, _name(origin, root) if is_copy else path
    return sources


def _name(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
