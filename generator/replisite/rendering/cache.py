"""Reuse the staged pages of the last build as long as nothing that they were made from has changed.

Reading the content and staging its pages takes Pelican and seconds; a build in which only the roster has changed takes the
plates from here and starts no Pelican. The key is a digest of each file that was read, of the options, of the fields of
site.toml that pages depend on (``cache_key.py``), and of the versions of all installed packages. Plates hold code: the folder
is trusted as the site's templates are.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import pickle
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from replisite import __version__
from replisite.content.ignored_names import is_leftover
from replisite.content.installed_plugins import plugins_of
from replisite.content.publication import rules_of
from replisite.content.readable_files import STORIES, story_alias
from replisite.errors import ReplisiteError
from replisite.model.distributor import PHOTO_SUFFIXES
from replisite.model.site import Site
from replisite.pages import Composition
from replisite.rendering.cache_key import named_fields, site_key

__all__ = ["CachedPages", "NewPages", "PageCache", "PlatesFile", "Reads", "read_composition"]

_FORMAT = 5
_PACKAGE = Path(__file__).parents[1]
_PLATES = "plates.pickle"
_MADE_FROM = "made-from.json"

_TEXT_BYTES = 4_000_000
"""A larger file is no template."""


@dataclass(frozen=True, slots=True)
class Reads:
    """The files that a composition was made from: whole folders, and files beside them.

    Pictures in the content folder count with their bytes only if they are ``published``, given by their paths below that
    folder: the others are photos of distributors, of which there may be a million, and no page is made from them.
    """

    folders: Sequence[Path]
    files: Sequence[Path]
    published: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class PlatesFile:
    """A file of plates, and the SHA-256 digest of its bytes: another build's plates at the same path have another digest."""

    path: Path
    digest: str

    @classmethod
    def in_memory(cls, path: Path) -> PlatesFile:
        """Return the name of plates that are in no file, because they cannot be pickled; it differs from all others."""
        return cls(path, f"in memory {secrets.token_hex(16)}")


@dataclass(frozen=True, slots=True)
class CachedPages:
    """A composition in the cache, with the file that holds it."""

    composition: Composition
    plates: PlatesFile


class NewPages:
    """The folder of new pages, while they are made; `put` puts it in the place of the cached one."""

    def __init__(self, cache: PageCache, folder: Path) -> None:
        self._cache = cache
        self.folder = folder
        self.static = folder / "static"
        self.is_put = False

    def put(self, composition: Composition, packed: bytes | None, reads: Reads) -> PlatesFile:
        """Cache a composition in place of the last one; ``packed`` is None if it cannot be pickled.

        Its static files take their place in any case.
        """
        plates = self._cache._put(self.folder, composition, packed, reads)  # noqa: SLF001 - a part of it
        self.is_put = True
        return plates


class PageCache:
    """The cached composition of one site, with the folder of theme and content files.

    ``now`` is the moment that counts as now; ``options`` says which pages are made (drafts, editions, …).
    """

    def __init__(self, site: Site, options: object, now: datetime.datetime) -> None:
        self._site = site
        self._options = repr(options)
        self._now = now
        self.folder = site.state / "pages"
        self.new = site.state / "pages.new"
        self.static = self.folder / "static"
        self._made_from = self.folder / _MADE_FROM
        self._content = site.root / site.content
        self._stories = self._content / STORIES
        self._roster = site.root / site.roster.source

    @property
    def is_allowed(self) -> bool:
        """Whether pages are cached: plugins may read anything, so a site that has some is read each time."""
        return not plugins_of(self._site) and not self._site.pelican.get("PLUGIN_PATHS")

    def find(self) -> CachedPages | None:
        """Return the cached composition if it still holds."""
        try:
            facts = json.loads(self._made_from.read_text(encoding="utf-8"))
            reads, digest, is_time = _reads_of(facts), facts["digest"], self._is_time(facts)
            plates = PlatesFile(self.folder / _PLATES, facts["plates"])
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None  # there is no cache, or it is damaged
        try:
            if not is_time or digest != self._digest(reads):
                return None
        except OSError:
            return None  # reading the content says which file cannot be read
        try:
            composition = read_composition(plates)
        except Exception:  # noqa: BLE001 - a damaged pickle raises anything
            return None
        return CachedPages(composition, plates) if self._is_public(composition) else None

    @contextmanager
    def new_pages(self) -> Iterator[NewPages]:
        """Give an empty folder for new pages, which is removed unless they are `put` into the cache."""
        shutil.rmtree(self.new, ignore_errors=True)
        (self.new / "static").mkdir(parents=True)
        new = NewPages(self, self.new)
        try:
            yield new
        finally:
            if not new.is_put:
                shutil.rmtree(self.new, ignore_errors=True)  # it may be what fills the disk

    def forget(self) -> None:
        """Have the next build read everything again: these pages have been found wrong."""
        self._made_from.unlink(missing_ok=True)

    def _put(self, new: Path, composition: Composition, packed: bytes | None, reads: Reads) -> PlatesFile:
        plates = PlatesFile.in_memory(self.folder / _PLATES)
        if packed is not None and self.is_allowed:
            plates = PlatesFile(plates.path, hashlib.sha256(packed).hexdigest())
            (new / _PLATES).write_bytes(packed)
            facts = self._facts(composition, plates, reads)
            (new / _MADE_FROM).write_text(json.dumps(facts, indent=1), encoding="utf-8")
        shutil.rmtree(self.folder, ignore_errors=True)
        new.rename(self.folder)
        if not self.is_allowed:
            self._make_folders()
        return plates

    def _make_folders(self) -> None:
        """Make the folders of the static files again, empty: functions of templates write there while pages are pressed."""
        for path in (self.static, *self.static.rglob("*")):
            if path.is_dir():
                (self.new / path.relative_to(self.folder)).mkdir(parents=True, exist_ok=True)

    def _facts(self, composition: Composition, plates: PlatesFile, reads: Reads) -> dict[str, Any]:
        return {
            "digest": self._digest(reads),
            "plates": plates.digest,
            "since": self._now.timestamp(),
            "until": None if composition.until is None else composition.until.timestamp(),
            "folders": [str(path) for path in reads.folders],
            "files": [str(path) for path in reads.files],
            "published": None if reads.published is None else sorted(reads.published),
        }

    def _is_time(self, facts: dict[str, Any]) -> bool:
        """Say whether content that is dated or expires still makes the same pages."""
        now, until = self._now.timestamp(), facts["until"]
        return bool(facts["since"] <= now and (until is None or now < until))

    def _is_public(self, composition: Composition) -> bool:
        """Say whether each published file may still be public: none has become the roster, or a copy of it."""
        rules = rules_of(self._site)
        return not any(rules.judge(path).is_absolute for path in composition.sources)

    def _digest(self, reads: Reads) -> str:
        settings = {name: os.environ.get(name) for name in ("LANG", "LANGUAGE", "LC_ALL", "LC_TIME", "TZ")}
        digest = hashlib.sha256(repr((_FORMAT, __version__, sys.version, self._options)).encode())
        for line in [*sorted(_installed()), repr(settings)]:
            digest.update(f"\0{line}".encode())
        named: frozenset[str] = frozenset()
        for path in (*_files_below(reads.folders), *sorted(reads.files)):
            if not self._is_of_roster(path):
                digest.update(f"\0{path}\0".encode(errors="surrogateescape"))
                if not self._is_photo(path, reads):
                    named |= _names_in(path, _add_file(digest.update, path))
        for path in _files_below([_PACKAGE]):
            digest.update(f"\0{path}\0".encode(errors="surrogateescape"))
            _add_file(digest.update, path)
        digest.update(repr(site_key(self._site, named)).encode())
        return digest.hexdigest()

    def _is_of_roster(self, path: Path) -> bool:
        """Say whether a file belongs to the roster, which is no content: itself, or a story."""
        return path == self._roster or (path.parent == self._stories and bool(story_alias(path.name)))

    def _is_photo(self, path: Path, reads: Reads) -> bool:
        """Say whether a file is a picture that is not published as it is."""
        return (
            reads.published is not None
            and path.suffix.lower() in PHOTO_SUFFIXES
            and path.is_relative_to(self._content)
            and path.relative_to(self._content).as_posix() not in reads.published
        )


def read_composition(plates: PlatesFile) -> Composition:
    """Read the composition that a file of plates holds.

    Raises OSError, ReplisiteError for a file that another build has written meanwhile, and what unpickling raises.
    """
    packed = plates.path.read_bytes()
    if hashlib.sha256(packed).hexdigest() != plates.digest:
        raise ReplisiteError(f"{plates.path} has changed since the build began; run the build again")
    composition = pickle.loads(packed)  # noqa: S301 - this program wrote it, into the site's own folder
    if not isinstance(composition, Composition):
        raise TypeError(f"{plates.path} holds no composition")
    return composition


def _reads_of(facts: dict[str, Any]) -> Reads:
    published = facts["published"]
    return Reads(
        [Path(path) for path in facts["folders"]],
        [Path(path) for path in facts["files"]],
        None if published is None else frozenset(published),
    )


def _add_file(add: Callable[[bytes], None], path: Path) -> bytes:
    """Add the bytes of a file to a digest, and return them; none of a large file, or of one that is missing."""
    if not path.is_file():
        return b""
    with path.open("rb") as source:
        if os.fstat(source.fileno()).st_size > _TEXT_BYTES:
            add(hashlib.file_digest(source, "sha256").digest())
            return b""
        body = source.read()
    add(hashlib.sha256(body).digest())
    return body


def _names_in(path: Path, body: bytes) -> frozenset[str]:
    """Return the fields of the site that a file names, if it is a template or code."""
    is_code = b"site" in body and (b"{{" in body or b"{%" in body or path.suffix == ".py")
    return named_fields(body) if is_code else frozenset()


def _files_below(folders: Iterable[Path]) -> Iterator[Path]:
    for top in folders:
        yield top  # a folder that appears or goes
        for folder, inner, files in os.walk(top, followlinks=True):
            inner[:] = sorted(name for name in inner if not is_leftover(name))
            yield from (Path(folder, name) for name in sorted(files) if not is_leftover(name))


def _installed() -> Iterator[str]:
    for package in metadata.distributions():
        yield f"{package.name} {package.version}"
