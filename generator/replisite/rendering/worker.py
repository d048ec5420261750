"""What happens in the process that makes pages: Pelican runs, pages are staged, proved and pressed.

Pelican changes the process that imports it, so it runs here, if it must run at all: the pages of the last build
are kept (``cache.py``). The presses of several cores are forked from here, where the plates are; ``shards.py`` is
their work. ``process.py`` is the other side of the pipe.
"""

from __future__ import annotations

import datetime
import gc
import multiprocessing
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from replisite.errors import Fault, InputError, ProofError, ReplisiteError
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.site import Edition, Site
from replisite.model.sitemap import robots, sitemap
from replisite.output import DirectorySink
from replisite.pages import Composition, Page
from replisite.pages.explanation import PageExplanation, told_pages
from replisite.pages.shared_files import SharedFiles
from replisite.pages.site_files import MADE_FILES, SiteFiles
from replisite.people import Shard
from replisite.rendering.cache import PageCache
from replisite.rendering.company_links import LISTED, LinkCounts, count_corporate, count_shard
from replisite.rendering.inputs import reads_of, travelled
from replisite.rendering.links import Audit, audit, audit_sheets, template_fault
from replisite.rendering.shards import (
    PRESS_SETS,
    PROVING,
    Pressed,
    PressSet,
    Work,
    press_pages,
    press_shard,
    site_seconds,
)
from replisite.rendering.shared_photos import photo_works, put_photos
from replisite.staging import Press
from replisite.system.limits import name_disk
from replisite.system.open_files import opened_files
from replisite.system.processes import Hearing, end_with_parent
from replisite.system.processor_time import TooSlow, limited_processor_time

if TYPE_CHECKING:
    from replisite.pelican import Proof

__all__ = ["Composed", "Pressed", "Proved", "RenderingOrders", "RenderingWorker", "press_all"]


Done = TypeVar("Done")
Part = TypeVar("Part")

PROVED_PAGES = 10
"""How many pages are proved in one go."""


SHOWN_LINKS = 20
"""How many doubtful links a report spells out."""

PARTIAL_SAMPLE = 12
"""A sample of fewer owners has all of them."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What staging gave, in short.

    ``names`` are the files and folders at the corporate site's root: no alias may be one of them. ``widened``
    says which pages could not be cut and why. ``is_kept``: the pages of the last build still hold;
    ``unkept`` says why the next build cannot have these. ``by_folder`` and ``unasked`` are as in `Composition`.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    pages: int
    names: tuple[str, ...]
    widened: tuple[str, ...]
    is_kept: bool
    unkept: str = ""
    by_folder: Mapping[str, str] = field(default_factory=dict)
    unasked: tuple[Sequence[str], int] = ((), 0)


@dataclass(frozen=True, slots=True)
class Proved:
    """How many pages were compared with Jinja's rendering, what differed, and which links are broken.

    ``warnings`` are links that may be broken, and addresses that were followed for a sample only. ``is_given_up``: a page
    took too long, and the pages after it may, too.
    """

    pages: int
    differences: tuple[str, ...]
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...] = ()
    is_given_up: bool = False

    def check(self) -> None:
        """Raise what was found: InputError for faults, ProofError for differences."""
        if self.faults:
            raise InputError(self.faults)
        if self.differences:
            raise ProofError("\n".join(self.differences))


@dataclass(frozen=True, slots=True)
class RenderingOrders:
    """What the press room needs to know from the start."""

    site: Site
    editions: tuple[Edition, ...]
    now: datetime.datetime
    drafts: bool
    future: bool
    fresh: bool
    """Read the content even if the pages of the last build still hold."""


class RenderingWorker:
    """What the press room's process holds; ``heard`` tells the other side how far it is."""

    def __init__(self, orders: RenderingOrders, heard: Hearing) -> None:
        self.orders = orders
        self.site = orders.site
        self.heard = heard
        self.main = orders.editions[0].key
        self.withheld: frozenset[str] = frozenset()

    def compose(self) -> Composed:
        orders = self.orders
        wish = (orders.drafts, orders.future, [edition.key for edition in orders.editions])
        self.kept = PageCache(self.site, wish, orders.now)
        self.proofs: Mapping[str, Sequence[Proof]] = {}
        self.unkept = ""
        composition = None if orders.fresh else self.kept.find()
        is_kept = composition is not None
        if composition is None:
            composition, faults = self._record()
            if faults:
                return Composed(
                    faults, tuple(composition.warnings), 0, tuple(sorted(composition.names)), (), False
                )
        self.composition = composition
        self.press_set = PressSet(composition)
        PRESS_SETS[self.kept.plates] = self.press_set  # forked presses have it
        listed = [page for pages in composition.pages.values() for page in pages]
        widened = {str(page.plate.widening) for page in listed if page.plate.widening}
        gc.collect()
        gc.freeze()  # what is there now is shared with the forked presses, not copied
        names = tuple(sorted(composition.names))
        return Composed(
            (),
            tuple(composition.warnings),
            len(listed),
            names,
            tuple(sorted(widened)),
            is_kept,
            self.unkept,
            composition.by_folder,
            composition.unasked,
        )

    def withhold(self, paths: Sequence[str]) -> None:
        """Do not publish some of the files that exist once."""
        self.withheld = frozenset(paths)

    def _record(self) -> tuple[Composition, tuple[Fault, ...]]:
        """Run Pelican; where all plates can travel, go on with what came back from a journey, and keep it."""
        try:
            return self._recorded()
        except BaseException as error:
            name_disk(error, self.kept.new)
            self.kept.abandon()  # it may be what fills the disk
            raise

    def _recorded(self) -> tuple[Composition, tuple[Fault, ...]]:
        from replisite.pelican import record_site  # Pelican is imported here and nowhere else

        orders = self.orders
        static = self.kept.begin()
        with opened_files() as opened:
            recording = record_site(
                orders.site,
                orders.editions,
                static,
                now=orders.now,
                drafts=orders.drafts,
                future=orders.future,
                heard=lambda pages: self.heard(pages, 0),
                noted=lambda note: self.heard(0, 0, note),
            )
        if recording.faults:
            self.kept.abandon()
            return recording.composition, tuple(recording.faults)
        recording, packed, self.unkept = travelled(recording)
        if not self.kept.is_allowed:
            self.unkept = "the site has plugins, which may read anything"
        self.proofs = recording.proofs
        reads = reads_of(self.site, recording.folders, opened, self.kept)
        if self.site.mode.publishes_by_reference:
            reads = replace(reads, published=recording.composition.sources)
        self.kept.finish(recording.composition, packed, reads)
        return recording.composition, ()

    def explain(self) -> tuple[PageExplanation, ...]:
        """Tell how each page was staged."""
        return tuple(told_pages(self.composition))

    def prove(self, sample: Sequence[Distributor], jobs: int) -> Proved:
        """Prove every page with the house account and owners of its edition, and follow every link.

        ``jobs`` processes share the pages among them.
        """
        house = house_account(self.site)
        listed = [(edition, place) for edition, proofs in self.proofs.items() for place in range(len(proofs))]
        runs = [listed[start : start + PROVED_PAGES] for start in range(0, len(listed), PROVED_PAGES)]
        global _ROOM  # noqa: PLW0603 - what a fork inherits
        _ROOM = self
        found: list[Proved] = []
        with closing(_on_cores(partial(_prove_pages, sample=sample, house=house), runs, jobs)) as proving:
            for number, proved in enumerate(proving, 1):
                self.heard(min(number * PROVED_PAGES, len(listed)), len(listed))
                found.append(proved)
                if proved.is_given_up:
                    break
        faults = [fault for proved in found for fault in proved.faults]
        warnings: list[str] = []
        if not faults:
            audited = [*self._audit(house, sample), self._audit_sheets()]
            faults += [fault for found in audited for fault in found.faults]
            warnings = _warnings(audited, len(sample))
        differences = tuple(sorted(told for proved in found for told in proved.differences))
        if faults or differences:
            self.kept.forget()
        pages = sum(proved.pages for proved in found)
        return Proved(pages, differences, tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(warnings)))

    def prove_pages(
        self, pages: Iterable[tuple[str, int]], sample: Sequence[Distributor], house: Distributor | None
    ) -> Proved:
        """Prove some pages, given by edition and place."""
        differences: list[str] = []
        faults: list[Fault] = []
        proofs = 0
        for edition, place in pages:
            proof = self.proofs[edition][place]
            page = proof.page
            owners = [owner for owner in sample if page.is_replicated and owner.edition == edition]
            corporate = [house] if house is not None and edition == self.main else []
            for owner in [*corporate, *owners]:
                try:
                    with limited_processor_time(self.site.page_seconds):
                        difference = proof.run({"distributor": owner})
                        faults += proof.leftovers_for({"distributor": owner})
                except TooSlow as error:  # each other page may take as long
                    return Proved(
                        proofs,
                        tuple(differences),
                        (*faults, template_fault(error, self.site, _rendered(page, owner))),
                        is_given_up=True,
                    )
                except Exception as error:  # noqa: BLE001 - whatever a template raises is a fault of it
                    faults.append(template_fault(error, self.site, page.source))
                    break
                proofs += 1
                if difference is not None:
                    differences.append(f"{_rendered(page, owner)}: {difference}")
        return Proved(proofs, tuple(differences), tuple(faults))

    def _audit(self, house: Distributor, sample: Sequence[Distributor]) -> list[Audit]:
        """Follow the links of the sample's sites of each edition, and of the corporate site."""
        composition = self.composition
        company = [page.path for page in composition.pages[self.main]]
        shared = self._shared_files()
        found: list[Audit] = []
        for edition, pages in composition.pages.items():
            owners = [owner for owner in sample if owner.edition == edition]
            own = (page.path for page in pages if page.is_replicated)
            files = SiteFiles.of(self.site, own, company, shared)
            found.append(audit(pages, owners, [house] if edition == self.main else [], files, self.site))
        return found

    def _audit_sheets(self) -> Audit:
        """Follow the addresses of the style sheets that all sites share."""
        company = [page.path for page in self.composition.pages[self.main]]
        files = SiteFiles.of(self.site, (), company, self._shared_files())
        return audit_sheets(self._style_sheets(), files, self.site)

    def _shared_files(self) -> SharedFiles:
        composition = self.composition
        return SharedFiles({*composition.files, *composition.static, *self._made()} - self.withheld)

    def _style_sheets(self) -> Iterator[tuple[str, str, bytes]]:
        """Stream the shared style sheets: published path, the source's name, and bytes."""
        sheets = self.composition.style_sheets
        for path, name in sheets.items():
            if path not in self.withheld:
                yield path, name, (self.kept.static / path).read_bytes()
        for path, body in self.composition.files.items():
            if path.endswith(".css") and path not in sheets:
                yield path, path, body

    def _made(self) -> frozenset[str]:
        return MADE_FILES if self.site.mode.has_sitemap else frozenset()

    def _prove_owner(self, owner: Distributor) -> int:
        """Prove every page of one owner's site; return how many. Raises InputError and ProofError."""
        edition = owner.edition
        proved = self.prove_pages(
            ((edition, place) for place in range(len(self.proofs[edition]))), [owner], None
        )
        proved.check()
        return proved.pages

    def press(
        self,
        database: Path,
        shards: Sequence[Shard],
        only: Sequence[str] | None,
        output: Path | None,
        jobs: int,
        prove_all: bool,
    ) -> list[Pressed]:
        PROVING[self.kept.plates] = self._prove_owner if prove_all else None
        done = [self._press_corporate(output)] if output is not None else []
        self.heard(0, sum(part.pages for part in done))
        work = [
            Work(self.site, self.kept.plates, database, shard, only, output, number)
            for number, shard in enumerate(shards)
        ]
        for pressed in _on_cores(press_shard, work, jobs):
            done.append(pressed)
            self.heard(pressed.sites, pressed.pages)
        if output is not None:
            done += self._put_photos(database, only, output, jobs)
        return done

    def _put_photos(
        self, database: Path, only: Sequence[str] | None, output: Path, jobs: int
    ) -> list[Pressed]:
        """Put the photos of the owners that are pressed beside their sites."""
        work = photo_works(self.site, database, only, output)
        return list(_on_cores(put_photos, work, jobs))

    def count_links(self, database: Path, shards: Sequence[Shard], jobs: int) -> LinkCounts:
        """Press every site in memory and count its company links, and those that carry its owner."""
        pages, bodies = self._corporate_pages()
        files = self.composition.files
        counts = count_corporate(self.site, house_account(self.site), pages, bodies, files)
        self.heard(0, counts.pages)
        listed: list[
            tuple[int, LinkCounts]
        ] = []  # the few shards that have lost links, in the roster's order
        work = [
            Work(self.site, self.kept.plates, database, shard, None, None, number)
            for number, shard in enumerate(shards)
        ]
        for number, found in _on_cores(count_shard, work, jobs):
            counts += replace(found, lost=())
            if found.lost:
                listed = _first_lost([*listed, (number, found)])
            self.heard(found.sites, found.pages)
        return replace(counts, lost=sum((found.lost for _, found in listed), counts.lost)[:LISTED])

    def _corporate_pages(self) -> tuple[Sequence[Page], list[bytes]]:
        pages = self.composition.pages[self.main]
        press = Press([page.corporate or page.plate for page in pages])
        with limited_processor_time(site_seconds(self.site, len(pages))):
            bodies = press_pages(press, [page.path for page in pages], self.site, house_account(self.site))
        return pages, bodies

    def _press_corporate(self, output: Path) -> Pressed:
        sink = DirectorySink(output)
        composition = self.composition
        pages, bodies = self._corporate_pages()
        entries = [sink.write(page.path, body) for page, body in zip(pages, bodies, strict=True)]
        files = dict(composition.files)
        names = set(composition.static) - self.withheld
        if self.site.mode.has_sitemap:
            listed = [page.path for page in pages if page.is_listed]
            files.setdefault("sitemap.xml", sitemap(self.site.url, listed))
            files.setdefault("robots.txt", robots(self.site.url))
        entries += [sink.write(path, body) for path, body in sorted(files.items()) if path not in names]
        entries += [sink.adopt(path, self.kept.static / path) for path in sorted(names)]
        size = sum(entry.size for entry in entries)
        return Pressed(0, len(pages), len(entries), size, None, tuple(entries))


def _warnings(audited: Sequence[Audit], owners: int) -> list[str]:
    """Return what is worth a warning of the links that were followed for a sample of owners."""
    broken = [warning for found in audited for warning in found.warnings]
    shown = broken[:SHOWN_LINKS]
    if len(broken) > len(shown):
        shown.append(f"{len(broken) - len(shown)} more links lead to no file of this site")
    sampled = list(dict.fromkeys(told for found in audited for told in found.sampled))
    if sampled and owners >= PARTIAL_SAMPLE:
        shown.append(
            f"{len(sampled)} addresses that an owner's values are part of, such as {sampled[0]}, "
            f"were followed for {owners} owners only"
        )
    return shown


def press_all(executor: Executor, work: Sequence[Work]) -> Iterator[Pressed]:
    """Press all shards, in the order in which they are done; raises what a shard raises."""
    return _each_done(executor, press_shard, work)


def _on_cores(task: Callable[[Part], Done], work: Sequence[Part], jobs: int) -> Generator[Done, None, None]:
    """Do a task for all parts of a work in ``jobs`` processes that are forked from this one, or here if one is enough."""
    if jobs == 1 or len(work) < 2:
        yield from map(task, work)  # in the main thread, where limits of time hold
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=end_with_parent) as executor:
        yield from _each_done(executor, task, work)


def _each_done(executor: Executor, task: Callable[[Part], Done], work: Sequence[Part]) -> Iterator[Done]:
    """Do a task for all parts, and give what it gives in the order in which they are done; the first error ends it."""
    waiting = {executor.submit(task, part) for part in work}
    try:
        for future in as_completed(waiting):
            waiting.discard(future)  # what it gave is not held until the last is done
            yield future.result()
    except BaseException as error:
        executor.shutdown(wait=False, cancel_futures=True)  # what waits may have the same fault
        if not isinstance(error, BrokenExecutor):
            raise
        told = "a process that presses pages was ended from outside; is there enough memory? Try --jobs 1"
        raise ReplisiteError(told) from error


def _first_lost(listed: Iterable[tuple[int, LinkCounts]]) -> list[tuple[int, LinkCounts]]:
    """Return the first shards, by their numbers, that fill the list of lost links."""
    kept: list[tuple[int, LinkCounts]] = []
    length = 0
    for number, found in sorted(listed, key=itemgetter(0)):
        if length < LISTED:
            kept.append((number, found))
            length += len(found.lost)
    return kept


_ROOM: RenderingWorker | None = None
"""The press room in a forked process: what it recorded is there already."""


def _rendered(page: Page, owner: Distributor) -> str:
    return f"{page.source} for {owner.alias or 'the corporate site'}"


def _prove_pages(
    pages: Sequence[tuple[str, int]], sample: Sequence[Distributor], house: Distributor | None
) -> Proved:
    assert _ROOM is not None
    return _ROOM.prove_pages(pages, sample, house)
