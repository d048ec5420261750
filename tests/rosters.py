"""Write rosters that are as hostile as people can make them, with secrets planted where nobody consented."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import gcd
from pathlib import Path
from typing import Any

from replisite.model.distributor import DEFAULT_PUBLISH
from replisite.model.site import Company, CustomField, Market, Rank, Roster, Site

__all__ = ["COLUMNS", "HOSTILE", "Planted", "a_site", "iter_planted", "write_roster"]

HOSTILE: tuple[str, ...] = (
    "Siobhán O'Neil",
    "李小龍",
    "山田　太郎",
    "김민수",
    "Владимир Ёлкин",
    "Ελένη Παπαδοπούλου",
    "محمد بن عبد الله",
    "יעל כהן־לוי",
    "अनुष्का क्षत्रिय",
    "สมชาย ใจดี",
    "አበበ ቢቂላ",
    "Zo\u0065\u0308 e\u0301\u0323\u0327",
    "Z̷̢̛a̴l̸g̶o",
    "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🫖",
    "\u202eright to left override",
    "\u2066isolate \u2069\u2069\u202c ends \u200f",
    "line\nbreak\r\nand\ttab\u2028and\x85more",
    "bell\x07 escape\x1b[31m nul\x00 delete\x7f",
    '<script>alert("1")</script>',
    "</title></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" \'x=\'',
    "<!-- --> ]]> <![CDATA[ &amp; &lt;b&gt; &#60;",
    "{{ 7 * 7 }} {% raw %} {# not a comment #}",
    "{{ distributor.email }}{% for x in y %}",
    "%s %(name)s %d ${name} #{name} $1 \\1 \\u0041",
    "\ue000\uf8ff\U000f0000 private",
    'a "quoted", comma; semicolon',
    "' OR 1=1; DROP TABLE people; --",
    '=HYPERLINK("http://evil.example")',
    "../../etc/passwd",
    "javascript:alert(1)",
    "﻿zero\u200bwidth\u00adletters",
    "of #N/A",
    "of NULL, None, nan",
    "1.00235E+11",
    'of ="00123"',
    "Grand Total: 294",
    "TT1,evil,Evil,Person\nTT2,worse,Worse,Person",
    'an odd " quote',
    "x" * 440,
    "é" * 440,
    "",
)
"""Texts that must be rendered safely wherever a text may stand."""

COLUMNS = [
    "id",
    "alias",
    "first_name",
    "last_name",
    "display_name",
    "email",
    "phone",
    "photo",
    "greeting",
    "bio",
    "city",
    "region",
    "country",
    "language",
    "market",
    "rank",
    "status",
    "sponsor_id",
    "enroller_id",
    "joined",
    "previous_aliases",
    "publish",
]

PUBLISH = (
    "",
    "",
    "first_name last_name city",
    "first_name;last_name;email;phone",
    "first_name, last_initial, greeting, bio, region, country",
    "display_name greeting photo phone",
    "display_name,email,phone,photo,greeting,bio,city,region,country,joined,first_name,last_name",
    "alias",
)

_TEXTS = ("first_name", "last_name", "display_name", "greeting", "bio", "city", "region", "country")
_BAD_EVERY = 10


def a_site(root: Path, **changes: Any) -> Site:
    """Return a site of three markets, one of them closed, two ranks, and custom fields of every type."""
    site = Site(
        root=root,
        name="Tarn & Thistle",
        url="https://www.tea.example",
        company=Company("HOUSE", "Tarn & Thistle"),
        markets=(
            Market("GB", "United Kingdom", "GBP", ("en", "cy")),
            Market("US", "United States", "USD", ("en", "es")),
            Market("FR", "France", "EUR", ("fr",), "closed"),
        ),
        ranks=(Rank("member", "Member", 0), Rank("guide", "Senior Guide", 1)),
        roster=Roster(fields=(CustomField("whatsapp", "WhatsApp", "url", is_channel=True),)),
    )
    return replace(site, **changes)


@dataclass(frozen=True, slots=True)
class Planted:
    """One row as it was written.

    ``shown`` are marks that may stand on this person's own site, ``secrets`` those that may stand nowhere.
    """

    cells: dict[str, str]
    shown: dict[str, str]
    secrets: dict[str, str]
    is_bad: bool = False

    @property
    def alias(self) -> str:
        """The person's alias."""
        return self.cells["alias"]

    @property
    def has_site(self) -> bool:
        """Whether the person's status gives a site."""
        return not self.is_bad and self.cells["status"] in {"active", "grace", ""}


def write_roster(
    path: Path,
    count: int,
    seed: int,
    bad: bool = False,
    *,
    markets: Sequence[str] = ("GB",),
    fields: Sequence[str] = (),
) -> list[Planted]:
    """Write a CSV of ``count`` people, with BOM and CRLF, and return what was planted in each row.

    ``fields`` are custom columns of type url. With ``bad`` every tenth row has one fault or other.
    """
    planted = list(iter_planted(count, seed, bad, markets=markets, fields=fields))
    with path.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text, lineterminator="\r\n")
        header = [*COLUMNS, *fields]
        writer.writerow(header)
        for row in planted:
            cells = [row.cells[column] for column in header]
            writer.writerow(cells[:-1] if row.cells["alias"].endswith("-short") else cells)
    return planted


def iter_planted(
    count: int, seed: int, bad: bool = False, *, markets: Sequence[str] = ("GB",), fields: Sequence[str] = ()
) -> Iterator[Planted]:
    """Stream the rows: a tree of sponsors, shuffled, so that sponsors may stand below those they sponsor."""
    step = next(step for step in range(count // 3 + 2, 2 * count + 3) if gcd(step, count) == 1)
    for place in range(count):
        number = (place * step + seed) % count
        good = _person(number, seed, markets, fields)
        yield _spoilt(good, place // _BAD_EVERY) if bad and place % _BAD_EVERY == _BAD_EVERY - 1 else good


def _person(number: int, seed: int, markets: Sequence[str], fields: Sequence[str]) -> Planted:
    dice = random.Random(f"{seed} {number}")
    mark = f"{seed:x}z{number}z"
    publish = dice.choice(PUBLISH)
    if fields and publish and dice.random() < 0.5:
        publish += " " + " ".join(fields)
    cells = dict.fromkeys([*COLUMNS, *fields], "")
    cells |= {
        "id": f"ID-{mark}",
        "alias": f"{dice.choice(('tea', 'leaf', 'cup', 'jane', 'zoe'))}-{mark}",
        "market": dice.choice(["", *markets]),
        "status": dice.choices(["", "active", "grace", "lapsed", "terminated"], [4, 4, 1, 1, 1])[0],
        "sponsor_id": f"ID-{seed:x}z{dice.randrange(number)}z" if number and dice.random() < 0.98 else "",
        "enroller_id": f"ID-{seed:x}z{dice.randrange(number)}z" if number and dice.random() < 0.5 else "",
        "previous_aliases": f"old-{mark} older-{mark}" if dice.random() < 0.05 else "",
        "publish": publish,
    }
    allowed = set(publish.replace(",", " ").replace(";", " ").split() or DEFAULT_PUBLISH)
    marks: dict[str, str] = {}
    for column in _TEXTS:
        if dice.random() < 0.9:
            marks[column] = f"Q{column.replace('_', '')}{mark}Q"
            cells[column] = f"{marks[column]} {dice.choice(HOSTILE)}"
    if dice.random() < 0.8:
        marks["email"] = cells["email"] = f"mail-{mark}@example.com"
    if dice.random() < 0.8:
        cells["phone"] = f"+44 7{number:09d}"
        marks["phone"] = f"7{number:09d}"
    if dice.random() < 0.5:
        marks["photo"] = cells["photo"] = f"https://photos.example/{mark}.jpg"
    if dice.random() < 0.5:
        marks["joined"] = cells["joined"] = f"{1900 + number % 8000:04d}-01-31"
    for column in fields:
        if dice.random() < 0.5:
            marks[column] = cells[column] = f"https://{column}.example/{mark}"
    shown = {column: text for column, text in marks.items() if column in allowed}
    secrets = {column: text for column, text in marks.items() if column not in allowed and column != "joined"}
    return Planted(cells, shown, secrets)


def _spoilt(good: Planted, kind: int) -> Planted:
    """Return the row with one fault, which kind tells."""
    alias = good.alias
    spoils: tuple[dict[str, str], ...] = (
        {"alias": alias.upper()},
        {"alias": f"{alias}/../up"},
        {"alias": "www"},
        {"alias": f"{alias}-short"},
        {"previous_aliases": "Old"},
        {"email": "nobody at example"},
        {"phone": "call me"},
        {"photo": "../roster.jpg"},
        {"market": "XX"},
        {"status": "sleeping"},
        {"rank": "emperor"},
        {"language": "tlh"},
        {"first_name": "x" * 501},
        {"publish": "first_name fone"},
        {"sponsor_id": "ID-nobody"},
        {"sponsor_id": good.cells["id"]},
        {"joined": "31/05/2024"},
        {"sponsor_id": '="00123"'},
        {"enroller_id": "1.00235E+11"},
        {"sponsor_id": "Jan-12"},
        {"phone": "4.41632E+11"},
        {"first_name": "#REF!"},
        {"last_name": "NULL", "first_name": "Jane"},
        {"city": "\\N"},
        {"alias": "wpad"},
        {"alias": "Total", "first_name": "", "last_name": ""},
    )
    return Planted(
        {**good.cells, **spoils[kind % len(spoils)]}, {}, {**good.shown, **good.secrets}, is_bad=True
    )
