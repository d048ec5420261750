"""Stream the people of a site's roster, each row checked by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from replisite.errors import Fault
from replisite.model.alias import ReservedNames
from replisite.model.distributor import Person
from replisite.model.refused import Refused
from replisite.model.site import Site
from replisite.sources.roster.columns import REQUIRED, RosterColumns, Rules
from replisite.sources.roster.formats import open_roster
from replisite.sources.roster.parse import parse_row
from replisite.sources.roster.rows import BadRow, Columns, RosterFile
from replisite.sources.roster.stories import Stories

__all__ = ["Faults", "read_roster"]


class Faults(Protocol):
    """Where faults go: a list, or a `FaultLog` that does not grow."""

    def append(self, fault: Fault, /) -> None:
        """Take one more fault."""
        ...


def read_roster(
    site: Site,
    faults: Faults,
    *,
    source: Path | None = None,
    reserved: Collection[str] = (),
    has_photo: Callable[[str], bool] | None = None,
) -> Iterator[Person | Refused]:
    """Stream the people of the roster in its order, and a `Refused` for each row that went to ``faults``.

    ``source`` is read instead of ``[roster] source``; stories without a row are then nobody's fault, because
    they belong to the site's own roster. ``reserved`` are the pages and folders of the corporate site, beside
    the built-in names and ``[addresses] reserved``. ``has_photo`` tells whether a path is in the content folder.
    """
    content = site.root / site.content
    custom = tuple(field.name for field in site.roster.fields)
    columns = Columns(REQUIRED, (*RosterColumns.model_fields, *custom))
    rules = Rules.of(
        site,
        ReservedNames((*site.addresses.reserved, *reserved)),
        has_photo or (lambda photo: (content / photo).is_file()),
        urlsplit(site.url).hostname or "",
    )
    path = source or site.root / site.roster.source
    optional = tuple(name for name in columns.known if name not in REQUIRED)
    stories = Stories(content / "distributors", _shown(content / "distributors", site.root), optional)
    try:
        rows = open_roster(path, columns, _shown(path, site.root))
    except ValueError as error:
        what, _, advice = str(error).partition("; ")
        faults.append(Fault(_shown(path, site.root), 0, what, advice))
        return
    try:
        yield from _people(rows, stories, rules, faults)
    except OSError as error:
        advice = "name a CSV or JSON Lines file under [roster] source, or with --roster"
        faults.append(
            Fault(_shown(path, site.root), 0, f"the roster cannot be read: {error.strerror}", advice)
        )
        return
    if source is None:
        for fault in stories.iter_unread():
            faults.append(fault)


def _people(rows: RosterFile, stories: Stories, rules: Rules, faults: Faults) -> Iterator[Person | Refused]:
    for row in rows:
        if isinstance(row, BadRow):
            faults.append(row.fault)
            yield Refused(row.id)
            continue
        whole = stories.add_to(row)
        person = whole if isinstance(whole, list) else parse_row(whole, rules)
        if isinstance(person, Person):
            yield person
            continue
        for fault in person:
            faults.append(fault)
        yield Refused(row.cells.get("id", ""))


def _shown(path: Path, root: Path) -> str:
    """Return the path as faults tell it: relative to the site's root if it lies inside."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
