"""Make what is published of distributors' photos: of those who publish one and have a site, and of nobody else's.

Derived files are kept in the site's own folder ``.replisite/photos/``, so that each is made once.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from replisite.content.public_files import PublicFiles
from replisite.content.publication import rules_of
from replisite.errors import Fault
from replisite.fault_log import FaultLog
from replisite.images import PictureError, derive
from replisite.model.photo_paths import derived_file, photo_path, webp_of
from replisite.model.site import Site
from replisite.people import PeopleDatabase, PhotoOwner
from replisite.reporting import Reporter, SilentReporter
from replisite.system.processes import end_with_parent

__all__ = ["MadePhotos", "make_photos"]

FEW = 8
"""So many photos are made sooner than processes are started."""

_FORMAT = 1
"""Changes with what is made of a photo; all are then made again."""


@dataclass(slots=True)
class MadePhotos:
    """How many photos were made and how many were there, the seconds that took, and what is wrong with others."""

    made: int = 0
    reused: int = 0
    seconds: float = 0.0
    faults: FaultLog = field(default_factory=FaultLog)


def make_photos(
    site: Site,
    database: PeopleDatabase,
    processes: int,
    only: Collection[str] | None = None,
    reporter: Reporter = SilentReporter(),  # noqa: B008 - it holds nothing
    *,
    waits: bool = True,
) -> MadePhotos:
    """Make the photos of all owners, or of some and of those above them, as far as they have changed.

    Photos that nobody publishes any more are forgotten, and what was made of them is deleted. Without ``waits`` nothing is
    forgotten, nor is anything remembered while another process writes the ledger. Raises OSError where nothing can be written.
    """
    started = time.perf_counter()
    found = MadePhotos()
    rules = rules_of(site)
    if waits:
        _delete(site, database.forget_photos())
    with ExitStack() as stack:
        pool: Executor | None = None
        for owners in database.photo_owners(only):
            todo = list(_stale(site, database, rules, owners, found))
            if len(todo) > FEW and processes > 1 and pool is None:
                context = multiprocessing.get_context("fork")
                pool = stack.enter_context(
                    ProcessPoolExecutor(processes, mp_context=context, initializer=end_with_parent)
                )
            make = partial(_made, site)
            sources = [owner.source for owner, _ in todo]
            results = pool.map(make, sources, chunksize=4) if pool and len(todo) > FEW else map(make, sources)
            rows = []
            for (owner, stamp), result in zip(todo, results, strict=True):
                if isinstance(result, str):
                    rows.append((owner.source, stamp, result))
                    found.made += 1
                else:
                    rows.append((owner.source, "", ""))
                    found.faults.append(_fault(owner, *result))
                reporter.advance(found.made + found.reused)
            if rows:
                _delete(site, database.put_photos(rows, waits=waits))
    found.seconds = round(time.perf_counter() - started, 3)
    return found


def _delete(site: Site, paths: Iterable[str]) -> None:
    for path in paths:
        for file in (path, webp_of(path)):
            derived_file(site.state, file).unlink(missing_ok=True)


def _stale(
    site: Site, database: PeopleDatabase, rules: PublicFiles, owners: Iterable[PhotoOwner], found: MadePhotos
) -> Iterator[tuple[PhotoOwner, str]]:
    """Stream the owners whose photos must be made, each photo once, with what tells its state."""
    by_source: dict[str, PhotoOwner] = {}
    for owner in owners:
        by_source.setdefault(owner.source, owner)
    known = database.known_photos(by_source)
    content = site.root / site.content
    for source, owner in by_source.items():
        place = content / source
        verdict = rules.link_verdict(place)
        if verdict is not None:
            told = "copy the photo into the content folder, or allow the link: [content] follow_links in site.toml"
            found.faults.append(_fault(owner, f"cannot be used: {verdict.value}", told))
            _delete(site, database.put_photos([(source, "", "")], waits=False))
            continue
        stamp = _stamp(place)
        before, path = known.get(source, ("", ""))
        if (
            before == stamp
            and path
            and all(derived_file(site.state, f).is_file() for f in (path, webp_of(path)))
        ):
            found.reused += 1
        else:
            yield owner, stamp


def _stamp(place: Path) -> str:
    """Return what tells one state of a photo from another, without opening it."""
    try:
        state = place.stat()
    except OSError:
        return ""
    return f"{_FORMAT} {state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"


def _made(site: Site, source: str) -> str | tuple[str, str]:
    """Make one photo's derived files; return their path in the output, or what is wrong with it and what to do."""
    try:
        derived = derive(site.root / site.content / source)
    except PictureError as error:
        what, todo = error.args
        return what, todo
    path = photo_path(derived.jpeg, derived.webp)
    for file, body in ((path, derived.jpeg), (webp_of(path), derived.webp)):
        _write(derived_file(site.state, file), body)
    return path


def _write(place: Path, body: bytes) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = place.with_name(f"{place.name}.{os.getpid()}")
    new.write_bytes(body)
    new.replace(place)


def _fault(owner: PhotoOwner, what: str, todo: str) -> Fault:
    return Fault(owner.file, owner.line, f'photo "{owner.source}" of {owner.alias} {what}', todo)
