"""Faults of a site's files that are found before Pelican starts: special files, links out of the site, lists in site.toml."""

from __future__ import annotations

import posixpath
from pathlib import Path

from replisite.content.folder_walk import link_faults
from replisite.content.public_files import PublicFiles, Verdict
from replisite.content.readable_files import STORIES
from replisite.model.site import Site
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.render_faults import note_all
from replisite.system.special_files import iter_special_files

__all__ = ["note_links", "note_missing_content", "note_public_list", "note_special_files"]


def note_special_files(site: Site, theme: Path, noted_faults: PelicanFaults) -> bool:
    """Note named pipes, sockets and devices among what Pelican would open; say whether there are any.

    A process that opens a pipe waits for ever.
    """
    special = list(iter_special_files([site.root / site.content, theme, site.root / "templates"]))
    for path, kind in special:
        noted_faults.note(path, 0, f"is {kind} and not a file", "move it out of the site")
    return bool(special)


def note_missing_content(site: Site, noted_faults: PelicanFaults) -> bool:
    """Note a content folder that does not exist; say whether it is missing."""
    if (site.root / site.content).is_dir():
        return False
    advice = "make it, or name another under [site] content"
    noted_faults.note("site.toml", 0, f'site.content: no folder "{site.content}"', advice)
    return True


def note_links(site: Site, theme: Path, rules: PublicFiles, noted_faults: PelicanFaults) -> None:
    """Note symbolic links that lead out of the site."""
    folders = [site.root / site.content, site.root / "templates"]
    if theme.is_relative_to(site.root):
        folders.append(theme)
    note_all(noted_faults, link_faults(rules, folders))


def note_public_list(site: Site, rules: PublicFiles, noted_faults: PelicanFaults) -> None:
    """Note entries of ``[content] public`` that name no file, or one that is never published."""
    for path in site.public:
        file, name = rules.content / path, posixpath.normpath(path)
        verdict = Verdict.STORY if name == STORIES else rules.judge(path)
        if file.is_dir() and verdict is not Verdict.STORY:
            continue
        if verdict is Verdict.ABSENT and path != "extra/":
            advice = "correct the path: it is relative to the content folder"
            noted_faults.note("site.toml", 0, f'content.public: no file or folder "{path}"', advice)
        elif verdict.is_absolute and verdict is not Verdict.ABSENT:
            what = f'content.public: "{path}" is never published: {verdict.value}'
            noted_faults.note("site.toml", 0, what, "leave it out")
