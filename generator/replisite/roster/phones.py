"""Phone numbers: kept in E.164 form, shown in international format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers

from replisite.model.text import quoted

__all__ = ["parse_phone", "show_phone"]

_PLAIN = re.compile(r"\+[1-9][0-9]{0,3}([ .-]?[0-9]){5,14}")
_MADE_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)|[+-]?[0-9]{6,}\.0+")
_NOT_A_DIGIT = re.compile(r"[^0-9]")
_GROUP = re.compile(r"\\([1-9])")
"""How the library's formats name a group of digits; `str.format` fills them in at a third of the time of `re.sub`."""


def parse_phone(text: str, region: str) -> str:
    """Return the number in E.164 form, ``;ext=`` behind it if it has an extension; raises ValueError.

    A national number is one of ``region`` (ISO 3166).

    >>> parse_phone("01632 960100", "GB")
    '+441632960100'
    """
    return _parse_plain(text) or _parse_any(text, region)


def show_phone(number: str) -> str:
    """Return a number that `parse_phone` gave in international format.

    >>> show_phone("+441632960100")
    '+44 1632 960100'
    """
    digits, _, extension = number.partition(";ext=")
    shown = _show_plain(digits) or _show_any(digits)
    return f"{shown} ext. {extension}" if extension else shown


@dataclass(frozen=True, slots=True)
class _Plan:
    """What there is to know of a country code's numbers, compiled once.

    ``prefix`` is what may be dialled before a national number; a shape is how a number begins, if that
    matters, what it is as a whole, and how it is written.
    """

    lengths: frozenset[int]
    prefix: re.Pattern[str] | None
    shapes: tuple[tuple[re.Pattern[str] | None, re.Pattern[str], str], ...]


@cache
def _plan(code: str) -> _Plan | None:
    """Return the plan of a country code, None where it is not that of a region."""
    region = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if not metadata or not metadata.general_desc:
        return None
    prefix = metadata.national_prefix_for_parsing
    shapes = []
    for shape in metadata.intl_number_format or metadata.number_format:
        beginnings = shape.leading_digits_pattern
        beginning = re.compile(beginnings[-1]) if beginnings else None  # the last is the most exact
        shapes.append((beginning, re.compile(str(shape.pattern)), _GROUP.sub(r"{\1}", str(shape.format))))
    return _Plan(
        frozenset(metadata.general_desc.possible_length),
        re.compile(prefix) if prefix else None,
        tuple(shapes),
    )


def _show_plain(digits: str) -> str:
    """Return what the library would, ten times as fast; ``""`` for a number that begins with a zero, and others."""
    code, national = _split(digits[1:])
    plan = _plan(code) if code and national and national[0] != "0" else None
    if plan is None:
        return ""
    for beginning, whole, written in plan.shapes:
        if (beginning is None or beginning.match(national)) and (match := whole.fullmatch(national)):
            shown = written.format("", *match.groups(""))
            return f"+{code} {shown}"
    return f"+{code} {national}"


def _show_any(digits: str) -> str:
    parsed = phonenumbers.parse(digits)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _parse_any(text: str, region: str) -> str:
    if _MADE_NUMBER.fullmatch(
        text
    ):  # the library would take the letter for a key, and the last zero for a digit
        raise ValueError(
            f"{quoted(text)} is a number that a spreadsheet has made; write it as +44 1632 960100"
        )
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(f"{quoted(text)} is not a phone number; write it as +44 1632 960100") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"{quoted(text)} has too few or too many digits for a phone number")
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{digits};ext={number.extension}" if number.extension else digits


def _parse_plain(text: str) -> str:
    """Return what the library would, ten times as fast, for a number that leaves no question; else ``""``.

    No question: a country code, and after it neither a national prefix nor a length that is not possible.
    """
    if not _PLAIN.fullmatch(text):
        return ""
    digits = _NOT_A_DIGIT.sub("", text)
    code, national = _split(digits)
    if not code or national.startswith("0"):
        return ""
    plan = _plan(code)
    if plan is None or len(national) not in plan.lengths:
        return ""
    return "" if plan.prefix and plan.prefix.match(national) else f"+{digits}"


def _split(digits: str) -> tuple[str, str]:
    """Return the country code, ``""`` if it is none, and the rest. No code begins with another (ITU-T E.164)."""
    for length in (1, 2, 3):
        if int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return digits[:length], digits[length:]
    return "", digits
