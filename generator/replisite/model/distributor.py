"""A person on the roster, and the same person as templates see them.

A ``Person`` is one valid roster row, already cut down to what its owner consented to publish:
values that are not published do not leave the room that read them. A ``Distributor`` is
what templates call ``distributor``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

from replisite.model.lost_letters import LostLetters
from replisite.model.photo_paths import is_photo, webp_of

__all__ = [
    "ALWAYS_PUBLIC",
    "DEFAULT_PUBLISH",
    "PHOTO_SUFFIXES",
    "PUBLISHABLE",
    "Channel",
    "Distributor",
    "Person",
    "Status",
    "Supporter",
]

Status = Literal["active", "grace", "lapsed", "terminated"]
"""*active* and *grace* have a site; *lapsed* and *terminated* have none, and keep their alias."""

DEFAULT_PUBLISH: tuple[str, ...] = ("first_name", "last_initial", "city")
"""The columns that a person publishes if the row has no ``publish``."""

PUBLISHABLE: tuple[str, ...] = (
    "first_name",
    "last_name",
    "last_initial",
    "display_name",
    "email",
    "phone",
    "photo",
    "greeting",
    "bio",
    "city",
    "region",
    "country",
    "rank",
    "joined",
)
"""The columns that ``publish`` may list, beside the custom fields of site.toml."""

ALWAYS_PUBLIC: tuple[str, ...] = ("id", "alias", "market", "language", "status")
"""What a replicated site cannot work without: the referral, the address, the edition."""


PHOTO_SUFFIXES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})
"""What a photo's file may be. An SVG may hold scripts, and is no photo."""


@dataclass(frozen=True, slots=True)
class Person:
    """One valid roster row; ``public`` holds the published values alone, by column name.

    ``doubts`` say what is odd about the row: ``""`` for a row without a name, else a word that may be none. ``lost`` are
    the letters that its values do not have any more.

    ``public`` has ``name`` always (see `replisite.roster.consent`). Custom fields are in ``fields``,
    as text: an ISO date, a number as written, ``"yes"`` or ``"no"``. ``bio`` in ``public`` is HTML that
    this program sanitised. ``file`` and ``line`` say where the row stands.
    """

    id: str
    alias: str
    market: str
    language: str
    status: Status
    public: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    sponsor_id: str = ""
    enroller_id: str = ""
    previous_aliases: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    doubts: tuple[str, ...] = field(default=(), compare=False)
    lost: tuple[LostLetters, ...] = field(default=(), compare=False)
    """Both are of the row, not of the person: the people database does not keep them."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One consented way to reach a person: ``kind`` is ``phone``, ``email`` or a custom field's name."""

    kind: str
    label: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Supporter:
    """A sponsor, enroller or other upline as shown on another owner's site: published values only."""

    id: str
    alias: str
    name: str
    first_name: str = ""
    last_name: str = ""
    photo: str = ""
    greeting: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    channels: tuple[Channel, ...] = ()
    rank: str = ""
    url: str = ""
    is_company: bool = False

    @property
    def photo_webp(self) -> str:
        """The photo's WebP, which is smaller than the JPEG that ``photo`` is; empty where the photo is not derived."""
        return webp_of(self.photo) if is_photo(self.photo) else ""

    @property
    def initials(self) -> str:
        """One or two letters for an avatar."""
        return initials(self.name)


@dataclass(frozen=True, slots=True)
class Distributor(Supporter):
    """The owner of a site, as templates see them; what is not published is an empty string."""

    bio: Markup = Markup("")  # noqa: RUF009 - a constant
    language: str = ""
    market: str = ""
    status: Status = "active"
    sponsor: Supporter | None = None
    enroller: Supporter | None = None
    upline: tuple[Supporter, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def edition(self) -> str:
        """The key of the owner's main edition, such as ``GB-en``."""
        return f"{self.market}-{self.language}"


def initials(name: str) -> str:
    """Return up to two initials of a name, in its own script.

    >>> initials("Siobhán O'Neil"), initials("李小龍"), initials("")
    ('SO', '李', '?')
    """
    words = [word for word in name.split() if any(letter.isalpha() for letter in word)]
    letters = [next(letter for letter in word if letter.isalpha()) for word in words]
    chosen = letters[:1] + letters[1:][-1:]
    return "".join(chosen).upper() or "?"
