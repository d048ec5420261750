"""Make the published copies of distributors' photos: only of people who publish one and have a site.

The derived files stay in the site's folder ``.replisite/photos/``, so that each is made once.
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
from replisite.errors import Fault, FaultLog
from replisite.images import PictureError, derive
from replisite.model.photo_paths import derived_file, photo_path, webp_of
from replisite.model.site import Site
from replisite.people import PeopleDatabase, PhotoOwner
from replisite.reporting import Reporter, SilentReporter
from replisite.system.bugs import call_in_worker
from replisite.system.files import write_whole
from replisite.system.processes import end_with_parent

__all__ = ["MadePhotos", "make_photos"]

FEW = 8
"""For no more photos than these, starting processes takes longer than making them."""

_FORMAT = 1
"""Changes with the derived files; all are then made again."""


@dataclass(slots=True)
class MadePhotos:
    """How many photos were made and how many reused, the seconds that took, and the faults of others."""

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
    """Make the photos of all owners, or of some and of their uplines, that have changed.

    Photos that no owner publishes any more are removed from the people database, and their derived files are deleted; without
    ``waits`` none are removed, nor are any stored while another process writes the database. Raises OSError.
    """
    started = time.perf_counter()
    result = MadePhotos()
    rules = rules_of(site)
    if waits:
        _delete(site, database.forget_photos())
    with ExitStack() as stack:
        pool: Executor | None = None
        for owners in database.photo_owners(only):
            stale = list(_stale(site, database, rules, owners, result))
            if len(stale) > FEW and processes > 1 and pool is None:
                context = multiprocessing.get_context("fork")
                pool = stack.enter_context(
                    ProcessPoolExecutor(processes, mp_context=context, initializer=end_with_parent)
                )
            make = partial(call_in_worker, partial(_made, site))
            sources = [owner.source for owner, _ in stale]
            results = (
                pool.map(make, sources, chunksize=4) if pool and len(stale) > FEW else map(make, sources)
            )
            rows = []
            for (owner, stamp), path in zip(stale, results, strict=True):
                if isinstance(path, str):
                    rows.append((owner.source, stamp, path))
                    result.made += 1
                else:
                    rows.append((owner.source, "", ""))
                    result.faults.append(_fault(owner, *path))
                reporter.advance(result.made + result.reused)
            if rows:
                _delete(site, database.put_photos(rows, waits=waits))
    result.seconds = round(time.perf_counter() - started, 3)
    return result


def _delete(site: Site, paths: Iterable[str]) -> None:
    for path in paths:
        for file in (path, webp_of(path)):
            derived_file(site.state, file).unlink(missing_ok=True)


def _stale(
    site: Site, database: PeopleDatabase, rules: PublicFiles, owners: Iterable[PhotoOwner], result: MadePhotos
) -> Iterator[tuple[PhotoOwner, str]]:
    """Stream the owners whose photos must be made, each photo once, with the stamp of its state."""
    by_source: dict[str, PhotoOwner] = {}
    for owner in owners:
        by_source.setdefault(owner.source, owner)
    known = database.known_photos(by_source)
    content = site.root / site.content
    for source, owner in by_source.items():
        path = content / source
        verdict = rules.link_verdict(path)
        if verdict is not None:
            advice = "copy the photo into the content folder, or allow the link: [content] follow_links in site.toml"
            result.faults.append(_fault(owner, f"cannot be used: {verdict.value}", advice))
            _delete(site, database.put_photos([(source, "", "")], waits=False))
            continue
        stamp = _stamp(path)
        before, derived = known.get(source, ("", ""))
        if (
            before == stamp
            and derived
            and all(derived_file(site.state, file).is_file() for file in (derived, webp_of(derived)))
        ):
            result.reused += 1
        else:
            yield owner, stamp


def _stamp(path: Path) -> str:
    """Return a text that differs between two states of a photo, without opening it; ``""`` for a missing one."""
    try:
        state = path.stat()
    except OSError:
        return ""
    return f"{_FORMAT} {state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"


def _made(site: Site, source: str) -> str | tuple[str, str]:
    """Make one photo's derived files; return the JPEG's path in the output, or (fault, fix)."""
    try:
        derived = derive(site.root / site.content / source)
    except PictureError as error:
        what, advice = error.args
        return what, advice
    path = photo_path(derived.jpeg, derived.webp)
    for file, body in ((path, derived.jpeg), (webp_of(path), derived.webp)):
        _write(derived_file(site.state, file), body)
    return path


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, body, owner=f".{os.getpid()}")  # two owners may have equal photos


def _fault(owner: PhotoOwner, what: str, advice: str) -> Fault:
    return Fault(owner.file, owner.line, f'photo "{owner.source}" of {owner.alias} {what}', advice)
