"""The process that makes pages, as the rest of the program sees it.

``worker.py`` is its inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from replisite.model.distributor import Distributor
from replisite.pages.explanation import PageExplanation
from replisite.people import Shard
from replisite.rendering.company_links import LinkCounts
from replisite.rendering.compose import ComposeResult, RenderingOrders
from replisite.rendering.press import PressOrders
from replisite.rendering.prove import ProofResult
from replisite.rendering.shards import PressResult
from replisite.rendering.worker import RenderingWorker
from replisite.reporting import Reporter
from replisite.system.processes import ChildProcess

__all__ = [
    "ComposeResult",
    "LinkCounts",
    "PressResult",
    "ProofResult",
    "RenderingOrders",
    "RenderingProcess",
]


class RenderingProcess(ChildProcess):
    """The child process; use as a context manager, which ends it and all processes that it started."""

    def __init__(self, orders: RenderingOrders) -> None:
        super().__init__(partial(RenderingWorker, orders), "replisite rendering", "makes the pages")
        self.root = orders.site.root
        self._unpublished: frozenset[str] = frozenset()

    def compose(self, reporter: Reporter) -> ComposeResult:
        """Run Pelican and stage every page; the progress is in pages, and notices name plugins that take long."""
        return cast(ComposeResult, self.ask("compose", reporter=reporter))

    def explain(self) -> Sequence[PageExplanation]:
        """Return how each page was staged."""
        return cast("Sequence[PageExplanation]", self.ask("explain"))

    def withhold(self, paths: Sequence[str]) -> None:
        """Leave some of the files that exist once out of the sites that are proved and pressed afterwards."""
        self._unpublished = frozenset(paths)

    def prove(self, sample: Sequence[Distributor], jobs: int, reporter: Reporter) -> ProofResult:
        """Press a sample and compare it with Jinja's rendering; follow every link of it.

        The progress is in pages that have been proved with all owners.
        """
        return cast(ProofResult, self.ask("prove", self._unpublished, sample, jobs, reporter=reporter))

    def press(
        self,
        database: Path,
        shards: Sequence[Shard],
        only: Sequence[str] | None,
        output: Path | None,
        jobs: int,
        prove_all: bool,
        reporter: Reporter,
    ) -> list[PressResult]:
        """Press the corporate site and the shards' sites; the progress is in sites, and counts pages.

        ``output`` is the folder that gets them, or None for pages that are thrown away.
        """
        orders = PressOrders(database, shards, only, output, jobs, prove_all)
        return cast("list[PressResult]", self.ask("press", self._unpublished, orders, reporter=reporter))

    def count_links(
        self, database: Path, shards: Sequence[Shard], jobs: int, reporter: Reporter
    ) -> LinkCounts:
        """Press every site in memory and count its company links; the progress is in sites, and counts pages."""
        return cast(LinkCounts, self.ask("count_links", database, shards, jobs, reporter=reporter))
