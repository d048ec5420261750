"""The state of a preview: a frozen value that a change replaces, so that a response is made from one state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from replisite.errors import Fault
from replisite.model.site import Site
from replisite.preview.config import Config
from replisite.preview.messages import RosterResult, SiteIndex

__all__ = ["RosterState", "State"]


@dataclass(frozen=True, slots=True)
class RosterState:
    """The progress of the import of the roster: the rows done, and the rows in all (0: unknown)."""

    phase: Literal["reading", "ready", "failed"] = "reading"
    done: int = 0
    total: int = 0

    def as_json(self) -> dict[str, object]:
        """Return the progress as the browser gets it."""
        return {"state": self.phase, "done": self.done, "total": self.total}


@dataclass(frozen=True, slots=True)
class State:
    """A site, its pages and its faults, as they were last read.

    ``site`` is None where site.toml says too little. ``site_index`` is the last one without faults. ``generation``
    counts the readings of the content without faults, ``imports`` the imports of the roster that ended.
    """

    site: Site | None
    site_index: SiteIndex = field(default_factory=lambda: SiteIndex(()))
    roster: RosterState = RosterState()
    config_faults: tuple[Fault, ...] = ()
    content_faults: tuple[Fault, ...] = ()
    roster_faults: tuple[Fault, ...] = ()
    uncounted: int = 0
    roster_warnings: tuple[str, ...] = ()
    generation: int = 0
    imports: int = 0

    @classmethod
    def of(cls, config: Config) -> State:
        """Return the state before anything but site.toml is read."""
        return cls(config.site, config_faults=config.faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of the whole site, each once."""
        return tuple(dict.fromkeys((*self.config_faults, *self.content_faults, *self.roster_faults)))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings about the content and the roster."""
        return (*self.site_index.warnings, *self.roster_warnings)

    @property
    def version(self) -> tuple[int, int]:
        """A value that changes whenever a page may have changed."""
        return self.generation, self.imports

    def with_config(self, config: Config) -> State:
        """Return the state after site.toml was read; the site stays if the new one has faults."""
        is_better = config.site is not None and (self.site is None or not config.faults)
        return replace(self, site=config.site if is_better else self.site, config_faults=config.faults)

    def with_content(self, site_index: SiteIndex) -> State:
        """Return the state after the content was read; the pages stay if the new ones have faults."""
        if site_index.faults:
            return replace(self, content_faults=site_index.faults)
        return replace(self, site_index=site_index, content_faults=(), generation=self.generation + 1)

    def with_roster(self, result: RosterResult) -> State:
        """Return the state after the import of the roster ended."""
        return replace(
            self,
            roster=RosterState("failed" if result.faults else "ready"),
            roster_faults=result.faults,
            uncounted=result.uncounted,
            roster_warnings=result.warnings,
            imports=self.imports + 1,
        )
