"""Turn a raw row into a person who has consented, or into all that is wrong with the row."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from replisite.errors import Fault
from replisite.model.distributor import Person
from replisite.roster.bio import render_bio
from replisite.roster.cleaned_cells import lost_letters
from replisite.roster.columns import REQUIRED, ColumnRules, RosterColumns
from replisite.roster.consent import published
from replisite.roster.fields import parse_field
from replisite.roster.phones import show_phone
from replisite.roster.rows import RawRow
from replisite.roster.spreadsheet_values import is_suspect, iter_doubtful, iter_faulty, no_person

__all__ = ["Rejected", "judge_row", "parse_row"]

_COLUMNS = frozenset(RosterColumns.model_fields)
_ASKED_FOR = dict.fromkeys([*REQUIRED, "market", "language"], "")
"""Columns that are looked at even where they are empty; the others have a default."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row with faults; ``id``, ``rows`` and ``is_whole_file`` are those of `Refused`."""

    faults: tuple[Fault, ...]
    id: str
    rows: int = 1
    is_whole_file: bool = False


def judge_row(row: RawRow, rules: ColumnRules) -> Person | Rejected:
    """Return the person, or the row as one that cannot be taken."""
    parsed = parse_row(row, rules)
    return parsed if isinstance(parsed, Person) else Rejected(tuple(parsed), row.cells.get("id", ""))


def parse_row(row: RawRow, rules: ColumnRules) -> Person | list[Fault]:
    """Return the person, cut down to what is published, or every fault of the row.

    Nothing is looked up and nothing remembered: rows can be parsed in any order, and anywhere.
    ``public["rank"]`` is the rank's title, ``public["phone"]`` the international format, and
    ``fields`` has every declared field, empty where it is not published.
    """
    cells = row.cells
    is_odd = is_suspect(cells)
    if is_odd and (reason := no_person(cells)):
        what, _, advice = reason.partition("; ")
        return [Fault(row.file, row.line, what, advice)]
    faults: dict[str, str] = {}
    columns = None
    try:
        filled = {name: text for name, text in cells.items() if text and name in _COLUMNS}
        columns = RosterColumns.model_validate(_ASKED_FOR | filled, context=rules)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            reason = detail.get("ctx", {}).get("error", detail["msg"])
            faults[str(detail["loc"][0])] = str(reason)
    market = columns.market if columns else rules.home.code
    fields: dict[str, str] = {}
    for name, field in rules.fields.items():
        try:
            fields[name] = parse_field(cells.get(name, ""), field, rules, market)
        except ValueError as error:
            faults[name] = str(error)
    if is_odd or faults:
        faults |= dict(
            iter_faulty(cells, rules.fields)
        )  # says what it is, where the check says what it is not
    if columns is None or faults:
        return [_fault(row, column, message) for column, message in faults.items()]
    doubts = tuple(iter_doubtful(cells)) if is_odd else ()
    return _person(row, columns, fields, rules, doubts)


def _person(
    row: RawRow, columns: RosterColumns, fields: dict[str, str], rules: ColumnRules, doubts: tuple[str, ...]
) -> Person:
    values = vars(columns) | {
        "rank": rules.ranks.get(columns.rank, ""),
        "phone": show_phone(columns.phone) if columns.phone and "phone" in columns.publish else "",
        "bio": render_bio(columns.bio) if columns.bio and "bio" in columns.publish else "",
    }
    allowed = columns.publish | {rules.own_host_field}
    return Person(
        id=columns.id,
        alias=columns.alias,
        market=columns.market,
        language=columns.language,
        status=columns.status,
        public=published(values, columns.publish, columns.alias),
        fields={name: value if name in allowed else "" for name, value in fields.items()},
        sponsor_id=columns.sponsor_id,
        enroller_id=columns.enroller_id,
        previous_aliases=columns.previous_aliases,
        file=row.file,
        line=row.line,
        doubts=doubts,
        lost=lost_letters(row, vars(columns) | fields, rules.fields),
    )


def _fault(row: RawRow, column: str, message: str) -> Fault:
    file, line = row.positions.get(column, (row.file, row.line))
    what, _, advice = message.partition("; ")
    return Fault(file, line, f"{column} {what}", advice)
