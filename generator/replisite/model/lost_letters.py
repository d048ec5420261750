"""The letters of a roster's cell that are not published as they are written: controls and writing directions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["LostLetters", "letter_name", "may_lose"]

_MAY_LOSE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)


class LostLetters(NamedTuple):
    """Where letters were lost: the file, the line of the row or of the story's key, the column, and the letters' names."""

    file: str
    line: int
    column: str
    letters: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column} has {self.letters}"


def may_lose(texts: Iterable[str]) -> bool:
    """Say quickly whether cells may hold a letter that cleaning removes."""
    text = "".join(texts)
    return not (text.isascii() and text.isprintable()) and _MAY_LOSE.search(text) is not None


def letter_name(letter: str) -> str:
    r"""Return a letter's code and its Unicode name, or what it is where it has none.

    >>> letter_name("\u202e"), letter_name("\x07")
    ('U+202E RIGHT-TO-LEFT OVERRIDE', 'U+0007 (a control character)')
    """
    code = f"U+{ord(letter):04X}"
    name = unicodedata.name(letter, "")
    if name:
        return f"{code} {name}"
    kinds = {"Cc": "a control character", "Cs": "half of a surrogate pair", "Cn": "a noncharacter"}
    return f"{code} ({kinds.get(unicodedata.category(letter), 'a letter without a name')})"
