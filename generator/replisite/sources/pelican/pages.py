"""From recorded pages to finished ones: the owner's values in content, links to what exists once.

Everything here is about one Pelican run that has ended; ``record.py`` makes that run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from jinja2 import Template

from replisite.errors import Fault
from replisite.model.house import house_account
from replisite.model.site import Edition, Site
from replisite.sources.pelican.finish import Finish
from replisite.sources.pelican.kinds import KindContent
from replisite.sources.pelican.placeholders import Placeholders, split_marks
from replisite.sources.pelican.writer import Recorded
from replisite.staging import Difference, Plate, Record, Slot, prove, slot_of

__all__ = ["Page", "Recording", "StagedPage", "fill_files", "finish_pages"]


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
class Page:
    """One page of one edition.

    ``path`` is its file, from the root of the site it is on; ``source`` the file that it is made of, from the
    site's root, or the template's name. ``is_replicated`` pages are on every owner's site, the others on the
    corporate site alone; ``is_listed`` pages stand in the sitemap.
    """

    path: str
    source: str
    plate: Plate
    is_replicated: bool
    is_listed: bool
    staged: StagedPage = field(repr=False)

    def prove(self, record: Record) -> Difference | None:
        """Compare pressing with Jinja's rendering for one record; raises what Jinja raises."""
        with self.staged.recorded.in_place() as static:
            return prove(self.staged.plate, self.staged.template, static, record)


@dataclass
class Recording:
    """Everything that one Pelican run gave.

    ``pages`` by edition key; ``names`` are the files and folders at the corporate site's root, as far as
    they are known when there are faults; ``files`` are feeds and the like, by path; ``static`` is the folder into which
    Pelican copied theme and content files.
    """

    pages: dict[str, list[Page]]
    files: dict[str, bytes]
    static: Path
    faults: list[Fault]
    warnings: list[str]
    names: set[str]

    @property
    def static_files(self) -> list[str]:
        """The paths of the copied files, sorted."""
        return sorted(
            path.relative_to(self.static).as_posix() for path in self.static.rglob("*") if path.is_file()
        )


def finish_pages(
    site: Site,
    editions: Sequence[Edition],
    staged: Sequence[StagedPage],
    placeholders: Placeholders,
    files: Collection[str],
    source_of: Callable[[StagedPage], str],
) -> dict[str, list[Page]]:
    """Return the finished pages of each edition, by its key and in the order of their paths.

    ``files`` are the paths of everything that is no page. The first edition is the corporate site's.
    """
    main = editions[0].key
    paths: dict[str, set[str]] = {edition.key: set() for edition in editions}
    for page in staged:
        paths[page.edition].add(page.path)
    corporate = {path for path in paths[main] if _is_one_of(path, site.corporate_only)}
    once = {*files, *corporate}
    root = "" if site.addresses.style == "path" else f"{site.url}/"
    instead = {edition.key: _instead(site, staged, paths[edition.key]) for edition in editions}
    slots = {edition.key: SlotMaker(placeholders, staged, edition.key) for edition in editions}
    pages: dict[str, list[Page]] = {edition.key: [] for edition in editions}
    for page in staged:
        is_replicated = page.path not in corporate
        if not is_replicated and page.edition != main:
            continue
        finish = Finish(page.path, once, instead[page.edition], slots[page.edition], root)
        is_listed = not page.recorded.context.get("protected") and page.path != "404.html"
        plate = finish(_in_place(page))
        pages[page.edition].append(Page(page.path, source_of(page), plate, is_replicated, is_listed, page))
    for listed in pages.values():
        listed.sort(key=lambda page: page.path.split("/"))
    return pages


def fill_files(
    site: Site,
    edition: Edition,
    staged: Sequence[StagedPage],
    placeholders: Placeholders,
    files: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Fill what content says of the owner in feeds, which are the company's."""
    slot_of_key = SlotMaker(placeholders, staged, edition.key)
    record = {"distributor": house_account(site)}

    def filled(text: str) -> str:
        pieces = split_marks(text)
        return "".join(slot_of_key(piece).render(record) if is_mark else piece for is_mark, piece in pieces)

    return {path: filled(body.decode()).encode() for path, body in files.items()}


class SlotMaker:
    """Makes the slots of one edition's placeholders, each expression once."""

    def __init__(self, placeholders: Placeholders, staged: Sequence[StagedPage], edition: str) -> None:
        self._placeholders = placeholders
        self._page = next((page for page in staged if page.edition == edition), None)
        self._edition = edition
        self._slots: dict[str, Slot] = {}

    def __call__(self, key: str) -> Slot:
        """Return the slot of the expression behind a mark."""
        if key not in self._slots:
            assert self._page is not None, "a mark stands on a page"
            context = self._page.recorded.context
            static: dict[str, object] = {
                name: context[name] for name in ("site", "market", "language") if name in context
            }
            expression = self._placeholders.expression(key)
            env = self._page.template.environment
            self._slots[key] = slot_of(env, expression, static, name=f"content ({self._edition})")
        return self._slots[key]


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
    if page.plate.widening is None:
        return page.plate
    return page.plate.refine(lambda text: [text], partial(_InPlace, page.recorded))


@dataclass(frozen=True, slots=True)
class _InPlace:
    """A page that is rendered in full: the links in its contents lead from this page."""

    recorded: Recorded
    slot: Slot

    @property
    def key(self) -> Hashable:
        return self.slot.key

    def render(self, record: Record) -> str:
        with self.recorded.in_place():
            return self.slot.render(record)
