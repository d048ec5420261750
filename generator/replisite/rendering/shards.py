"""Press the sites of one shard of the roster: the work of one worker, given as plain data.

Any executor of ``concurrent.futures`` may run ``press_shard``: its argument pickles, and names the file that holds the
plates, with the digest of its bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from replisite.errors import InputError
from replisite.model.distributor import Distributor
from replisite.model.manifest import Entry
from replisite.model.site import Site
from replisite.output import DirectorySink, DiscardSink, Layout, ManifestPart, Sink, write_part
from replisite.pages import Composition
from replisite.pages.template_errors import template_fault
from replisite.people import PeopleDatabase, Shard
from replisite.rendering.cache import PlatesFile, read_composition
from replisite.rendering.executors import each_done
from replisite.staging import Press
from replisite.system.processor_time import Pieces, TooSlow, limited_pieces

__all__ = [
    "PressResult",
    "PressSet",
    "Work",
    "press_all",
    "press_pages",
    "press_shard",
    "press_with",
    "site_seconds",
]


PAGES_A_LIMIT: Final = 100
"""How many pages of one site share the limit of one page: even pages that are rendered in full take milliseconds."""


@dataclass(frozen=True, slots=True)
class Work:
    """One worker's share of the roster. ``output`` is None for pages that are thrown away."""

    site: Site
    plates: PlatesFile
    database: Path
    shard: Shard
    only: Sequence[str] | None
    output: Path | None
    number: int


@dataclass(frozen=True, slots=True)
class PressResult:
    """How much has been written; the entries of the files are in ``part``, or are ``single`` ones."""

    sites: int
    pages: int
    files: int
    bytes: int
    part: ManifestPart | None = None
    single: tuple[Entry, ...] = ()
    proofs: int = 0


class PressSet:
    """The presses of all editions, and the paths of each edition's pages."""

    def __init__(self, composition: Composition) -> None:
        self.composition = composition
        self._presses: dict[str, Press] = {}
        self._layouts: dict[str, Layout] = {}
        self._paths: dict[str, Sequence[str]] = {}
        for edition, listed in composition.pages.items():
            pages = [page for page in listed if page.is_replicated]
            shared = [index for index, page in enumerate(pages) if page.plate.is_shared]
            self._paths[edition] = [page.path for page in pages]
            self._presses[edition] = Press([page.plate for page in pages])
            self._layouts[edition] = Layout.of(self._paths[edition], shared)

    def press_site(self, site: Site, owner: Distributor, sink: Sink) -> list[Entry]:
        """Press one owner's site; raises InputError for what a template raises."""
        bodies = self.pages_of(site, owner)
        return sink.write_site(site.owner_folder(owner), self._layouts[owner.edition], bodies)

    def pages_of(self, site: Site, owner: Distributor) -> list[bytes]:
        """Press one owner's pages, in the order of the edition's; raises InputError for what a template raises."""
        edition = owner.edition
        return press_pages(self._presses[edition], self._paths[edition], site, owner)

    def limited(self, site: Site) -> AbstractContextManager[Pieces]:
        """Limit the processor time of each owner's site, until as many are finished as are pressed."""
        return limited_pieces(site_seconds(site, max(map(len, self._paths.values()), default=0)))


def site_seconds(site: Site, pages: int) -> float:
    """Return the processor time, in seconds, of a site that is pressed in one go: a page's, and more for many pages."""
    return site.page_seconds * max(pages / PAGES_A_LIMIT, 1.0)


def press_pages(press: Press, paths: Sequence[str], site: Site, owner: Distributor) -> list[bytes]:
    """Press one owner's pages, whose paths are given; raises InputError for what a template raises.

    Within `limited_pieces` or `limited_processor_time` a page without an end is a fault of its template, too.
    """
    try:
        return press.pages({"distributor": owner})
    except (Exception, TooSlow) as error:
        index = press.index_of(error)
        page = "" if index is None else f"{paths[index]} on "
        whose = f"the site of {owner.alias}" if owner.alias else "the corporate site"
        raise InputError([template_fault(error, site, f"{page}{whose}")]) from error


def press_with(
    press_set: PressSet, work: Work, prove: Callable[[Distributor], int] | None = None
) -> PressResult:
    """Press one shard; raises InputError for what a template raises, and OutputError.

    ``prove`` compares each page of an owner's site with Jinja's rendering, and returns the number of pages.
    """
    sink: Sink = DiscardSink() if work.output is None else DirectorySink(work.output)
    sites = pages = size = proofs = 0
    entries: list[Entry] = []
    with PeopleDatabase.open(work.database) as database, press_set.limited(work.site) as limited:
        for owner in database.distributors(work.site.owner_url, only=work.only, shard=work.shard):
            written = press_set.press_site(work.site, owner, sink)
            sites += 1
            pages += len(written)
            size += sum(entry.size for entry in written)
            if work.output is not None:
                entries += written
            if prove is not None:
                proofs += prove(owner)
            limited.finished += 1
    part = None
    if work.output is not None:
        part = write_part(work.output.parent / f"run.entries.{work.number}", entries)
    return PressResult(sites, pages, pages, size, part, (), proofs)


def press_shard(work: Work) -> PressResult:
    """Press one shard with the plates in its file; raises what `press_with` and `read_composition` raise."""
    return press_with(_press_set(work.plates), work)


@lru_cache(maxsize=1)
def _press_set(plates: PlatesFile) -> PressSet:
    """Return the presses of a file's plates. The last ones stay: the digest in the key tells one build's from another's."""
    return PressSet(read_composition(plates))


def press_all(executor: Executor, work: Sequence[Work]) -> Iterator[PressResult]:
    """Press all shards in any executor, in the order in which they are done; raises what a shard raises."""
    return each_done(executor, press_shard, work)
