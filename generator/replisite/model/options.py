"""The options that commands share: which sources they read, and where the people database made of them is."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from replisite.model.site import Site

__all__ = ["Options", "database_path"]


@dataclass(frozen=True, slots=True)
class Options:
    """Which sources a command reads, and with how many processes.

    ``roster`` replaces the roster of site.toml. ``jobs`` is a number of processes; 0 stands for one per core.
    """

    roster: Path | None = None
    skip_bad_rows: bool = False
    drafts: bool = False
    future: bool = False
    jobs: int = 0

    @property
    def processes(self) -> int:
        """How many processes read, prove and press."""
        return self.jobs or os.cpu_count() or 1


def database_path(site: Site, options: Options) -> Path:
    """Return the file of the people database; a roster other than the site's own has its own file."""
    if options.roster is None:
        return site.state / "ledger.sqlite"
    name = hashlib.sha256(str(options.roster.resolve()).encode()).hexdigest()[:12]
    return site.state / f"ledger-{name}.sqlite"
