"""The rules by which a file may be public: no folder makes its files public, and some files never are."""

from __future__ import annotations

import enum
import os
import posixpath
from collections.abc import Collection
from pathlib import Path

from replisite.content.ignored_names import is_for_hosts, is_leftover, is_private
from replisite.content.readable_files import STORIES
from replisite.content.roster_copies import RosterCopies
from replisite.errors import Fault

__all__ = ["SOURCE_SUFFIXES", "PublicFiles", "Verdict", "link_fault"]

SOURCE_SUFFIXES = frozenset({".md", ".markdown", ".mkd", ".mdown", ".rst"})
"""Files that authors write pages in: they are never copied as they are, unless a list names them."""

_NEVER = frozenset({".git", ".hg", ".svn", ".bzr", ".replisite"})
"""Folders that hold the site's history and state: public by no list."""

_HTML = frozenset({".html", ".htm", ".xhtml"})


class Verdict(enum.Enum):
    """Whether a file may be public, and if not, why."""

    MAY = "it may be public"
    ABSENT = "there is no such file"
    OUTSIDE = "it lies outside the content folder"
    LINK = "it is a symbolic link that leads out of the site"
    PRIVATE_LINK = "it is a symbolic link to a private file"
    ROSTER = "it is the roster"
    COPY = "it is a copy of the roster"
    STORY = "it belongs to the distributors' stories"
    SETTINGS = "it holds the site's settings or state"
    NAME = "its name is that of a hidden, backup or editor file"
    SOURCE = "it is a text that pages are made of"

    @property
    def is_absolute(self) -> bool:
        """Whether no list in site.toml can make such a file public."""
        return self not in {Verdict.MAY, Verdict.NAME, Verdict.SOURCE}


class PublicFiles:
    """The rules of one site. Paths are relative to the content folder, with forward slashes.

    ``roster`` is the file that the roster is read from, None for a site without one, whose folder of stories is then
    a folder like others. ``listed`` are the files and folders that site.toml publishes as they are; ``follow`` the
    links, relative to the content folder or to the site, that may lead out of the site. ``skips_sources``: texts that
    pages are made of are public only if they are listed.
    """

    def __init__(
        self,
        root: Path,
        content: Path,
        roster: Path | None,
        listed: Collection[str] = (),
        follow: Collection[str] = (),
        *,
        skips_sources: bool = True,
    ) -> None:
        self.root = root
        self.content = content
        self.listed = tuple(posixpath.normpath(path) for path in listed)
        self._follow = tuple(posixpath.normpath(path) for path in follow)
        self._skips_sources = skips_sources
        self.has_stories = roster is not None
        self._roster = roster
        self._copies = RosterCopies(roster)
        self._real_root = os.path.realpath(root)
        self._real_content = os.path.realpath(content)
        self._private = dict.fromkeys(_identities([root / "site.toml"]), Verdict.SETTINGS)
        self._private |= dict.fromkeys(_identities([roster] if roster else []), Verdict.ROSTER)

    def judge(self, path: str) -> Verdict:
        """Say whether a file of the content folder may be public."""
        name = posixpath.normpath(path)
        if name.startswith(("../", "/")) or name in {"..", "."} or "\0" in name:
            return Verdict.OUTSIDE
        source = os.path.join(self.content, name)  # noqa: PTH118 - called for every address of every page
        try:
            state = os.stat(source)  # noqa: PTH116 - as above
        except (OSError, ValueError):
            return Verdict.ABSENT
        if not os.path.isfile(source):  # noqa: PTH113 - as above
            return Verdict.ABSENT
        if (private := self._private.get((state.st_dev, state.st_ino))) is not None:
            return private
        if self.has_stories and name.split("/")[0] == STORIES:
            return Verdict.STORY
        if (linked := self._judge_link(name)) is not None:
            return linked
        if self._has_private_name(name):
            return Verdict.NAME
        if self._skips_sources and not self.is_listed(name, whole=False) and _is_source(source):
            return Verdict.SOURCE
        return Verdict.COPY if self._copies.is_copy(source) else Verdict.MAY

    def is_listed(self, path: str, *, whole: bool = True) -> bool:
        """Say whether a list in site.toml names this file, or a folder that it lies in.

        Without ``whole`` the content folder as a whole does not count: that says nothing of one file.
        """
        return any(
            path == name or (whole and name == ".") or path.startswith(f"{name}/") for name in self.listed
        )

    def link_verdict(self, path: Path) -> Verdict | None:
        """Say what is wrong with a link of the site, or with where a path leads; None where nothing is.

        A link that leads nowhere is not judged, and no more is the roster, which site.toml names.
        """
        if path == self._roster:
            return None
        real = os.path.realpath(path)
        if not os.path.exists(real):  # noqa: PTH110 - as texts, in any number
            return None
        if not self._is_inside(real):
            return None if self._is_followed(path) else Verdict.LINK
        return Verdict.PRIVATE_LINK if self._is_private(real) else None

    def _judge_link(self, name: str) -> Verdict | None:
        real = os.path.realpath(os.path.join(self.content, name))  # noqa: PTH118 - as in `judge`
        if real == os.path.join(self._real_content, name):  # noqa: PTH118 - as above
            return None
        return self.link_verdict(self.content / name)

    def _is_inside(self, real: str) -> bool:
        """Say whether a real path is the site's: below its folder, or below a content folder that is named elsewhere."""
        homes = [self._real_root]
        if os.path.relpath(self.content, self.root).startswith(".."):
            homes.append(self._real_content)
        return any(real == home or real.startswith(home.rstrip("/") + "/") for home in homes)

    def _is_followed(self, path: Path) -> bool:
        """Say whether site.toml lets a link, or a folder above it, lead out of the site."""
        names = {
            posixpath.normpath(Path(os.path.relpath(path, base)).as_posix())
            for base in (self.root, self.content)
        }
        return any(name == link or name.startswith(f"{link}/") for name in names for link in self._follow)

    def _is_private(self, real: str) -> bool:
        try:
            status = os.stat(real)  # noqa: PTH116 - as in `judge`
        except OSError:
            return False
        if (status.st_dev, status.st_ino) in self._private:
            return True
        stories = os.path.join(self._real_content, STORIES)  # noqa: PTH118 - as above
        if self.has_stories and (real == stories or real.startswith(f"{stories}/")):
            return True
        if real.startswith(self._real_root.rstrip("/") + "/"):
            parts = real[len(self._real_root.rstrip("/")) + 1 :].split("/")
            return any(map(is_private, parts))
        return False

    def _has_private_name(self, name: str) -> bool:
        parts = name.split("/")
        if any(part.lower() in _NEVER for part in parts):
            return True
        if name in self.listed:
            return False
        listed = self.is_listed(name)
        return any(is_private(part) and not (listed and is_for_hosts(part)) for part in parts)


def link_fault(name: str, target: str, verdict: Verdict, allowed: str) -> Fault:
    """Return the fault of a link; ``name`` is relative to the site, ``allowed`` as follow_links would name it."""
    if verdict is Verdict.PRIVATE_LINK:
        return Fault(name, 0, "is a symbolic link to a private file of the site", "remove the link")
    return Fault(
        name,
        0,
        f"is a symbolic link that leads out of the site, to {target}",
        f'copy the file into the site, or allow the link in site.toml: [content] follow_links = ["{allowed}"]',
    )


def has_leftover_name(path: str) -> bool:
    """Say whether a file, or a folder that it lies in, is an editor's or a system's own."""
    return any(map(is_leftover, path.split("/")))


def _identities(paths: Collection[Path]) -> list[tuple[int, int]]:
    identities = []
    for path in paths:
        try:
            state = path.stat()
        except (OSError, ValueError):
            continue
        identities.append((state.st_dev, state.st_ino))
    return identities


def _is_source(source: str) -> bool:
    suffix = os.path.splitext(source)[1].lower()  # noqa: PTH122 - as in `judge`
    if suffix in SOURCE_SUFFIXES:
        return True
    if suffix not in _HTML:
        return False
    try:
        with open(source, "rb") as text:  # noqa: PTH123 - as in `judge`
            return text.read(7).removeprefix(b"\xef\xbb\xbf").startswith(b"---")
    except OSError:
        return False
