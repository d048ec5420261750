"""The rules of ``content/public_files.py`` for one site, made of its site.toml."""

from __future__ import annotations

from pathlib import Path

from replisite.content.public_files import PublicFiles
from replisite.model.site import Roster, Site

__all__ = ["listed_of", "rules_of"]


def rules_of(site: Site, source: Path | None = None) -> PublicFiles:
    """Return a site's rules; ``source`` is the roster that is read instead of the site's own."""
    own = site.root / site.roster.source
    has_roster = source is not None or site.mode.needs_roster or site.roster != Roster() or own.exists()
    return PublicFiles(
        site.root,
        site.root / site.content,
        (source or own) if has_roster else None,
        listed_of(site),
        site.follow_links,
        skips_sources=site.mode.publishes_by_reference,
    )


def listed_of(site: Site) -> tuple[str, ...]:
    """Return the files and folders of the content that site.toml publishes as they are: Pelican's STATIC_PATHS too."""
    static = site.pelican.get("STATIC_PATHS")
    handed = [static] if isinstance(static, str) else static if isinstance(static, list) else []
    return (*site.public, *(path for path in handed if isinstance(path, str)))
