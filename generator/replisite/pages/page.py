"""A page of a site, and all pages of all editions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from replisite.staging import Plate

__all__ = ["Composition", "Page"]


@dataclass(frozen=True, eq=False, slots=True)
class Page:
    """One page of one edition.

    ``path`` is its file, from the root of the site it is on; ``source`` the file that it is made of, from the
    site's root, or the template's name. ``is_replicated`` pages are on every owner's site, the others only on the
    corporate site; ``is_listed`` pages are in the sitemap. ``plate`` is for owners' sites, and ``corporate`` for the
    corporate site, if the page is on it: links to files that exist once differ there.
    """

    path: str
    source: str
    plate: Plate
    is_replicated: bool
    is_listed: bool
    corporate: Plate | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """All staged pages of a site, as plain data.

    ``pages`` by edition key, in the order of their paths; ``names`` are the files and folders at the corporate
    site's root; ``files`` are feeds and the like, by path; ``static`` the paths of theme and content files, which lie
    in a folder of their own. From ``until`` on, dated or expiring content makes another composition.
    ``sources`` are the published files by their paths below the content folder; ``by_folder`` those, by the path at which
    each is published, that are asked for by the name of their folder alone; ``unasked`` the first files of the content
    folder that are not published, and how many there are. ``style_sheets`` are the published style sheets by path, each
    with the file that it is a copy of, from the site's root.
    """

    pages: Mapping[str, Sequence[Page]]
    files: Mapping[str, bytes]
    static: Sequence[str]
    names: frozenset[str]
    warnings: Sequence[str] = ()
    until: datetime.datetime | None = field(default=None)
    by_folder: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    unasked: tuple[Sequence[str], int] = ((), 0)
    style_sheets: Mapping[str, str] = field(default_factory=dict)
