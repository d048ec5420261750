"""Read the content and stage every page, or reuse the pages of the last build."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from replisite.errors import Fault
from replisite.model.site import Edition, Site
from replisite.pages import Composition
from replisite.rendering.cache import NewPages, PageCache, PlatesFile
from replisite.rendering.inputs import pickled_recording, reads_of
from replisite.rendering.shards import PressSet
from replisite.reporting import Notice, NoticeKind, Reporter
from replisite.system.limits import name_disk
from replisite.system.open_files import opened_files

if TYPE_CHECKING:
    from replisite.pelican import Proof, Recording

__all__ = ["ComposeResult", "ComposedSite", "FaultyContent", "RenderingOrders", "compose_site"]


@dataclass(frozen=True, slots=True)
class RenderingOrders:
    """The pages that are to be made. ``fresh``: read the content even if the pages of the last build still hold."""

    site: Site
    editions: tuple[Edition, ...]
    now: datetime.datetime
    drafts: bool
    future: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class ComposeResult:
    """Staging in short, as plain data.

    ``names`` are the files and folders at the corporate site's root: no alias may be one of them. ``widened`` says which
    pages could not be cut and why. ``is_reused``: the pages of the last build still hold; ``not_cached`` says why the next
    build cannot reuse these. ``by_folder`` and ``unasked`` are as in `Composition`.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    pages: int
    names: tuple[str, ...]
    widened: tuple[str, ...]
    is_reused: bool
    not_cached: str = ""
    by_folder: Mapping[str, str] = field(default_factory=dict)
    unasked: tuple[Sequence[str], int] = ((), 0)


@dataclass(frozen=True, slots=True)
class FaultyContent:
    """Content with faults: there are no pages."""

    faults: tuple[Fault, ...]
    composition: Composition

    @property
    def summary(self) -> ComposeResult:
        """The result as plain data."""
        names = tuple(sorted(self.composition.names))
        return ComposeResult(self.faults, tuple(self.composition.warnings), 0, names, (), is_reused=False)


@dataclass(frozen=True, slots=True)
class ComposedSite:
    """The staged pages of a site, with all that proving and pressing them takes.

    ``main`` is the corporate site's edition. ``proofs`` are those of each edition's pages, in the order of the pages; there
    are none for pages of the last build, which proved them. ``static`` is the folder of theme and content files.
    """

    site: Site
    main: str
    composition: Composition
    press_set: PressSet
    plates: PlatesFile
    proofs: Mapping[str, Sequence[Proof]]
    cache: PageCache
    is_reused: bool
    not_cached: str = ""

    @property
    def static(self) -> Path:
        """The folder of theme and content files."""
        return self.cache.static

    @property
    def summary(self) -> ComposeResult:
        """The result as plain data."""
        composition = self.composition
        listed = [page for pages in composition.pages.values() for page in pages]
        widened = {str(page.plate.widening) for page in listed if page.plate.widening}
        return ComposeResult(
            (),
            tuple(composition.warnings),
            len(listed),
            tuple(sorted(composition.names)),
            tuple(sorted(widened)),
            self.is_reused,
            self.not_cached,
            composition.by_folder,
            composition.unasked,
        )


def compose_site(orders: RenderingOrders, reporter: Reporter) -> ComposedSite | FaultyContent:
    """Return the staged pages of a site; ``reporter`` gets the pages staged so far."""
    options = (orders.drafts, orders.future, [edition.key for edition in orders.editions])
    cache = PageCache(orders.site, options, orders.now)
    cached = None if orders.fresh else cache.find()
    if cached is None:
        return _record(orders, cache, reporter)
    press_set = PressSet(cached.composition)
    main = orders.editions[0].key
    return ComposedSite(
        orders.site, main, cached.composition, press_set, cached.plates, {}, cache, is_reused=True
    )


def _record(orders: RenderingOrders, cache: PageCache, reporter: Reporter) -> ComposedSite | FaultyContent:
    """Run Pelican, stage every page, and cache the pages if all plates can be pickled."""
    with cache.new_pages() as new, _named_disk(new.folder):
        recording, opened = _run_pelican(orders, new, reporter)
        if recording.faults:
            return FaultyContent(tuple(recording.faults), recording.composition)
        recording, packed, not_cached = pickled_recording(recording)
        if not cache.is_allowed:
            not_cached = "the site has plugins, which may read anything"
        reads = reads_of(orders.site, recording.folders, opened, cache)
        if orders.site.mode.publishes_by_reference:
            reads = replace(reads, published=recording.composition.sources)
        plates = new.put(recording.composition, packed, reads)
    return ComposedSite(
        orders.site,
        orders.editions[0].key,
        recording.composition,
        PressSet(recording.composition),
        plates,
        recording.proofs,
        cache,
        is_reused=False,
        not_cached=not_cached,
    )


def _run_pelican(orders: RenderingOrders, new: NewPages, reporter: Reporter) -> tuple[Recording, set[str]]:
    """Return what Pelican recorded, and the files that it opened for that."""
    from replisite.pelican import record_site  # Pelican changes the process that imports it: only this one

    with opened_files() as opened:
        recording = record_site(
            orders.site,
            orders.editions,
            new.static,
            now=orders.now,
            drafts=orders.drafts,
            future=orders.future,
            heard=reporter.advance,
            noted=lambda text: reporter.warn(Notice(NoticeKind.SLOW, text)),
        )
    return recording, opened


@contextmanager
def _named_disk(folder: Path) -> Iterator[None]:
    """Have an error that is a full disk's name the disk of a folder."""
    try:
        yield
    except BaseException as error:
        name_disk(error, folder)
        raise
