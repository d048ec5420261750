"""What happens in the process that makes pages: Pelican runs, pages are staged, proved and pressed.

Pelican changes the process that imports it, and what it makes (templates, contents) cannot travel to another
one. So everything that needs it is done here, and the presses of several cores are forked from here after
staging. ``pressroom.py`` is the other side of the pipe.
"""

from __future__ import annotations

import ctypes
import datetime
import gc
import logging
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from replisite.audit import audit, template_fault
from replisite.errors import Fault, InputError, ProofError, ReplisiteError
from replisite.ledger import Ledger, Shard
from replisite.model.distributor import Distributor
from replisite.model.house import house_account
from replisite.model.manifest import Entry, format_entry
from replisite.model.places import address_of, edition_of, prefix_of
from replisite.model.site import Edition, Site
from replisite.model.sitemap import robots, sitemap
from replisite.sinks import DirectorySink, Sink
from replisite.staging import Press

__all__ = ["Composed", "Heard", "Orders", "Pressed", "Proved", "serve"]


PROGRESS_PAGES = 10
"""How many pages are proved between two pieces of news."""

Heard = Callable[[int, int], None]
"""Hears how far the work is: done, in all (0: unknown)."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What staging gave, in short.

    ``names`` are the files and folders at the corporate site's root: no alias may be one of them. ``widened``
    says which pages could not be cut and why.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    pages: int
    names: tuple[str, ...]
    widened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proved:
    """How many pages were compared with Jinja's rendering, what differed, and which links are broken."""

    pages: int
    differences: tuple[str, ...]
    faults: tuple[Fault, ...]

    def check(self) -> None:
        """Raise what was found: InputError for faults, ProofError for differences."""
        if self.faults:
            raise InputError(self.faults)
        if self.differences:
            raise ProofError("\n".join(self.differences))


@dataclass(frozen=True, slots=True)
class Pressed:
    """How much has been written; ``entries`` is a file of manifest lines."""

    sites: int
    pages: int
    files: int
    bytes: int
    proofs: int
    entries: Path


@dataclass(frozen=True, slots=True)
class Orders:
    """What the press room needs to know from the start."""

    site: Site
    editions: tuple[Edition, ...]
    static: Path
    now: datetime.datetime
    drafts: bool
    future: bool


def serve(pipe: Connection, other_end: Connection, orders: Orders) -> None:
    """Answer what the parent asks until it goes away."""
    other_end.close()
    os.setpgid(0, 0)
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.getLogger().addHandler(
        logging.NullHandler()
    )  # while pages are proved, Pelican may say things again
    room = _Room(orders, pipe)
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            os._exit(0)
        try:
            pipe.send(("result", getattr(room, method)(*arguments)))
        except ReplisiteError as error:
            pipe.send(("error", error))
        except Exception as error:  # noqa: BLE001 - the parent raises it
            told = "".join(traceback.format_exception(error))
            pipe.send(("error", ReplisiteError(f"{type(error).__name__}: {error}\n{told}")))


def _end_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, however that comes (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class _Room:
    def __init__(self, orders: Orders, pipe: Connection) -> None:
        self.orders = orders
        self.site = orders.site
        self.pipe = pipe
        self.main = orders.editions[0].key

    def compose(self) -> Composed:
        from replisite.sources.pelican import record_site  # Pelican is imported here and nowhere else

        orders = self.orders
        self.recording = record_site(
            orders.site,
            orders.editions,
            orders.static,
            now=orders.now,
            drafts=orders.drafts,
            future=orders.future,
            heard=lambda pages: self.pipe.send(("progress", (pages, 0))),
        )
        pages = self.recording.pages
        self.presses = {
            edition: Press([page.plate for page in listed if page.is_replicated])
            for edition, listed in pages.items()
        }
        self.paths = {
            edition: [page.path for page in listed if page.is_replicated] for edition, listed in pages.items()
        }
        widened = {
            str(page.plate.widening) for listed in pages.values() for page in listed if page.plate.widening
        }
        gc.collect()
        gc.freeze()  # what is there now is shared with the forked presses, not copied
        return Composed(
            tuple(self.recording.faults),
            tuple(self.recording.warnings),
            sum(map(len, pages.values())),
            tuple(sorted(self.recording.names)),
            tuple(sorted(widened)),
        )

    def prove(self, sample: Sequence[Distributor]) -> Proved:
        """Prove every page with the house account and owners of its edition, and follow every link."""
        house = house_account(self.site)
        return self._prove(house, sample, lambda done, total: self.pipe.send(("progress", (done, total))))

    def _prove(self, house: Distributor | None, sample: Sequence[Distributor], progress: Heard) -> Proved:
        total = sum(map(len, self.recording.pages.values()))
        done = 0
        differences: list[str] = []
        faults: list[Fault] = []
        proofs = 0
        for edition, pages in self.recording.pages.items():
            owners = [owner for owner in sample if edition_of(owner) == edition]
            corporate = [house] if house is not None and edition == self.main else []
            for page in pages:
                done += 1
                if done % PROGRESS_PAGES == 0:
                    progress(done, total)
                for owner in [*corporate, *(owners if page.is_replicated else [])]:
                    try:
                        difference = page.prove({"distributor": owner})
                    except Exception as error:  # noqa: BLE001 - whatever a template raises is a fault of it
                        faults.append(template_fault(error, self.site, page.source))
                        break
                    proofs += 1
                    if difference is not None:
                        differences.append(
                            f"{page.source} for {owner.alias or 'the corporate site'}: {difference}"
                        )
            if not faults and self.site.pelican_defaults == "replisite":
                faults += audit(pages, owners[:1], corporate, self._once(), self.site)
        return Proved(proofs, tuple(differences), tuple(dict.fromkeys(faults)))

    def prove_owner(self, owner: Distributor) -> Proved:
        """Prove every page of one owner's site."""
        return self._prove(None, [owner], lambda *_: None)

    def _once(self) -> frozenset[str]:
        """The files that exist once, on the corporate site."""
        own = {page.path for page in self.recording.pages[self.main] if not page.is_replicated}
        made = {"sitemap.xml", "robots.txt"}
        return frozenset(own | made | set(self.recording.files) | set(self.recording.static_files))

    def press(
        self,
        ledger: Path,
        shards: Sequence[Shard],
        only: Sequence[str] | None,
        output: Path,
        jobs: int,
        prove_all: bool,
    ) -> list[Pressed]:
        done = [self._press_corporate(output)]
        self.pipe.send(("progress", (0, done[0].pages)))
        work = [_Work(ledger, shard, only, output, number, prove_all) for number, shard in enumerate(shards)]
        for pressed in self._presses(work, jobs):
            done.append(pressed)
            self.pipe.send(("progress", (pressed.sites, pressed.pages)))
        return done

    def _presses(self, work: Sequence[_Work], jobs: int) -> Iterator[Pressed]:
        global _ROOM  # noqa: PLW0603 - what a fork inherits
        _ROOM = self
        if jobs == 1 or len(work) < 2:
            yield from map(_press_shard, work)
            return
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_with_parent) as pool:
            try:
                for future in as_completed([pool.submit(_press_shard, part) for part in work]):
                    yield future.result()
            except BrokenProcessPool as error:
                told = "a process that presses pages was ended from outside; is there enough memory? Try --jobs 1"
                raise ReplisiteError(told) from error

    def _press_corporate(self, output: Path) -> Pressed:
        sink = DirectorySink(output)
        pages = self.recording.pages[self.main]
        record = {"distributor": house_account(self.site)}
        bodies = Press([page.plate for page in pages]).pages(record)
        entries = [sink.write(page.path, body) for page, body in zip(pages, bodies, strict=True)]
        files = dict(self.recording.files)
        names = set(self.recording.static_files)
        if self.site.pelican_defaults == "replisite":
            listed = [page.path for page in pages if page.is_listed]
            files.setdefault("sitemap.xml", sitemap(self.site.url, listed))
            files.setdefault("robots.txt", robots(self.site.url))
        entries += [sink.write(path, body) for path, body in sorted(files.items()) if path not in names]
        entries += [sink.adopt(path, self.recording.static / path) for path in sorted(names)]
        place = output.parent / "run.corporate"
        return _count(place, entries, sites=0, pages=len(pages))

    def press_owner(self, owner: Distributor, sink: Sink) -> list[Entry]:
        """Press one owner's site; raises InputError for what a template raises."""
        edition = edition_of(owner)
        prefix = prefix_of(self.site, owner)
        try:
            bodies = self.presses[edition].pages({"distributor": owner})
        except Exception as error:
            raise InputError([template_fault(error, self.site, f"the site of {owner.alias}")]) from error
        return [
            sink.write(prefix + path, body) for path, body in zip(self.paths[edition], bodies, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class _Work:
    ledger: Path
    shard: Shard
    only: Sequence[str] | None
    output: Path
    number: int
    prove_all: bool


_ROOM: _Room | None = None
"""The press room in a forked press: what it staged is there already, nothing travels."""


def _press_shard(work: _Work) -> Pressed:
    room = _ROOM
    assert room is not None
    sink = DirectorySink(work.output)
    sites = proofs = 0
    entries: list[Entry] = []
    with Ledger.open(work.ledger) as ledger:
        for owner in ledger.distributors(address_of(room.site), only=work.only, shard=work.shard):
            entries += room.press_owner(owner, sink)
            sites += 1
            if work.prove_all:
                proved = room.prove_owner(owner)
                proved.check()
                proofs += proved.pages
    return _count(work.output.parent / f"run.entries.{work.number}", entries, sites, len(entries), proofs)


def _count(place: Path, entries: Sequence[Entry], sites: int, pages: int, proofs: int = 0) -> Pressed:
    place.write_text("".join(map(format_entry, entries)), encoding="utf-8", newline="\n")
    return Pressed(sites, pages, len(entries), sum(entry.size for entry in entries), proofs, place)
