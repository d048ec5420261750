"""The options of the command line that say what a site is made from, and the path of its people database."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from replisite.model.site import Site

__all__ = ["Options", "database_path"]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command line."""

    output: Path | None = None
    roster: Path | None = None
    only: tuple[str, ...] = ()
    skip_bad_rows: bool = False
    drafts: bool = False
    future: bool = False
    prove_all: bool = False
    fresh: bool = False
    jobs: int = 0

    @property
    def processes(self) -> int:
        """How many processes prove and press."""
        return self.jobs or os.cpu_count() or 1


def database_path(site: Site, options: Options) -> Path:
    """Return the file of the people database; a roster other than the site's own has one of its own."""
    if options.roster is None:
        return site.state / "people.sqlite"
    name = hashlib.sha256(str(options.roster.resolve()).encode()).hexdigest()[:12]
    return site.state / f"people-{name}.sqlite"
