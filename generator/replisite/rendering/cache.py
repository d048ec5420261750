"""Keep what staging gave from one build to the next, as long as nothing that went into it has changed.

Reading the content and staging its pages takes Pelican and seconds; a build in which only the roster has changed
takes the plates from here and starts no Pelican. The key is a digest of every file that was read, of the
options, and of the versions of all that is installed. Plates hold code: the folder is trusted as the site's
templates are.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import pickle
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from replisite import __version__
from replisite.content.ignored_names import is_leftover
from replisite.content.installed_plugins import plugins_of
from replisite.content.readable_files import STORIES, story_alias
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.site import Site
from replisite.pages import Composition

__all__ = ["PageCache", "Reads", "read_composition"]

_FORMAT = 5
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a composition was made from: whole folders, and files beside them.

    Of the pictures in the content folder only those ``published`` there count with their bytes, given by their paths below
    it: the others are photos of distributors, which may be a million, and no page is made of them.
    """

    folders: Sequence[Path]
    files: Sequence[Path]
    published: frozenset[str] | None = None


class PageCache:
    """The composition of one site that was kept last, with the folder of theme and content files.

    ``now`` is the moment that counts as now; ``wish`` says how pages were asked for (drafts, editions, …).
    """

    def __init__(self, site: Site, wish: object, now: datetime.datetime) -> None:
        self._site = site
        self._wish = repr(wish)
        self._now = now
        self.folder = site.state / "pages"
        self.new = site.state / "pages.new"
        self.static = self.folder / "static"
        self.plates = self.folder / "plates.pickle"
        self._told = self.folder / "made-from.json"

    @property
    def is_allowed(self) -> bool:
        """Plugins may read anything, so a site that has some is read anew each time."""
        return not plugins_of(self._site) and not self._site.pelican.get("PLUGIN_PATHS")

    def find(self) -> Composition | None:
        """Return the kept composition if it still holds."""
        try:
            told = json.loads(self._told.read_text(encoding="utf-8"))
            since, until = told["since"], told["until"]
            if not since <= self._now.timestamp() or (until is not None and until <= self._now.timestamp()):
                return None
            published = told["published"]
            reads = Reads(
                [Path(path) for path in told["folders"]],
                [Path(path) for path in told["files"]],
                None if published is None else frozenset(published),
            )
            if told["digest"] != self._digest(reads):
                return None
            return read_composition(self.plates)
        except Exception:  # noqa: BLE001 - a damaged pickle may raise anything
            return None  # none, of another version, or damaged: it is made anew

    def begin(self) -> Path:
        """Return an empty folder for the theme and content files of a new composition."""
        shutil.rmtree(self.new, ignore_errors=True)
        (self.new / "static").mkdir(parents=True)
        return self.new / "static"

    def abandon(self) -> None:
        """Throw away what was begun; what was kept before stays."""
        shutil.rmtree(self.new, ignore_errors=True)

    def forget(self) -> None:
        """Have the next build read everything again: these pages have been found wrong."""
        self._told.unlink(missing_ok=True)

    def finish(self, composition: Composition, packed: bytes | None, reads: Reads) -> None:
        """Put a new composition in the place of the old one; ``packed`` is None if it cannot be kept."""
        if packed is not None and self.is_allowed:
            (self.new / self.plates.name).write_bytes(packed)
            until = None if composition.until is None else composition.until.timestamp()
            told = {
                "digest": self._digest(reads),
                "since": self._now.timestamp(),
                "until": until,
                "folders": [str(path) for path in reads.folders],
                "files": [str(path) for path in reads.files],
                "published": None if reads.published is None else sorted(reads.published),
            }
            (self.new / self._told.name).write_text(json.dumps(told, indent=1), encoding="utf-8")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.new.rename(self.folder)
        if (
            not self.is_allowed
        ):  # functions that templates call write here again while pages are proved and pressed
            folders = [path for path in self.static.rglob("*") if path.is_dir()]
            for path in (self.static, *folders):
                (self.new / path.relative_to(self.folder)).mkdir(parents=True, exist_ok=True)

    def _digest(self, reads: Reads) -> str:
        digest = hashlib.sha256(repr((_FORMAT, __version__, sys.version, self._site, self._wish)).encode())
        spoken = {name: os.environ.get(name) for name in ("LANG", "LANGUAGE", "LC_ALL", "LC_TIME", "TZ")}
        for line in [*sorted(_installed()), repr(spoken)]:
            digest.update(f"\0{line}".encode())
        content = self._site.root / self._site.content
        roster = self._site.root / self._site.roster.source
        stories = content / STORIES
        paths = [*_files_below(reads.folders), *sorted(reads.files), *_files_below([_PACKAGE])]
        for path in paths:
            if path == roster or (path.parent == stories and story_alias(path.name)):
                continue  # what belongs to the roster is no content
            digest.update(f"\0{path}\0".encode(errors="surrogateescape"))
            if (
                reads.published is not None
                and path.suffix.lower() in PHOTO_SUFFIXES
                and path.is_relative_to(content)
            ) and path.relative_to(content).as_posix() not in reads.published:
                continue
            if path.is_file():
                with path.open("rb") as source:
                    digest.update(hashlib.file_digest(source, "sha256").digest())
        return digest.hexdigest()


def read_composition(plates: Path) -> Composition:
    """Read what was kept; raises OSError, and what unpickling raises for a file that is damaged."""
    composition = pickle.loads(plates.read_bytes())  # noqa: S301 - this program wrote it, into the site's own folder
    if not isinstance(composition, Composition):
        raise TypeError(f"{plates} holds no composition")
    return composition


def _files_below(folders: Iterable[Path]) -> Iterator[Path]:
    for top in folders:
        yield top  # a folder that appears or goes
        for folder, inner, files in os.walk(top, followlinks=True):
            inner[:] = sorted(name for name in inner if not is_leftover(name))
            yield from (Path(folder, name) for name in sorted(files) if not is_leftover(name))


def _installed() -> Iterator[str]:
    for found in metadata.distributions():
        yield f"{found.name} {found.version}"
