"""Edge cases for a theme: owners whose values every page must bear, whether or not the roster has such a person.

The values are invented. They pass the roster's own rules, so that a real owner may have them too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from replisite.model.distributor import Distributor

__all__ = ["CASES", "LAPSED", "Case"]

LAPSED: Final = "lapsed"
"""A distributor without a site: visitors get the page that the host shows for a missing page."""


@dataclass(frozen=True, slots=True)
class Case:
    """An edge case: its title, and the function that changes an owner into it."""

    title: str
    change: Callable[[Distributor], Distributor]


def _longest(owner: Distributor) -> Distributor:
    first, last = "Maximiliane-Wilhelmina", "Featherstonehaugh-Cholmondeley-Pfaffenhofen"
    return replace(
        owner,
        name=f"{first} {last}",
        first_name=first,
        last_name=last,
        city="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
        region="Donaudampfschifffahrtsland",
        greeting=(
            "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz is one word, and this is a greeting that "
            "goes on for as long as a greeting may, because an owner will write one, and the page must still be a page."
        ),
    )


def _right_to_left(owner: Distributor) -> Distributor:
    return replace(
        owner,
        name="نوال بنت إبراهيم الشهري",
        first_name="نوال",
        last_name="الشهري",
        city="الرياض",
        region="",
        greeting="أهلاً وسهلاً! اسألوني عن أي شيء، 24/7.",
        bio=Markup("<p>أحب الشاي منذ الصغر.</p>"),
    )


def _no_photo(owner: Distributor) -> Distributor:
    return replace(owner, photo="")


def _no_phone(owner: Distributor) -> Distributor:
    channels = tuple(channel for channel in owner.channels if channel.kind == "email")
    return replace(owner, phone="", channels=channels)


def _bare(owner: Distributor) -> Distributor:
    return replace(
        owner,
        last_name="",
        photo="",
        phone="",
        email="",
        channels=(),
        greeting="",
        bio=Markup(""),
        city="",
        region="",
        country="",
        rank="",
        sponsor=None,
        enroller=None,
        upline=(),
        fields=dict.fromkeys(owner.fields, ""),
    )


def _same(owner: Distributor) -> Distributor:
    return owner


CASES: Final[Mapping[str, Case]] = {
    "longest-name": Case("Longest name", _longest),
    "right-to-left": Case("Right to left", _right_to_left),
    "no-photo": Case("No photo", _no_photo),
    "no-phone": Case("No phone", _no_phone),
    "bare": Case("Nothing published", _bare),
    LAPSED: Case("Lapsed", _same),
}
"""By the names that stand in addresses."""
