"""The file that an author most likely meant by a name that no file has."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

__all__ = ["near_name"]

_ALMOST_EQUAL = 0.85
"""How alike two names must be for one to be a mistyped other (the ratio of difflib)."""

_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕԁһԛԝкмтвнοανρυκχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ‐‑‒–—−’ʼ\u00a0\u2009\u202f",  # noqa: RUF001 - these are meant
    "aeopcyxijsdhqwkmtbhoavpukxABEZHIKMNOPTYX------''   ",
)
"""Cyrillic and Greek letters, hyphens and blanks that the eye takes for others (a few of UTS #39's)."""


def near_name(written: str, known: Iterable[str]) -> str:
    """Return the advice about a name that no file has: the name of a file that looks like it, and the difference.

    ``""`` where there is none. Names that are one in Unicode's normal form come first, then those that differ in
    capital letters, in letters that look alike, in a mistyped letter.

    >>> near_name("images/Cup.png", ["images/cup.png"])
    'there is images/cup.png: capital letters count'
    """
    names = sorted(known)
    composed = unicodedata.normalize("NFC", written)
    for name in names:
        if unicodedata.normalize("NFC", name) == composed and name != written:
            return _about_accents(name)
    for name in names:
        if _folded(name) == _folded(written) and name != written:
            return f"there is {name}: capital letters count"
    for name in names:
        if _seen(name) == _seen(written) and name != written:
            return f"there is {name}: it looks the same, and has {_difference(written, name)}"
    close = difflib.get_close_matches(written, names, n=1, cutoff=_ALMOST_EQUAL)
    return f'did you mean "{close[0]}"?' if close else ""


def _about_accents(name: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    if name != composed:
        return (
            f"there is {composed} with its accents written apart, as macOS does (decomposed Unicode): "
            "rename it, typing the name again"
        )
    return f"there is {name}, and here the accents of {composed} are written apart (decomposed Unicode): type the name again"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _seen(name: str) -> str:
    return unicodedata.normalize("NFKC", name).translate(_LOOKS_LIKE).casefold()


def _difference(written: str, name: str) -> str:
    r"""Name the first letter of a file's name that is not the letter of the name that was written.

    >>> _difference("cup", "cu\u0440")
    'a cyrillic small letter er'
    """
    here = next((letter for letter, other in zip(name, written, strict=False) if letter != other), "")
    return f"a {unicodedata.name(here, 'letter of another script').lower()}" if here else "another length"
