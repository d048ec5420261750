"""The files that content, templates, site.toml and finished pages ask for by their addresses."""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pelican.contents import Content
from pydantic import BaseModel

from replisite.content.ignored_names import is_leftover
from replisite.content.readable_files import STORIES
from replisite.content.text_addresses import computed_folders, iter_addresses, iter_strings, paths_of
from replisite.model.company import house_account
from replisite.model.site import Site
from replisite.pages.finish import AddressSlot
from replisite.pelican.content_class import KindContent
from replisite.pelican.run_context import RunContext
from replisite.pelican.staged_page import Proof
from replisite.pelican.theme import template_folders
from replisite.staging import Plate

__all__ = ["RequestedFiles", "add_requested_by_pages", "requested_by_content", "requested_by_run"]


@dataclass(slots=True)
class RequestedFiles:
    """Paths that a text asks for, and folders in which a template computes a name."""

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def read(self, text: str, bases: Sequence[str], home: str) -> None:
        """Add what a text asks for that stands in one of some folders."""
        for address in iter_addresses(text):
            self.files.update(paths_of(address, bases, home))

    def has(self, path: str) -> bool:
        """Say whether a path is requested by its name, or by that of its folder."""
        return path in self.files or self.has_folder_of(path)

    def has_folder_of(self, path: str) -> bool:
        """Say whether a template computes names in the folder of a path, or above it."""
        return any(path.startswith(f"{folder}/") for folder in self.folders)


def requested_by_run(context: RunContext, kind_folders: frozenset[str]) -> RequestedFiles:
    """Return what is requested by the content that a run shows, by the templates, and by site.toml.

    Folders of texts (``kind_folders``, and that of stories) are not published by a computed name.
    """
    collected, site = context.collected, context.site
    requested = requested_by_content(
        site, shown_contents(collected.recorded, collected.kinds, collected.catalogs), _templates(context)
    )
    texts = {*kind_folders, STORIES}
    requested.folders = {
        folder
        for folder in requested.folders
        if folder.split("/")[0] not in texts and (context.rules.content / folder).is_dir()
    }
    return requested


def _templates(context: RunContext) -> Iterator[Path]:
    for folder in template_folders(context.site, context.theme):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and not is_leftover(path.name):
                yield path


def requested_by_content(
    site: Site, contents: Iterable[Content], templates: Iterable[Path]
) -> RequestedFiles:
    """Return what is requested by content that is shown, by templates, by site.toml."""
    requested = RequestedFiles()
    home = site.url
    for content in contents:
        folder = posixpath.dirname(content.relative_source_path or "")
        requested.read(content._content or "", ["", folder], home)  # noqa: SLF001 - Pelican has no other way
        for text in iter_strings(_plain(content.metadata)):
            requested.files.update(paths_of(text, ["", folder], home))
    for path in templates:
        with suppress(OSError, UnicodeDecodeError):  # it is reported where it is compiled
            text = path.read_text(encoding="utf-8")
            requested.read(text, [""], home)
            requested.folders.update(computed_folders(text))
    own = {name: value for name, value in site.pelican.items() if name != "STATIC_PATHS"}
    for text in (*iter_strings(own), site.company.photo):
        requested.files.update(paths_of(text, [""], home))
    return requested


def add_requested_by_pages(
    site: Site, proofs: Mapping[str, Sequence[Proof]], files: Mapping[str, bytes], requested: RequestedFiles
) -> None:
    """Add what finished pages and feeds ask for, in whatever edition, as visitors get them."""
    house = {"distributor": house_account(site)}
    for listed in proofs.values():
        for proof in listed:
            page = proof.page
            bases = [posixpath.dirname(page.path)]
            for plate in {id(plate): plate for plate in (page.plate, page.corporate) if plate}.values():
                for text in _texts(plate, house):
                    requested.read(text, bases, site.url)
                requested.folders.update(_computed(plate, bases))
    for path, body in files.items():
        requested.read(body.decode(errors="replace"), [posixpath.dirname(path), ""], site.url)


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
            name = posixpath.normpath(posixpath.join("/", bases[0], folder)).lstrip("/")
            if name:
                yield name


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
    contents: dict[str, Content] = {}
    own = (value for page in recorded for value in page.own.values() if isinstance(value, Content))
    listed = (content for content in kinds if any(catalog.own(content) is not None for catalog in shown))
    for content in (*own, *listed):
        contents.setdefault(str(content.source_path), content)
    return list(contents.values())
