"""Which files the corporate site publishes beside its pages: what pages, the theme, front matter and site.toml ask for."""

from __future__ import annotations

import itertools
import os
import posixpath
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pelican.contents import Content
from pydantic import BaseModel

from replisite.content.asked_files import computed_folders, iter_addresses, iter_strings, paths_of
from replisite.content.public_files import PublicFiles, Verdict
from replisite.model.company import house_account
from replisite.model.site import Site
from replisite.pages.finish import AddressSlot
from replisite.pelican.content_class import KindContent
from replisite.pelican.staged_site import Proof
from replisite.staging import Plate

__all__ = [
    "Published",
    "RequestedFiles",
    "asked_by_content",
    "asked_by_pages",
    "copy_files",
    "publish",
    "shown_contents",
]

_READ_ON = frozenset({".css", ".js", ".mjs", ".html", ".htm", ".json", ".webmanifest", ".svg", ".xml"})
"""Files that may ask for others in their turn."""

_LONGEST = 5_000_000
"""A longer file is a bundle; nobody writes addresses of the site into it by hand."""


@dataclass(slots=True)
class RequestedFiles:
    """Paths that something asks for, and folders in which a template computes a name."""

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def read(self, text: str, bases: Sequence[str], home: str) -> None:
        """Add what a text asks for that stands in one of some folders."""
        for address in iter_addresses(text):
            self.files.update(paths_of(address, bases, home))

    def has(self, path: str) -> bool:
        """Say whether a path is asked for by its name, or by that of its folder."""
        return path in self.files or self.has_folder_of(path)

    def has_folder_of(self, path: str) -> bool:
        """Say whether a template computes names in the folder of a path, or above it."""
        return any(path.startswith(f"{folder}/") for folder in self.folders)


@dataclass(frozen=True, slots=True)
class Published:
    """The published files by path, each with its source, and those of them that only a folder's name asks for.

    ``sources`` are the paths of the published files below the content folder.
    """

    files: Mapping[str, Path]
    by_folder: Mapping[str, str]
    sources: frozenset[str]


def asked_by_content(site: Site, contents: Iterable[Content], templates: Iterable[Path]) -> RequestedFiles:
    """Return what is asked for by content that is shown, by templates, by site.toml."""
    asked = RequestedFiles()
    home = site.url
    for content in contents:
        folder = posixpath.dirname(content.relative_source_path or "")
        asked.read(content._content or "", ["", folder], home)  # noqa: SLF001 - Pelican has no other way
        for text in iter_strings(_plain(content.metadata)):
            asked.files.update(paths_of(text, ["", folder], home))
    for path in templates:
        with suppress(OSError, UnicodeDecodeError):  # it is reported where it is compiled
            text = path.read_text(encoding="utf-8")
            asked.read(text, [""], home)
            asked.folders.update(computed_folders(text))
    own = {name: value for name, value in site.pelican.items() if name != "STATIC_PATHS"}
    for text in (*iter_strings(own), site.company.photo):
        asked.files.update(paths_of(text, [""], home))
    return asked


def asked_by_pages(
    site: Site, proofs: Mapping[str, Sequence[Proof]], files: Mapping[str, bytes], asked: RequestedFiles
) -> None:
    """Add what finished pages and feeds ask for, in whatever edition, as visitors get them."""
    house = {"distributor": house_account(site)}
    for listed in proofs.values():
        for proof in listed:
            page = proof.page
            bases = [posixpath.dirname(page.path)]
            for plate in {id(plate): plate for plate in (page.plate, page.corporate) if plate}.values():
                for text in _texts(plate, house):
                    asked.read(text, bases, site.url)
                asked.folders.update(_computed(plate, bases))
    for path, body in files.items():
        asked.read(body.decode(errors="replace"), [posixpath.dirname(path), ""], site.url)


def publish(
    site: Site, rules: PublicFiles, static: Mapping[str, Path], pages: Collection[str], asked: RequestedFiles
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
        elif rules.is_listed(name) or asked.has(path) or asked.has(name):
            waiting[path] = source
            sources[name] = None
            if not {path, name} & asked.files and name not in rules.listed:
                by_folder[path] = name
    while waiting:
        files |= waiting
        for path, source in waiting.items():
            _read_on(site, path, source, asked)
        waiting = {}
        for path in sorted({*asked.files, *_below(rules, asked)} - files.keys() - set(pages)):
            if path not in sources and rules.judge(path) is Verdict.MAY:
                waiting[path] = rules.content / path
                sources[path] = None
                if path not in asked.files:
                    by_folder[path] = path
        known = {name for name in sources if name in files and name in asked.files}
        by_folder = {path: name for path, name in by_folder.items() if path not in known}
    return Published(files, by_folder, frozenset(sources))


def copy_files(files: Mapping[str, Path], folder: Path) -> None:
    """Copy published files into a folder, each to its path; raises OSError."""
    for path, source in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)


def _read_on(site: Site, path: str, source: Path, asked: RequestedFiles) -> None:
    if source.suffix.lower() not in _READ_ON:
        return
    try:
        if source.stat().st_size <= _LONGEST:
            text = source.read_text(encoding="utf-8", errors="replace")
            asked.read(text, [posixpath.dirname(path), ""], site.url)
    except OSError:
        return  # it is reported where it is copied


def _below(rules: PublicFiles, asked: RequestedFiles) -> Iterator[str]:
    """Stream the files below folders in which templates compute names."""
    for folder in sorted(asked.folders):
        for path in sorted((rules.content / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(rules.content).as_posix()


def _texts(plate: Plate, house: Mapping[str, object]) -> Iterator[str]:
    """Stream a plate's texts: as the company's page, and what is the same for all owners."""
    yield "\0".join(part for part in plate.parts if isinstance(part, str))
    for part in plate.parts:
        if isinstance(part, AddressSlot):
            yield "\0".join(text for text in part.parts if isinstance(text, str))
    with suppress(Exception):  # whatever a template raises is reported when it is proved
        yield plate.text(house)


def _computed(plate: Plate, bases: Sequence[str]) -> Iterator[str]:
    """Stream the folders of addresses that end in a slot, and those of addresses that a slot is part of."""
    parts = [*plate.parts]
    for part in plate.parts:
        parts += ["", *part.parts] if isinstance(part, AddressSlot) else []
    for part, following in itertools.pairwise(parts):
        if not isinstance(part, str) or isinstance(following, str):
            continue
        address = part[max(part.rfind(mark) for mark in "\"'(=, \n") + 1 :]
        folder, slash, _ = address.rpartition("/")
        if slash and ":" not in folder:
            place = posixpath.normpath(posixpath.join("/", bases[0], folder)).lstrip("/")
            if place:
                yield place


def _plain(value: Any) -> Any:
    """Return plain data of what front matter holds."""
    if isinstance(value, BaseModel):
        return _plain(value.model_dump())
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str) else ""


def shown_contents(
    recorded: Iterable[Any], kinds: Iterable[KindContent], shown: Iterable[Any]
) -> list[Content]:
    """Return the contents that some page is made of, each once."""
    found: dict[str, Content] = {}
    own = (value for page in recorded for value in page.own.values() if isinstance(value, Content))
    listed = (content for content in kinds if any(catalog.own(content) is not None for catalog in shown))
    for content in (*own, *listed):
        found.setdefault(str(content.source_path), content)
    return list(found.values())
