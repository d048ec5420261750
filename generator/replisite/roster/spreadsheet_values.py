"""Recognise what spreadsheets and databases write instead of a value, and rows that are no people.

Much of it is a text like any other: ``Null`` is a family name (Christopher Null), ``Nan`` a given name, None a town in
Piedmont. A cell is therefore judged by its column, its exact spelling and the rest of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from replisite.model.site import CustomField
from replisite.model.text import quoted

__all__ = ["is_suspect", "iter_doubtful", "iter_faulty", "no_person"]

_ERRORS_BY_LANGUAGE = (  # of Excel, beginning with English; #ERROR! is Google Sheets'
    "#n/a #ref! #name? #value! #div/0! #num! #null! #spill! #calc! #field! #blocked! #connect! #busy! #unknown!",
    "#external! #python! #getting_data #error!",
    "#nv #wert! #bezug! #zahl! #überlauf!",
    "#valeur! #nom? #nombre! #nul!",
    "#n/d #¿nombre? #¡valor! #¡ref! #¡div/0! #¡num! #¡nulo!",
    "#valor! #nome? #valore! #rif!",
    "#n/b #waarde! #verw! #naam? #getal! #deel/0!",
    "#n/d! #arg! #adr! #nazwa? #liczba!",
    "#saknas! #värdefel! #referens! #namn? #ogiltigt! #division/0!",
)
_ERRORS = frozenset(error for errors in _ERRORS_BY_LANGUAGE for error in errors.split())
_ERROR_CODE = re.compile(r"Err:5\d\d|#{3,}")
"""LibreOffice's errors by number, and what a spreadsheet shows where a column is too narrow for a number."""

_ALWAYS_NOTHING = frozenset(
    ["\\n", "(null)", "[null]", "{null}", "<null>", "<na>", "<n/a>", "(none)", "<none>", "n/a"]
)
"""How databases and programs write "no value", in lower case; no person and no town is called so."""

_NOTHING_BY_CASE = frozenset(["NaN", "NaT", "\\N"])
_NOTHING = frozenset(["null", "none", "nan", "nat", "nil", "undefined", "true", "false"])
"""Words that are names too, if they are spelled as names are."""
_PYTHON = frozenset(["None", "True", "False"])
"""Words that a program spells as names are spelled."""

_NAMES = ("first_name", "last_name", "display_name")
_PLACES = ("city", "region", "country")
_PROSE = ("greeting", "bio", "publish")
_CHOSEN = ("market", "language", "rank", "status")
"""Columns whose values the company names in site.toml: "nan" may be a language there (Min Nan, ISO 639-3)."""
_NUMBERED = frozenset(["id", "sponsor_id", "enroller_id", "alias", "phone"])
_DATED = _NUMBERED - {"phone"}

_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
_QUOTES = "\"“”„‟«»‹›'`‘’‚‛"  # noqa: RUF001 - these are meant

_TEXT_FORMULA = re.compile(r'="+([^"&]*)"+')
_ROUNDED = re.compile(r"[+-]?(?:\d[.,]\d+[eE][+-]?\d+|\d[eE]\+\d{2,3})")
_FLOAT = re.compile(r"[+-]?\d+\.0+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+")
_MONTH = (
    "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mrz|Mär|Mai|Okt|Dez|janv|févr|mars|avr|juin|juil|août|déc"
    "|Ene|Abr|Ago|Dic|Gen|Mag|Giu|Lug|Set|Ott)"
)
_DATE = re.compile(
    rf"\d{{1,2}}-{_MONTH}\.?(?:-\d{{2,4}})?|{_MONTH}\.?-\d{{1,4}}|\d{{1,2}}/\d{{1,2}}/\d{{2,4}}"
    r"|\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?"
)

_TOTAL_WORD = (
    "(?:grand[ -]|sub-?|overall )?totals?|sum|count|average|(?:gesamt|zwischen|end)?summe|gesamt|anzahl"
    "|(?:sous-?|sub)?total(?: général| general| geral)?|somme|nombre|suma|totale|somma|conteggio|totaal|aantal|razem"
    "|soma|toplam|итого|всего|合計|总计|總計|합계|المجموع"
)
_ROWS = "rows?|records?|entries|people|zeilen|zeile|lignes?|filas?|righe"
_TOTAL = re.compile(
    rf"\(?(?:(?:{_TOTAL_WORD})\s*[:=(]?\s*[\d.,\s]*(?:{_ROWS})?\)?"
    rf"|[\d.,]+ (?:{_ROWS})(?: (?:affected|selected|returned|in set.*))?)\)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d.,\s]*")
_SEPARATORS = re.compile(r"[-=_+|*~.:;,/\\\s\u2500-\u257f–—]+")  # noqa: RUF001 - the dashes are meant
_APART = "\x00"
"""Stands between cells that are looked at together; it is no white space."""

_KEY = (
    f"(?!(?:null|none|nan|nat|nil|undefined|true|false|id|alias)(?:{_APART}|\\Z))"
    "(?:[a-z]++[a-z0-9-]*+|[A-Z]{1,6}+-?+[A-Z]{0,4}+[0-9]++|[0-9]++)"
)
_PLAIN_KEYS = re.compile(f"{_KEY}{_APART}{_KEY}{_APART}(?:{_KEY})?{_APART}(?:{_KEY})?")
"""Id and alias, and the ids of sponsor and enroller, which may be empty."""
_SUSPECT = re.compile(
    f"{_APART}(?=[\\s{_INVISIBLE}=#\\\\<(\\[{{NnuUtTfFE])(?:"  # clears nearly every cell by its first letter
    f"[\\s{_INVISIBLE}=#\\\\<(\\[{{]|Err:"
    "|(?:[Nn](?:[Uu][Ll][Ll]|[Oo][Nn][Ee]|[Aa][NnTt]|[Ii][Ll]|/[Aa])|[Uu]ndefined|UNDEFINED|[Tt](?:rue|RUE)"
    f"|[Ff](?:alse|ALSE))\\s*+{_APART})"
)


def is_suspect(cells: Mapping[str, str]) -> bool:
    """Say, fast, whether a row may hold anything that the functions below would name, in an id, an alias or a text."""
    get = cells.get
    if not (get("first_name") and get("last_name")):
        return True
    keys = f"{get('id')}{_APART}{get('alias')}{_APART}{get('sponsor_id', '')}{_APART}{get('enroller_id', '')}"
    if not _PLAIN_KEYS.fullmatch(keys):
        return True
    return _SUSPECT.search(f"{_APART}{_APART.join(cells.values())}{_APART}") is not None


def no_person(cells: Mapping[str, str]) -> str:
    """Return what a row is that lists no person, with advice behind a semicolon; ``""`` for a person's row."""
    filled = {
        name: bare for name, text in cells.items() if (bare := text.strip(_INVISIBLE + " \t\r\n\u00a0"))
    }
    if len(filled) > 1 and all(_as_column(text) in cells for text in filled.values()):
        return "the row repeats the header; remove it"
    if filled and all(map(_SEPARATORS.fullmatch, filled.values())):
        return "the row is a line between others and lists nobody; remove it"
    words = [filled.get(name, "") for name in ("id", "alias", "first_name", "last_name")]
    total = next((word for word in words if _TOTAL.fullmatch(word) and not _NUMBER.fullmatch(word)), "")
    if total and all(_TOTAL.fullmatch(word) or _NUMBER.fullmatch(word) for word in words):
        if filled.get("first_name") and filled.get("last_name") and len(set(words)) == len(words):
            return ""  # a person called Sum Total, whose id and alias are others
        return f"the row is a total ({quoted(total)}) and lists nobody; remove it"
    return ""


def iter_faulty(cells: Mapping[str, str], fields: Mapping[str, CustomField]) -> Iterator[tuple[str, str]]:
    """Stream the columns whose cells hold no value, each with what it is, and advice behind a semicolon."""
    nothings = sum(map(_is_nothing, cells.values()))
    for column, text in cells.items():
        fault = _fault(column, text.strip(), cells, fields.get(column), nothings) if text else ""
        if fault:
            yield column, fault


def iter_doubtful(cells: Mapping[str, str]) -> Iterator[str]:
    """Stream what is odd in a row without faults: ``""`` for no name at all, else a name or a town that may be none."""
    if not any(cells.get(name, "").strip() for name in _NAMES):
        yield ""
    for column in ("first_name", "last_name", "city"):
        text = cells.get(column, "").strip()
        if text.lower() in _NOTHING and (text in _PYTHON or text != text.title()):
            yield text


def _fault(column: str, text: str, cells: Mapping[str, str], field: CustomField | None, nothings: int) -> str:
    bare = text.strip(_INVISIBLE)
    if bare.lower() in _ERRORS or _ERROR_CODE.fullmatch(bare):
        return f"{quoted(bare)} is an error of a spreadsheet; write the value itself, or leave it empty"
    if _is_no_value(column, bare, cells, field, nothings):
        if bare.lower() in {"true", "false"}:
            return (
                f"{quoted(bare)} is what a spreadsheet or a program writes for yes or no; write the {column}"
            )
        advice = f"write the person's {column}" if column in {"id", "alias"} else "leave it empty"
        return f"{quoted(bare)} is what a database or a program writes for no value; {advice}"
    if formula := _TEXT_FORMULA.fullmatch(bare):
        return (
            f"{quoted(bare)} is a formula of a spreadsheet; write {formula[1].strip() or 'the value itself'}"
        )
    is_prose = column in _NAMES or column in _PLACES or column in _PROSE or column in _CHOSEN
    if is_prose or (field is not None and field.type == "text"):
        return ""
    return _key_fault(column, text, bare, field)


def _key_fault(column: str, text: str, bare: str, field: CustomField | None) -> str:
    """Return what is wrong with a cell that is an id, an alias, an address or a number."""
    if bare.startswith("="):
        return f"{quoted(bare)} is a formula of a spreadsheet; write its result"
    inner = bare.strip(_QUOTES).strip()
    if inner != bare and inner and (bare[-1] in _QUOTES or bare[0] == "'"):
        what = "has quotation marks around it" if bare[-1] in _QUOTES else "begins with an apostrophe"
        return f"{quoted(bare)} {what}; write {inner}"
    if text.lstrip(_INVISIBLE) != text:
        return f"{quoted(text)} begins with an invisible letter; write {bare}"
    is_number = column in _NUMBERED or (field is not None and field.type in {"phone", "number"})
    if is_number and _ROUNDED.fullmatch(bare):
        return f"{quoted(bare)} is a number that a spreadsheet has rounded; write all of its digits, as text"
    if (column in _NUMBERED or (field is not None and field.type == "phone")) and _FLOAT.fullmatch(bare):
        return f"{quoted(bare)} is a number with decimals; write {bare.partition('.')[0]}"
    if column in _DATED and _GROUPED.fullmatch(bare):
        return f"{quoted(bare)} is a number in groups; write {re.sub('[^0-9]', '', bare)}"
    if column in _DATED and _DATE.fullmatch(bare):
        return f"{quoted(bare)} is a date that a spreadsheet has made of it; write it as text"
    return ""


def _is_no_value(
    column: str, text: str, cells: Mapping[str, str], field: CustomField | None, nothings: int
) -> bool:
    """Say whether a cell that may be a word or a name is a program's "no value"."""
    word = text.lower()
    if word in _ALWAYS_NOTHING or text in _NOTHING_BY_CASE:
        return True
    if word not in _NOTHING or column in _CHOSEN:
        return False
    is_text = field is not None and field.type in {"text", "boolean"}
    if word in {"true", "false"} and (is_text or column in _PROSE):
        return False
    if column == "alias":
        named = " ".join(cells.get(name, "") for name in _NAMES).lower().split()
        return word not in named or nothings > 2
    if column not in _NAMES and column not in _PLACES:
        return True
    if text == text.title() and text not in _PYTHON:
        return False
    if text in _PYTHON:
        is_name = column in {"first_name", "last_name", "city"}
        return not (is_name and nothings == 1 and _other_name(column, cells))
    other = _other_name(column, cells) if column in {"first_name", "last_name"} else ""
    return not ((text.isupper() and other.isupper()) or (text.islower() and other.islower())) or nothings > 1


def _other_name(column: str, cells: Mapping[str, str]) -> str:
    other = cells.get("last_name" if column == "first_name" else "first_name", "").strip()
    return "" if len(other) < 2 or _is_nothing(other) else other


def _is_nothing(text: str) -> bool:
    bare = text.strip()
    return bare.lower() in _NOTHING or bare.lower() in _ALWAYS_NOTHING or bare.lower() in _ERRORS


def _as_column(text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.casefold())
