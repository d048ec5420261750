"""The recorded pages of a run, each staged and finished when it is requested, with links to files that exist once.

A build requests all pages, a preview those on the screen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import PurePosixPath

from replisite.content.marks import split_json_marks, split_marks
from replisite.errors import Fault
from replisite.model.company import house_account
from replisite.model.manifest import path_order
from replisite.model.site import Site
from replisite.model.view import EditionView
from replisite.pages import Page
from replisite.pages.corporate import made_names
from replisite.pages.finish import Finish, slot_behind
from replisite.pages.shared_files import SharedFiles
from replisite.pages.site_files import SiteFiles
from replisite.pelican.content_class import KindContent
from replisite.pelican.final_check import FinalCheck
from replisite.pelican.placeholders import Placeholders
from replisite.pelican.staged_page import Proof, StagedPage, content_slots, plate_in_place
from replisite.staging import Slot

__all__ = ["StagedSite"]

_HOLDS_HTML = re.compile(r"""<(?:description|content:encoded|[\w:]+\s[^>]*\btype=["']html["'][^>]*)>""")
"""Tags of feeds whose content is HTML, escaped once more."""


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
        self._check = FinalCheck(site, placeholders, staged[0].recorded.shared if staged else {})
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
        self.once = SharedFiles(
            {*files, *static, *made_names(site)},
            lambda path: path not in taken and may_publish(path),
            candidates,
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
        plate = plate_in_place(page)
        corporate = replace(finish, is_owner=False)(plate) if page.key == self.main else None
        owners = finish(plate) if is_replicated or corporate is None else corporate
        finished = Page(page.path, self._source_of(page), owners, is_replicated, _is_listed(page), corporate)
        return Proof(finished, page, page.plate, self._check)

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
                shown = value(piece) if is_mark else piece
                written.append(escape(shown) if is_mark and _HOLDS_HTML.match(tag) else shown)
                if not is_mark and "<" in piece:
                    tag = piece[piece.rindex("<") :]
            pieces = split_json_marks("".join(written))
            return "".join(json.dumps(value(piece))[1:-1] if is_mark else piece for is_mark, piece in pieces)

        return {path: filled(body.decode()).encode() for path, body in self.files.items()}

    def leftovers(self, files: Mapping[str, bytes]) -> list[Fault]:
        """Return what of these files must never reach a visitor."""
        return [
            fault for path, body in sorted(files.items()) for fault in self._check.file_faults(path, body)
        ]

    def _content_slots(self, key: str) -> Mapping[str, Slot | str]:
        """Return the slots of what a showing's content says of the owner, by the keys of their marks."""
        if key not in self._slots:
            self._slots[key] = content_slots(
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


def _is_listed(page: StagedPage) -> bool:
    return not page.recorded.context.get("protected") and page.path != "404.html"


def _is_one_of(path: str, patterns: Collection[str]) -> bool:
    return any(PurePosixPath(path).match(pattern) for pattern in patterns)
