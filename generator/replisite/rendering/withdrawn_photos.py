"""Find the sites of an output that still name a photo whose file a build of some sites has removed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from replisite.model.addresses import HOSTS
from replisite.model.photo_paths import PHOTOS, is_photo
from replisite.output import read_manifest

__all__ = ["warn_of_withdrawn"]

MOST_PAGES = 20_000
"""How many pages are read, in a second or two; the warning counts the others."""

SHOWN = 3
"""How many sites a warning names; the others are counted."""

_PAGES = (".html", ".htm", ".xhtml")
_PHOTO = re.compile(rb"%s([0-9a-f]{2}/[0-9a-f]+)\.(?:jpg|webp)" % PHOTOS.encode())


def warn_of_withdrawn(
    output: Path, removed: Iterable[str], prefixes: Iterable[str], shared: Collection[str]
) -> list[str]:
    """Return a warning if sites that were not built name a photo that was removed; else nothing.

    A photo that its owner withdraws is removed at once, whichever sites are built. ``prefixes`` are the folders of the sites
    that were built, each ending in a slash, and ``shared`` the files that exist once, which each build writes.
    """
    gone = frozenset(_name(path) for path in removed if is_photo(path))
    if not gone:
        return []
    built = tuple(prefixes)
    pages = (
        entry.path
        for entry in read_manifest(output)
        if entry.path.endswith(_PAGES) and entry.path not in shared and not entry.path.startswith(built)
    )
    sites: dict[str, None] = {}
    unread = 0
    for number, path in enumerate(_of_other_sites(pages, sites)):
        if number >= MOST_PAGES:
            unread += 1
        elif not gone.isdisjoint(_photos_in(output / path)):
            sites[_site_of(path)] = None
    return [*_warning(list(sites), len(gone), unread)]


def _of_other_sites(pages: Iterable[str], sites: Collection[str]) -> Iterator[str]:
    """Stream the pages of owners' sites, without those of sites that are already in ``sites``."""
    return (path for path in pages if (site := _site_of(path)) and site not in sites)


def _warning(sites: list[str], photos: int, unread: int) -> Iterator[str]:
    those = "a photo that is" if photos == 1 else f"some of {photos:,} photos that are"
    if sites:
        named = ", ".join(sites[:SHOWN])
        more = f" and {len(sites) - SHOWN:,} more" if len(sites) > SHOWN else ""
        many = "at least " if unread else ""
        who = "1 other site still shows" if len(sites) == 1 else f"{len(sites):,} other sites still show"
        yield f"{many}{who} {those} no longer published ({named}{more}); build without --only"
    elif unread:
        yield f"other sites may still show {those} no longer published: {unread:,} pages were not read; build without --only"


def _photos_in(page: Path) -> Iterator[str]:
    try:
        body = page.read_bytes()
    except OSError:
        return iter(())
    return (name.decode() for name in _PHOTO.findall(body))


def _name(path: str) -> str:
    return path.removeprefix(PHOTOS).rpartition(".")[0]


def _site_of(path: str) -> str:
    """Return the folder of a page's site, ``""`` for a page at the root."""
    depth = 2 if path.startswith(HOSTS) else 1
    return "/".join([*path.split("/")[:depth], ""]) if path.count("/") >= depth else ""
