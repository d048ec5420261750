"""Find the letters that a row's cells hold and the person's values do not: nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from replisite.model.lost_letters import LostLetters, letter_name, may_lose
from replisite.model.site import CustomField
from replisite.model.text import left_out
from replisite.roster.rows import RawRow

__all__ = ["lost_letters"]

_LINES = frozenset(
    [
        "id",
        "sponsor_id",
        "enroller_id",
        "first_name",
        "last_name",
        "display_name",
        "city",
        "region",
        "country",
    ]
)
_TEXTS = frozenset(["greeting", "bio"])
MOST = 3
"""How many letters of a cell are named."""


def lost_letters(
    row: RawRow, values: Mapping[str, object], fields: Mapping[str, CustomField]
) -> tuple[LostLetters, ...]:
    """Return what a row's cells have lost. ``values`` are what became of them, ``fields`` the company's columns.

    White space around a text, and what becomes a blank or the end of a line, is not lost.
    """
    return tuple(_iter_lost(row, values, fields)) if row.lost or may_lose(row.cells.values()) else ()


def _iter_lost(
    row: RawRow, values: Mapping[str, object], fields: Mapping[str, CustomField]
) -> Iterator[LostLetters]:
    for column, text in row.cells.items():
        field = fields.get(column)
        if column in _TEXTS:
            letters = left_out(text, is_line=False)
        elif column in _LINES or (field is not None and field.type == "text"):
            letters = left_out(text, is_line=True)
        else:
            letters = _missing(text, str(values.get(column, "")))
        letters = [*row.lost.get(column, ""), *letters]
        if letters:
            yield LostLetters(*row.positions.get(column, (row.file, row.line)), column, _named(letters))


def _missing(text: str, value: str) -> list[str]:
    """Return the invisible letters that a number or an address holds as it is written, and not as it is kept."""
    return [
        letter for letter in text if not letter.isprintable() and not letter.isspace() and letter not in value
    ]


def _named(letters: Iterable[str]) -> str:
    names = [letter_name(letter) for letter in dict.fromkeys(letters)]
    return " and ".join(names[:MOST]) + (f" and {len(names) - MOST} others" if len(names) > MOST else "")
