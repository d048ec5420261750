"""The inside of the process that makes pages: it holds the composed site, and proves and presses it.

Pelican changes the process that imports it, so it runs here, if it must run at all: the pages of the last build are reused
(``cache.py``). The processes that press are forked from here, where the plates are. ``process.py`` is the other side of the
pipe.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path

from replisite.model.distributor import Distributor
from replisite.pages.explanation import PageExplanation, explain_pages
from replisite.people import Shard
from replisite.rendering.company_links import LinkCounts
from replisite.rendering.compose import ComposedSite, ComposeResult, RenderingOrders, compose_site
from replisite.rendering.press import PressOrders, count_site_links, press_sites
from replisite.rendering.prove import ProofResult, prove_site
from replisite.rendering.shards import PressResult
from replisite.reporting import Reporter

__all__ = ["RenderingWorker"]


class RenderingWorker:
    """Answers the questions of the other side about one site, which `compose` makes; ``reporter`` gets the progress."""

    def __init__(self, orders: RenderingOrders, reporter: Reporter) -> None:
        self._orders = orders
        self._reporter = reporter
        self._composed: ComposedSite | None = None

    def compose(self) -> ComposeResult:
        """Read the content and stage every page."""
        result = compose_site(self._orders, self._reporter)
        self._composed = result if isinstance(result, ComposedSite) else None
        gc.collect()
        gc.freeze()  # all that is there now is shared with forked processes, and not copied
        return result.summary

    @property
    def composed(self) -> ComposedSite:
        """The composed site; raises RuntimeError where there is none."""
        if self._composed is None:
            raise RuntimeError("the site has not been composed, or its content has faults")
        return self._composed

    def explain(self) -> tuple[PageExplanation, ...]:
        """Return how each page was staged."""
        return tuple(explain_pages(self.composed.composition))

    def prove(self, unpublished: frozenset[str], sample: Sequence[Distributor], jobs: int) -> ProofResult:
        """Prove every page, and follow every link."""
        return prove_site(self.composed, unpublished, sample, jobs, self._reporter)

    def press(self, unpublished: frozenset[str], orders: PressOrders) -> list[PressResult]:
        """Press the sites."""
        return press_sites(self.composed, unpublished, orders, self._reporter)

    def count_links(self, database: Path, shards: Sequence[Shard], jobs: int) -> LinkCounts:
        """Press every site in memory and count its company links."""
        return count_site_links(self.composed, database, shards, jobs, self._reporter)
