"""From recorded pages to finished ones: the owner's values in content, links to what exists once.

Everything here is about one Pelican run that has ended; ``run.py`` makes that run. A page is staged and
finished when it is first asked for: a build asks for all, a preview for what is on the screen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from html import escape
from pathlib import Path, PurePosixPath
from typing import ClassVar

from jinja2 import Template

from replisite.content.kinds import KindContent
from replisite.content.marks import split_json_marks, split_marks
from replisite.errors import Fault
from replisite.model.company import house_account
from replisite.model.manifest import path_order
from replisite.model.site import Site
from replisite.model.view import EditionView
from replisite.pages import Composition, Page
from replisite.pages.finish import ContentSlots, Finish, slot_behind
from replisite.pages.shared_files import SharedFiles
from replisite.pages.site_files import MADE_FILES, SiteFiles
from replisite.pelican.final_check import LastLook
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.writer import NamedTemplate, Recorded
from replisite.staging import Difference, Origin, Plate, Record, Slot, Writer, prove, slot_of, stage

__all__ = ["Proof", "Recording", "StagedPage", "StagedSite"]

_HOLDS_HTML = re.compile(r"""<(?:description|content:encoded|[\w:]+\s[^>]*\btype=["']html["'][^>]*)>""")
"""Tags of feeds whose content is HTML, escaped once more."""


class StagedPage:
    """A recorded page with the template that stages it. ``load`` gives the staged form of a template."""

    def __init__(self, recorded: Recorded, load: Callable[[Template | NamedTemplate], Template]) -> None:
        self.recorded = recorded
        self._load = load

    @cached_property
    def template(self) -> Template:
        """The template that stages the page; raises TemplateSyntaxError."""
        return self._load(self.recorded.template)

    @cached_property
    def plate(self) -> Plate:
        """The page as the staging core gives it; raises TemplateSyntaxError."""
        with self.recorded.in_place() as static:
            return stage(self.template, static)

    @property
    def path(self) -> str:
        """The page's file, from the root of the site it is on."""
        return self.recorded.path

    @property
    def key(self) -> str:
        """The key of the showing that has the page."""
        return self.recorded.catalog.key


@dataclass(frozen=True, eq=False)
class Proof:
    """A finished page, and how it is compared with Jinja's rendering."""

    page: Page
    staged: StagedPage
    plate: Plate
    look: LastLook

    @cached_property
    def leftovers(self) -> list[Fault]:
        """What of the plate's text must never reach a visitor."""
        return self.look.at_plate(self.plate, self.staged.recorded, self.page.source)

    def leftovers_for(self, record: Record) -> list[Fault]:
        """Return what must not reach a visitor of one owner's page; raises what Jinja raises."""
        with self.staged.recorded.in_place():
            return self.look.at_page(self.plate, record, self.staged.recorded, self.page.source)

    def run(self, record: Record) -> Difference | None:
        """Compare for one record; raises what Jinja raises."""
        with self.staged.recorded.in_place() as static:
            return prove(self.plate, self.staged.template, static, record)


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


class StagedSite:
    """The pages that one Pelican run recorded, by the key of the showing that has them, and by their paths.

    ``once`` are the paths of what exists once, on the corporate site: any file of the content that ``may_publish`` allows
    may be, as soon as a page asks for it; ``candidates`` are the files of the content that are not read. ``files`` are
    feeds, as Pelican wrote them; ``static`` the paths of files that are copied. The first showing is the corporate site's.
    """

    def __init__(
        self,
        site: Site,
        showings: Sequence[EditionView],
        staged: Sequence[StagedPage],
        placeholders: Placeholders,
        files: Mapping[str, bytes],
        static: Collection[str],
        source_of: Callable[[StagedPage], str],
        may_publish: Callable[[str], bool],
        candidates: Collection[str] = (),
    ) -> None:
        self._site = site
        self._placeholders = placeholders
        self._look = LastLook(site, placeholders, staged[0].recorded.shared if staged else {})
        self.files = files
        self._source_of = source_of
        self._first = staged[0] if staged else None
        self.main = showings[0].key
        pages: dict[str, dict[str, StagedPage]] = {edition_view.key: {} for edition_view in showings}
        for page in staged:
            pages[page.key][page.path] = page
        self._paths = {key: frozenset(listed) for key, listed in pages.items()}
        self._corporate = {path for path in pages[self.main] if _is_one_of(path, site.corporate_only)}
        taken = {path for listed in self._paths.values() for path in listed} - self._corporate
        made = MADE_FILES if site.mode.has_sitemap else frozenset()
        self.once = SharedFiles(
            {*files, *static, *made}, lambda path: path not in taken and may_publish(path), candidates
        )
        self.pages: Mapping[str, Mapping[str, StagedPage]] = {
            key: {
                path: listed[path]
                for path in sorted(listed, key=path_order)
                if key == self.main or path not in self._corporate
            }
            for key, listed in pages.items()
        }
        self._proofs: dict[tuple[str, str], Proof] = {}
        self._slots: dict[str, Mapping[str, Slot | str]] = {}
        self._others: dict[str, Mapping[str, str]] = {}
        self._site_files: dict[str, SiteFiles] = {}

    def proof(self, key: str, path: str) -> Proof:
        """Return a finished page; raises KeyError if this showing has none, and TemplateSyntaxError."""
        if (key, path) not in self._proofs:
            self._proofs[key, path] = self._finished(self.pages[key][path])
        return self._proofs[key, path]

    def _finished(self, page: StagedPage) -> Proof:
        is_replicated = page.path not in self._corporate
        finish = Finish(page.path, self.site_files(page.key), self._content_slots(page.key), is_owner=True)
        plate = _in_place(page)
        corporate = replace(finish, is_owner=False)(plate) if page.key == self.main else None
        owners = finish(plate) if is_replicated or corporate is None else corporate
        finished = Page(page.path, self._source_of(page), owners, is_replicated, _is_listed(page), corporate)
        return Proof(finished, page, page.plate, self._look)

    def site_files(self, key: str) -> SiteFiles:
        """Return what there is on the sites of a showing, and on the corporate site."""
        if key not in self._site_files:
            own = (path for path in self.pages[key] if path not in self._corporate)
            company = self.pages[self.main]
            self._site_files[key] = SiteFiles.of(self._site, own, company, self.once, self._instead(key))
        return self._site_files[key]

    def listed(self) -> list[str]:
        """Return the paths of the corporate site's pages that stand in its sitemap."""
        return [path for path, page in self.pages[self.main].items() if _is_listed(page)]

    def filled_files(self) -> dict[str, bytes]:
        """Return the feeds, which are the company's, with what content says of the owner."""
        slots = self._content_slots(self.main)
        record = {"distributor": house_account(self._site)}

        def value(key: str) -> str:
            slot = slot_behind(key, slots)
            return slot if isinstance(slot, str) else slot.render(record)

        def filled(text: str) -> str:
            written: list[str] = []
            tag = ""
            for is_mark, piece in split_marks(text):
                found = value(piece) if is_mark else piece
                written.append(escape(found) if is_mark and _HOLDS_HTML.match(tag) else found)
                if not is_mark and "<" in piece:
                    tag = piece[piece.rindex("<") :]
            pieces = split_json_marks("".join(written))
            return "".join(json.dumps(value(piece))[1:-1] if is_mark else piece for is_mark, piece in pieces)

        return {path: filled(body.decode()).encode() for path, body in self.files.items()}

    def leftovers(self, files: Mapping[str, bytes]) -> list[Fault]:
        """Return what of these files must never reach a visitor."""
        return [fault for path, body in sorted(files.items()) for fault in self._look.at_file(path, body)]

    def _content_slots(self, key: str) -> Mapping[str, Slot | str]:
        """Return the slots of what a showing's content says of the owner, by the keys of their marks."""
        if key not in self._slots:
            self._slots[key] = _content_slots(
                next(iter(self.pages[key].values())), self._placeholders.expressions
            )
        return self._slots[key]

    def _instead(self, key: str) -> Mapping[str, str]:
        """Return where links to pages that a showing lacks lead: to the list of their kind, or home."""
        if key not in self._others:
            known = self._paths[key]
            contents: Sequence[KindContent] = self._first.recorded.shared["kinds"] if self._first else ()
            tail = "/index.html" if self._site.addresses.page_urls == "folder" else ".html"
            lists = {
                content.save_as: f"{content.kind.folder}{tail}" for content in contents if content.save_as
            }
            self._others[key] = {
                path: index if index in known else "index.html"
                for path, index in lists.items()
                if path not in known
            }
        return self._others[key]


def _content_slots(page: StagedPage, expressions: Mapping[str, str]) -> ContentSlots:
    names = ("site", "market", "language")
    context = page.recorded.context
    static: dict[str, object] = {name: context[name] for name in names if name in context}
    name = f"content ({page.key})"

    def made(expression: str) -> Slot | str:
        slot = slot_of(page.template.environment, expression, static, name=name)
        return slot.render({}) if slot.is_static else slot

    return ContentSlots(expressions, made)


def _is_listed(page: StagedPage) -> bool:
    return not page.recorded.context.get("protected") and page.path != "404.html"


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
    is_silent: ClassVar[bool] = False

    @property
    def key(self) -> Hashable:
        return self.slot.key

    @property
    def origin(self) -> Origin | None:
        return self.slot.origin

    def render(self, record: Record) -> str:
        with self.recorded.in_place():
            return self.slot.render(record)

    def write(self, writer: Writer) -> str:
        return writer.rendered(self)
