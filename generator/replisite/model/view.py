"""An edition as one kind of reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from replisite.model.site import Edition, Site

__all__ = ["MEMBER", "STAFF", "EditionView"]

MEMBER: Final = "member"
STAFF: Final = "staff"


@dataclass(frozen=True, slots=True)
class EditionView:
    """One edition as one kind of reader sees it.

    ``reader`` is empty for what a build publishes; otherwise it is *member*, *staff*, or the code of a rank, for
    whom protected pages are unlocked.
    """

    edition: Edition
    reader: str = ""

    @property
    def key(self) -> str:
        """A name for files and reports: the edition's own, ``GB-en``, or ``GB-en as member``."""
        return f"{self.edition.key} as {self.reader}" if self.reader else self.edition.key

    def includes(self, site: Site, tier: str, min_rank: str = "") -> bool:
        """Say whether a page of this tier, from this rank on, is shown."""
        if tier == "public" or self.reader == STAFF:
            return True
        if not self.reader:
            return site.members.access == "open"
        if tier == STAFF or not min_rank:
            return tier != STAFF
        levels = {rank.code: rank.level for rank in site.ranks}
        return levels.get(self.reader, -1) >= levels.get(min_rank, len(levels))
