"""The files in the folder that Pelican takes for the output: those that it copied, and those that plugins wrote."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from replisite.content.marks import has_marks
from replisite.model.site import Site
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.plugin_faults import refuse_plugin
from replisite.pelican.static import has_private_part, warn_withheld

__all__ = ["WrittenFiles", "find_written", "is_text"]


@dataclass(frozen=True, slots=True)
class WrittenFiles:
    """Files by path: ``static`` are published as they are, ``marked`` are filled in as feeds are."""

    static: Mapping[str, Path]
    marked: Mapping[str, bytes]


def find_written(
    output: Path, theme_folder: str, by_plugins: Collection[str], site: Site, noted_faults: PelicanFaults
) -> WrittenFiles:
    """Return the files below ``output``; note those that a plugin cannot have written as they are.

    ``theme_folder`` holds the theme's files, of which private ones are left out with a warning; ``by_plugins`` are the
    paths that plugins have written. A file in which a plugin has written what content says of the owner is marked.
    """
    files = {path.relative_to(output).as_posix(): path for path in output.rglob("*") if path.is_file()}
    top = posixpath.join(theme_folder, "")
    private = {name for name in files if name.startswith(top) and has_private_part(name)}
    warn_withheld(noted_faults, sorted(private))
    static = {name: path for name, path in files.items() if name not in private}
    marked: dict[str, bytes] = {}
    refuse = partial(refuse_plugin, noted_faults, site)
    for name in sorted(set(by_plugins) & static.keys()):
        body = static[name].read_bytes()
        if str(output).encode() in body:
            what = f"a plugin writes the path of the folder that Pelican writes to into {name}"
            refuse(what, 'take it out, or have it write what holds of settings["SITEURL"]')
        elif has_marks(body) and not is_text(body):
            what = f"a plugin writes what content says of the distributor into {name}, which is no text"
            refuse(what, "take the placeholder out of the content, or the plugin")
        elif has_marks(body):
            marked[name] = body
            del static[name]
    return WrittenFiles(static, marked)


def is_text(body: bytes) -> bool:
    """Say whether a file can be read as UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
