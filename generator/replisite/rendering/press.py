"""Press the sites of a build: the corporate site here, those of owners in several processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.site import Site
from replisite.output import DirectorySink
from replisite.pages import Page
from replisite.pages.corporate import corporate_files, corporate_plate
from replisite.people import Shard
from replisite.rendering.company_links import LISTED, LinkCounts, count_corporate, count_shard
from replisite.rendering.compose import ComposedSite
from replisite.rendering.executors import on_cores
from replisite.rendering.prove import owner_proof
from replisite.rendering.shards import PressResult, PressSet, Work, press_pages, press_with, site_seconds
from replisite.rendering.shared_photos import SharedPhotos
from replisite.reporting import Reporter
from replisite.staging import Press
from replisite.system.processor_time import limited_processor_time

__all__ = ["PressOrders", "count_site_links", "press_sites"]


@dataclass(frozen=True, slots=True)
class PressOrders:
    """The sites that are to be pressed: those of ``shards`` in the people ``database``, or only those with some aliases.

    ``output`` is the folder that gets them, or None for pages that are thrown away. ``jobs`` processes share the work. With
    ``prove_all`` each page is compared with Jinja's rendering.
    """

    database: Path
    shards: Sequence[Shard]
    only: Sequence[str] | None
    output: Path | None
    jobs: int
    prove_all: bool


@dataclass(frozen=True, slots=True)
class _ShardPress:
    """All that the processes of one build share."""

    press_set: PressSet
    prove: Callable[[Distributor], int] | None

    def press(self, work: Work) -> PressResult:
        """Press one shard."""
        return press_with(self.press_set, work, self.prove)


@dataclass(slots=True)
class _SiteProgress:
    """Reports how many sites of ``total`` are pressed, and how many pages they have."""

    reporter: Reporter
    total: int
    sites: int = 0
    pages: int = 0

    def add(self, sites: int, pages: int) -> None:
        self.sites += sites
        self.pages += pages
        self.reporter.advance(self.sites, self.total, pages=self.pages)


def _site_count(shards: Sequence[Shard], only: Sequence[str] | None) -> int:
    """Return how many sites are pressed: the listed ones, or all of the shards."""
    return len(only) if only is not None else sum(shard.count for shard in shards)


def press_sites(
    composed: ComposedSite,
    unpublished: frozenset[str],
    orders: PressOrders,
    reporter: Reporter,
) -> list[PressResult]:
    """Press the corporate site, the owners' sites and their photos; the progress is in sites, and counts pages.

    ``unpublished`` are files that exist once and are not published.
    """
    output = orders.output
    done = [_press_corporate(composed, unpublished, output)] if output is not None else []
    progress = _SiteProgress(reporter, _site_count(orders.shards, orders.only))
    progress.add(0, sum(part.pages for part in done))
    press = _ShardPress(composed.press_set, owner_proof(composed) if orders.prove_all else None)
    for result in on_cores(_ShardPress.press, press, _works(composed, orders), orders.jobs):
        done.append(result)
        progress.add(result.sites, result.pages)
    if output is not None:
        photos = SharedPhotos(composed.site, orders.database, orders.only, output)
        done += on_cores(SharedPhotos.put, photos, photos.shares(), orders.jobs)
    return done


def count_site_links(
    composed: ComposedSite,
    database: Path,
    shards: Sequence[Shard],
    jobs: int,
    reporter: Reporter,
) -> LinkCounts:
    """Press every site in memory and count its company links, and those that carry its owner."""
    site = composed.site
    pages, bodies = _corporate_pages(composed)
    counts = count_corporate(site, house_account(site), pages, bodies, composed.composition.files)
    progress = _SiteProgress(reporter, _site_count(shards, None))
    progress.add(0, counts.pages)
    listed: list[tuple[int, LinkCounts]] = []  # the few shards that have lost links, in the roster's order
    orders = PressOrders(database, shards, None, None, jobs, prove_all=False)
    for number, shard_counts in on_cores(count_shard, composed.press_set, _works(composed, orders), jobs):
        counts += replace(shard_counts, lost=())
        if shard_counts.lost:
            listed = _first_lost([*listed, (number, shard_counts)])
        progress.add(shard_counts.sites, shard_counts.pages)
    return replace(counts, lost=sum((shard_counts.lost for _, shard_counts in listed), counts.lost)[:LISTED])


def _works(composed: ComposedSite, orders: PressOrders) -> list[Work]:
    return [
        Work(composed.site, composed.plates, orders.database, shard, orders.only, orders.output, number)
        for number, shard in enumerate(orders.shards)
    ]


def _corporate_pages(composed: ComposedSite) -> tuple[Sequence[Page], list[bytes]]:
    """Press the pages of the corporate site."""
    site: Site = composed.site
    pages = composed.composition.pages[composed.main]
    press = Press([corporate_plate(page) for page in pages])
    with limited_processor_time(site_seconds(site, len(pages))):
        bodies = press_pages(press, [page.path for page in pages], site, house_account(site))
    return pages, bodies


def _press_corporate(composed: ComposedSite, unpublished: frozenset[str], output: Path) -> PressResult:
    """Write the corporate site, with the files that exist once."""
    sink = DirectorySink(output)
    pages, bodies = _corporate_pages(composed)
    entries = [sink.write(page.path, body) for page, body in zip(pages, bodies, strict=True)]
    names = set(composed.composition.static) - unpublished
    listed = [page.path for page in pages if page.is_listed]
    files = corporate_files(composed.site, composed.composition.files, listed)
    entries += [sink.write(path, body) for path, body in sorted(files.items()) if path not in names]
    entries += [sink.adopt(path, composed.static / path) for path in sorted(names)]
    size = sum(entry.size for entry in entries)
    return PressResult(0, len(pages), len(entries), size, None, tuple(entries))


def _first_lost(listed: Sequence[tuple[int, LinkCounts]]) -> list[tuple[int, LinkCounts]]:
    """Return the first shards, by their numbers, that fill the list of lost links."""
    first: list[tuple[int, LinkCounts]] = []
    length = 0
    for number, counts in sorted(listed, key=itemgetter(0)):
        if length < LISTED:
            first.append((number, counts))
            length += len(counts.lost)
    return first
