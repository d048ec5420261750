"""The two modes of a build: replisite's own, and ``[pelican] defaults = "pelican"``, which writes what Pelican writes.

Each difference between them is a field of `Mode`; no other room compares `Site.pelican_defaults`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

__all__ = ["MODES", "Mode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What a build does beyond Pelican. With ``defaults = "pelican"`` every field is false."""

    has_own_settings: bool
    """Pelican starts from replisite's settings and theme, dates content by ``--future``, and its plugins are those that
    site.toml names; otherwise Pelican's settings and theme, and the plugins that are installed."""

    has_kinds: bool
    """Products, lessons and the other kinds of content are read; otherwise all content is articles and pages."""

    is_strict: bool
    """What Pelican passes over in content (an unknown key, a broken link, a placeholder that names nothing) is a fault."""

    needs_roster: bool
    """The roster must exist, also if site.toml does not name it."""

    publishes_by_reference: bool
    """A file of the content is published because a page, the theme or a list asks for it, and never because of its folder."""

    has_sitemap: bool
    """The corporate site has a sitemap.xml and a robots.txt."""


_OURS = Mode(
    has_own_settings=True,
    has_kinds=True,
    is_strict=True,
    needs_roster=True,
    publishes_by_reference=True,
    has_sitemap=True,
)
_PELICAN = Mode(
    has_own_settings=False,
    has_kinds=False,
    is_strict=False,
    needs_roster=False,
    publishes_by_reference=False,
    has_sitemap=False,
)

MODES: Final[Mapping[Literal["replisite", "pelican"], Mode]] = MappingProxyType(
    {"replisite": _OURS, "pelican": _PELICAN}
)
"""The modes by the value of ``[pelican] defaults``."""
