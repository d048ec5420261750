"""The meaning of changed files: which of the steps from files to pages a change repeats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from replisite.content.readable_files import STORIES, story_alias
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.site import Site

__all__ = ["Changes", "changes_of"]


@dataclass(frozen=True, slots=True)
class Changes:
    """The steps to repeat: ``config`` reads site.toml, ``content`` the pages, ``roster`` the owners.

    ``assets`` are the paths of copied files whose bytes changed, from the corporate site's root.
    """

    config: bool
    content: bool
    roster: bool
    assets: tuple[str, ...]


def changes_of(
    paths: Iterable[Path],
    site: Site,
    roster: Path,
    assets: Mapping[Path, str],
    read: Collection[Path] = (),
    theme: Path | None = None,
) -> Changes:
    """Return the steps that these files are part of.

    ``assets`` are the paths of copied files by their sources, ``theme`` is the theme's folder, ``read`` are copied files
    that pages were also made of. A copied file that still exists changes no page. An unknown file may be part of any page,
    and a folder stands for all files in it.
    """
    config = content = people = False
    changed: list[str] = []
    folder = site.root / site.content
    stories = folder / STORIES
    toml = {site.root / "site.toml"} | ({theme / "theme.toml"} if theme else set())
    for path in paths:
        if path in toml:
            config = True
        elif path == roster or (path.parent == stories and story_alias(path.name)):
            people = True
        elif path in assets:
            changed.append(assets[path])
            content = content or path in read
            if not path.is_file():
                content = people = True
        else:
            content = True
            config = config or any(
                file.is_relative_to(path) for file in toml
            )  # a folder came back, or is another
            people = people or roster.is_relative_to(path)
            is_picture = path.suffix.lower() in PHOTO_SUFFIXES or not path.suffix
            people = people or (is_picture and path.is_relative_to(folder))
    return Changes(config, content, people, tuple(sorted(changed)))
