"""From recorded pages to finished ones: the owner's values in content, links to what exists once.

Everything here is about one Pelican run that has ended; ``record.py`` makes that run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import ClassVar

from jinja2 import Template

from replisite.errors import Fault
from replisite.model.house import house_account
from replisite.model.manifest import path_order
from replisite.model.site import Edition, Site
from replisite.pages import Composition, Page
from replisite.pages.finish import Finish
from replisite.pages.marks import split_marks
from replisite.sources.pelican.kinds import KindContent
from replisite.sources.pelican.placeholders import Placeholders
from replisite.sources.pelican.writer import Recorded
from replisite.staging import Difference, Plate, Record, Slot, prove, slot_of

__all__ = ["Proof", "Recording", "StagedPage", "fill_files", "finish_pages"]


@dataclass(frozen=True, eq=False)
class StagedPage:
    """A recorded page with the template that staged it, and its plate as the staging core gave it."""

    recorded: Recorded
    template: Template
    plate: Plate

    @property
    def path(self) -> str:
        """The page's file, from the root of the site it is on."""
        return self.recorded.path

    @property
    def edition(self) -> str:
        """The key of the page's edition."""
        return self.recorded.catalog.edition.key


@dataclass(frozen=True, eq=False)
class Proof:
    """How a page of a recording is compared with Jinja's rendering."""

    page: Page
    staged: StagedPage

    def run(self, record: Record) -> Difference | None:
        """Compare for one record; raises what Jinja raises."""
        with self.staged.recorded.in_place() as static:
            return prove(self.staged.plate, self.staged.template, static, record)


@dataclass
class Recording:
    """Everything that one Pelican run gave; there is a proof for each page, by edition, where there are no faults."""

    composition: Composition
    proofs: Mapping[str, Sequence[Proof]]
    faults: list[Fault]
    folders: Sequence[Path]
    """Where what was read lies, as far as it is known beforehand."""

    @property
    def pages(self) -> Mapping[str, Sequence[Page]]:
        """The pages of each edition, by its key."""
        return self.composition.pages


def finish_pages(
    site: Site,
    editions: Sequence[Edition],
    staged: Sequence[StagedPage],
    placeholders: Placeholders,
    files: Collection[str],
    source_of: Callable[[StagedPage], str],
) -> dict[str, list[Proof]]:
    """Return the finished pages of each edition with their proofs, by its key and in the order of their paths.

    ``files`` are the paths of everything that is no page. The first edition is the corporate site's.
    """
    main = editions[0].key
    paths: dict[str, set[str]] = {edition.key: set() for edition in editions}
    for page in staged:
        paths[page.edition].add(page.path)
    corporate = {path for path in paths[main] if _is_one_of(path, site.corporate_only)}
    once = frozenset({*files, *corporate})
    root = "../" if site.addresses.style == "path" else f"{site.url}/"
    instead = {edition.key: _instead(site, staged, paths[edition.key]) for edition in editions}
    slots = {edition.key: content_slots(placeholders, staged, edition.key) for edition in editions}
    pages: dict[str, list[Proof]] = {edition.key: [] for edition in editions}
    for page in staged:
        is_replicated = page.path not in corporate
        if not is_replicated and page.edition != main:
            continue
        finish = Finish(page.path, once, instead[page.edition], slots[page.edition], root)
        is_listed = not page.recorded.context.get("protected") and page.path != "404.html"
        plate = _in_place(page)
        once_here = replace(finish, root="")(plate) if page.edition == main else None
        owners = finish(plate) if is_replicated or once_here is None else once_here
        finished = Page(page.path, source_of(page), owners, is_replicated, is_listed, once_here)
        pages[page.edition].append(Proof(finished, page))
    for listed in pages.values():
        listed.sort(key=lambda proof: path_order(proof.page.path))
    return pages


def fill_files(
    site: Site,
    edition: Edition,
    staged: Sequence[StagedPage],
    placeholders: Placeholders,
    files: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Fill what content says of the owner in feeds, which are the company's."""
    slots = content_slots(placeholders, staged, edition.key)
    record = {"distributor": house_account(site)}

    def filled(text: str) -> str:
        pieces = (slots[piece] if is_mark else piece for is_mark, piece in split_marks(text))
        return "".join(piece if isinstance(piece, str) else piece.render(record) for piece in pieces)

    return {path: filled(body.decode()).encode() for path, body in files.items()}


def content_slots(
    placeholders: Placeholders, staged: Sequence[StagedPage], edition: str
) -> Mapping[str, Slot | str]:
    """Return the slots of what one edition's content says of the owner, by the keys of their marks.

    What turns out to be the same for everybody is text.
    """
    page = next((page for page in staged if page.edition == edition), None)
    if page is None:
        return {}
    context = page.recorded.context
    static: dict[str, object] = {
        name: context[name] for name in ("site", "market", "language") if name in context
    }
    env = page.template.environment
    slots = {
        key: slot_of(env, expression, static, name=f"content ({edition})")
        for key, expression in placeholders.expressions.items()
    }
    return {key: slot.render({}) if slot.is_static else slot for key, slot in slots.items()}


def _instead(site: Site, staged: Sequence[StagedPage], known: Collection[str]) -> dict[str, str]:
    """Return where links to pages that this edition lacks lead: to the list of their kind, or home."""
    contents: Sequence[KindContent] = staged[0].recorded.shared["kinds"] if staged else ()
    tail = "/index.html" if site.addresses.page_urls == "folder" else ".html"
    lists = {content.save_as: f"{content.kind.folder}{tail}" for content in contents if content.save_as}
    return {
        path: index if index in known else "index.html" for path, index in lists.items() if path not in known
    }


def _is_one_of(path: str, patterns: Collection[str]) -> bool:
    return any(PurePosixPath(path).match(pattern) for pattern in patterns)


def _in_place(page: StagedPage) -> Plate:
    """Return a plate that renders where its page is, if it renders in full: contents lead from there."""
    plate = page.plate
    whole = None if plate.whole is None else _InPlace(page.recorded, plate.whole)
    if plate.widening is None:
        return Plate(plate.name, plate.parts, None, whole)
    return plate.refine(lambda text: [text], partial(_InPlace, page.recorded))


@dataclass(frozen=True, slots=True)
class _InPlace:
    """A page that is rendered in full: the links in its contents lead from this page."""

    does_not_travel: ClassVar[str] = "a page is rendered in full for every owner, of all that was read"
    recorded: Recorded
    slot: Slot

    @property
    def key(self) -> Hashable:
        return self.slot.key

    def render(self, record: Record) -> str:
        with self.recorded.in_place():
            return self.slot.render(record)
