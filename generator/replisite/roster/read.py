"""Stream the people of a site's roster, each row checked alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from replisite.content.folder_walk import link_fault_of
from replisite.content.public_files import PublicFiles
from replisite.errors import Fault
from replisite.model.alias import ReservedNames
from replisite.model.distributor import Person
from replisite.model.refused_row import RefusedRow
from replisite.model.roster_terms import RosterTerms
from replisite.roster.changed_rows import Difference, Stretch
from replisite.roster.columns import COMPANY, REQUIRED, ColumnRules, RosterColumns, is_company_field
from replisite.roster.formats.by_name import open_roster
from replisite.roster.parallel import judge_rows
from replisite.roster.parse import Rejected, judge_row
from replisite.roster.rows import BadFile, BadRow, Columns, RawRow, RosterFile
from replisite.roster.stories import Stories

__all__ = ["Faults", "read_roster", "read_stretches"]


class Faults(Protocol):
    """Where faults go: a list, or a `FaultLog` that does not grow."""

    def append(self, fault: Fault, /) -> None:
        """Take one more fault."""
        ...


def read_roster(
    terms: RosterTerms,
    faults: Faults,
    *,
    source: Path | None = None,
    reserved: Collection[str] = (),
    has_photo: Callable[[str, str], bool] | None = None,
    processes: int = 1,
) -> Iterator[Person | RefusedRow]:
    """Stream the people of the roster in its order, and a `RefusedRow` for each row that went to ``faults``.

    ``source`` is read instead of ``[roster] source``; stories without a row are then nobody's fault, because
    they belong to the site's own roster. ``reserved`` are the pages and folders of the corporate site, beside
    the built-in names and ``[addresses] reserved``. ``has_photo`` says of an alias and a path whether the photo is in
    the content folder: one that is not is left out, and initials stand in its place. So many ``processes`` parse a large roster.
    """
    try:
        reading = _Reading.of(terms, source, reserved, has_photo)
    except ValueError as error:
        what, _, advice = str(error).partition("; ")
        faults.append(Fault(_shown(source or terms.path, terms.root), 0, what, advice))
        yield RefusedRow("", 0, is_whole_file=True)
        return
    rows = _with_stories(reading.rows, reading.stories, reading.name)
    is_whole = True
    with closing(judge_rows(rows, reading.rules, processes)) as judged:
        for result in judged:
            if isinstance(result, Person):
                yield reading.with_photo(result)
                continue
            for fault in result.faults:
                faults.append(fault)
            is_whole = is_whole and not result.is_whole_file
            yield RefusedRow(result.id, result.rows, result.is_whole_file)
    for fault in reading.stories.iter_unread() if source is None and is_whole else ():
        faults.append(fault)


def read_stretches(
    terms: RosterTerms,
    difference: Difference,
    *,
    source: Path | None = None,
    reserved: Collection[str] = (),
    has_photo: Callable[[str, str], bool] | None = None,
) -> Iterator[Iterator[Person | RefusedRow]]:
    """Stream the people of each stretch of the roster as `read_roster` would, and a `RefusedRow` for each row with faults.

    The faults themselves are not reported: they may be others where a stretch ends within a row.
    """
    reading = _Reading.of(terms, source, reserved, has_photo)
    for stretch in difference.stretches:
        yield reading.among(difference.head, stretch)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the rows of one roster are read with; ``name`` is what faults call the file."""

    name: str
    rows: RosterFile
    rules: ColumnRules
    stories: Stories
    has_photo: Callable[[str, str], bool]

    @classmethod
    def of(
        cls,
        terms: RosterTerms,
        source: Path | None,
        reserved: Collection[str],
        has_photo: Callable[[str, str], bool] | None,
    ) -> _Reading:
        """Return it; raises ValueError for a kind of file that nobody reads."""
        content = terms.content_folder
        custom = tuple(field.name for field in terms.fields)
        columns = Columns(REQUIRED, (*RosterColumns.model_fields, *custom))
        editions = (code for market in terms.markets for code in (market.code, *market.languages))
        reserved_names = ReservedNames((*terms.reserved, *reserved, *editions))
        rules = ColumnRules.of(terms, reserved_names)
        path = source or terms.path
        name = _shown(path, terms.root)
        company = {*COMPANY, *(field.name for field in terms.fields if is_company_field(field, terms))}
        own = tuple(name for name in columns.known if name not in company)
        folder = content / "distributors"
        public = _public_files(terms, source)
        stories = Stories(
            folder,
            _shown(folder, terms.root),
            own,
            company,
            terms.stories_publish,
            refused=lambda path: link_fault_of(public, path),
        )
        rows = open_roster(path, columns, name)
        return cls(name, rows, rules, stories, has_photo or (lambda _, photo: (content / photo).is_file()))

    def among(self, head: bytes, stretch: Stretch) -> Iterator[Person | RefusedRow]:
        """Stream the people of one stretch."""
        rows = self.rows.among(head, stretch.body, stretch.line)
        for row in _with_stories(rows, self.stories, self.name):
            result = judge_row(row, self.rules) if isinstance(row, RawRow) else row
            yield (
                self.with_photo(result) if isinstance(result, Person) else RefusedRow(result.id, result.rows)
            )

    def with_photo(self, person: Person) -> Person:
        """Return the person without a photo that is not there."""
        photo = person.public.get("photo", "")
        if not photo or "://" in photo or self.has_photo(person.alias, photo):
            return person
        return replace(person, public={name: text for name, text in person.public.items() if name != "photo"})


def _with_stories(
    rows: Iterable[RawRow | BadRow | BadFile], stories: Stories, name: str
) -> Iterator[RawRow | Rejected]:
    """Stream the rows, each with its story, until the file ends or cannot be read any further."""
    try:
        for row in rows:
            if isinstance(row, BadRow):
                yield Rejected((row.fault, *row.more), row.id, row.rows)
                continue
            if isinstance(row, BadFile):
                yield Rejected((row.fault,), "", 0, is_whole_file=True)
                continue
            whole = stories.add_to(row)
            if isinstance(whole, RawRow):
                yield whole
            else:
                yield Rejected(tuple(whole), row.cells.get("id", ""))
    except OSError as error:
        advice = "name a CSV or JSON Lines file under [roster] source, or with --roster"
        fault = Fault(name, 0, f"the roster cannot be read: {error.strerror}", advice)
        yield Rejected((fault,), "", 0, is_whole_file=True)


def _public_files(terms: RosterTerms, source: Path | None) -> PublicFiles:
    """Return the rules that say which links among the stories may be followed."""
    has_roster = source is not None or terms.is_required or terms.path.exists()
    roster = source or terms.path
    return PublicFiles(
        terms.root, terms.content_folder, roster if has_roster else None, follow=terms.follow_links
    )


def _shown(path: Path, root: Path) -> str:
    """Return the path as faults show it: relative to the site's root if it lies inside."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
