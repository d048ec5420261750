"""The files of the content folder and of templates: those that are read, and those that editors leave there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from replisite.content.ignored_names import is_leftover, is_version_control
from replisite.content.kinds import KINDS
from replisite.content.readable_files import (
    MARKDOWN_SUFFIXES,
    STORIES,
    ReadFolders,
    is_markdown,
    iter_same_names,
    why_not_read,
)
from replisite.pelican.faults import PelicanFaults

__all__ = ["ContentFiles", "Listing", "list_files", "note_dangling", "suffix_variants"]


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a folder, sorted and relative to it: ``files``, links that lead nowhere, and names of editors and systems.

    ``repositories`` are the folders of version control.
    """

    files: tuple[str, ...]
    dangling: tuple[str, ...]
    leftovers: frozenset[str]
    repositories: tuple[str, ...]


def list_files(folder: Path) -> Listing:
    """Return the files below a folder; links are followed, unless they lead to a folder above them."""
    files: list[str] = []
    dangling: list[str] = []
    ignored: list[str] = []
    _look_into(folder, "", frozenset(), files, dangling, ignored)
    names = {path: path.rpartition("/")[2] for path in ignored}
    repositories = sorted(path for path, name in names.items() if is_version_control(name))
    return Listing(
        tuple(sorted(files)), tuple(sorted(dangling)), frozenset(names.values()), tuple(repositories)
    )


def _look_into(
    folder: Path, way: str, above: frozenset[str], files: list[str], dangling: list[str], ignored: list[str]
) -> None:
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        entries = list(os.scandir(folder))
    except OSError:  # gone meanwhile, or not ours to read
        return
    for entry in entries:
        path = f"{way}{entry.name}"
        if is_leftover(entry.name):
            ignored.append(path)
        elif _is_folder(entry):
            _look_into(Path(entry.path), f"{path}/", above | {real}, files, dangling, ignored)
        elif entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110 - Path.exists raises for a circle
            dangling.append(path)
        else:
            files.append(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a circle of links
        return False


def note_dangling(folder: Path, paths: Iterable[str], noted_faults: PelicanFaults) -> None:
    """Note each link that leads nowhere; with Pelican's own defaults it is a warning, because Pelican leaves such files out."""
    for path in paths:
        link = folder / path
        target = os.readlink(link)  # noqa: PTH115 - as it is written
        is_circle = os.path.lexists(Path(link.parent, target))
        what = "leads back to itself" if is_circle else "does not exist"
        what = f'is a link to "{target}", which {what}'
        advice = "remove the link, or restore the file"
        if noted_faults.is_lenient:
            noted_faults.warnings.append(f"{noted_faults.shown(link)}: {what}; {advice}")
        else:
            noted_faults.note(link, 0, what, advice)


class ContentFiles:
    """The content folder of one Pelican run."""

    def __init__(
        self, folder: Path, listing: Listing, settings: Mapping[str, Any], *, is_lenient: bool
    ) -> None:
        """Take what lies in the folder; with ``is_lenient`` articles and pages are read by Pelican's own rules."""
        self._folder = folder
        self.listing = listing
        self._is_lenient = is_lenient
        self._apart = frozenset(settings["TEMPLATE_PAGES"] or ())
        self._open = frozenset(
            path.strip("./") for name in ("ARTICLE_PATHS", "PAGE_PATHS") for path in settings[name] or ()
        )

    def note_faults(self, noted_faults: PelicanFaults) -> None:
        """Note links that lead nowhere, and files that have one name."""
        stories = f"{STORIES}/"  # which are read with the roster
        dangling = [path for path in self.listing.dangling if not path.startswith(stories)]
        note_dangling(self._folder, dangling, noted_faults)
        if not self._is_lenient:
            for path, other in iter_same_names(self.listing.files, self._folders(MARKDOWN_SUFFIXES)):
                name = PurePosixPath(other).name
                noted_faults.note(
                    self._folder / path, 0, f"has the name of {name}", "rename one of them, or remove it"
                )

    def warn_of_unread(
        self, noted_faults: PelicanFaults, suffixes: Iterable[str], published: Iterable[str]
    ) -> frozenset[str]:
        """Warn of each file that is not read, and return them.

        ``suffixes`` are those of the readers, ``published`` the files that content links to.
        """
        folders = self._folders(suffixes)
        known = frozenset(published) | self._apart
        unread = []
        for path in self.listing.files:
            if path not in known and (advice := self._advice(path, folders)):
                noted_faults.warnings.append(
                    f"{noted_faults.shown(self._folder / path)}: is not read; {advice}"
                )
                unread.append(path)
        return frozenset(unread)

    def _advice(self, path: str, folders: ReadFolders) -> str:
        if not self._is_lenient or path.startswith(f"{STORIES}/"):
            return why_not_read(path, folders)
        file = PurePosixPath(path)
        is_capital = is_markdown(file.name) and file.suffix not in MARKDOWN_SUFFIXES
        return f"name it {file.stem}{file.suffix.lower()}" if is_capital else ""

    def _folders(self, suffixes: Iterable[str]) -> ReadFolders:
        return ReadFolders(frozenset(kind.folder for kind in KINDS), self._open, frozenset(suffixes))


def suffix_variants(files: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (suffix as a file has it, the known one) for those in capital letters, both without the dot.

    >>> list(suffix_variants(["pages/CONTACT.MD"], ["md"]))
    [('MD', 'md')]
    """
    suffixes = {PurePosixPath(path).suffix.removeprefix(".") for path in files}
    readable = frozenset(known)
    for suffix in sorted(suffixes - readable):
        if suffix.lower() in readable:
            yield suffix, suffix.lower()
