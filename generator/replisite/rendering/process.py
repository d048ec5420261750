"""The process that makes pages, as everybody else sees it.

``worker.py`` says what happens inside.
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
from replisite.rendering.shards import Pressed
from replisite.rendering.worker import Composed, Proved, RenderingOrders, RenderingWorker
from replisite.reporting import Reporter
from replisite.system.processes import ChildProcess

__all__ = ["Composed", "LinkCounts", "Pressed", "Proved", "RenderingOrders", "RenderingProcess"]


class RenderingProcess(ChildProcess):
    """The child process; use as a context manager, which ends it and all that it started."""

    def __init__(self, orders: RenderingOrders) -> None:
        super().__init__(partial(RenderingWorker, orders), "replisite press room", "makes the pages")
        self.root = orders.site.root

    def compose(self, reporter: Reporter) -> Composed:
        """Run Pelican and stage every page; the progress is in pages, and notices name plugins that take long."""
        return cast(Composed, self.ask("compose", reporter=reporter))

    def explain(self) -> Sequence[PageExplanation]:
        """Tell how each page was staged."""
        return cast("Sequence[PageExplanation]", self.ask("explain"))

    def withhold(self, paths: Sequence[str]) -> None:
        """Do not publish some of the files that exist once."""
        self.ask("withhold", paths)

    def prove(self, sample: Sequence[Distributor], jobs: int, reporter: Reporter) -> Proved:
        """Press a sample and compare it with Jinja's rendering; follow every link of it.

        The progress is in pages that have been proved with all owners.
        """
        return cast(Proved, self.ask("prove", sample, jobs, reporter=reporter))

    def press(
        self,
        database: Path,
        shards: Sequence[Shard],
        only: Sequence[str] | None,
        output: Path | None,
        jobs: int,
        prove_all: bool,
        reporter: Reporter,
    ) -> list[Pressed]:
        """Press the corporate site and the shards' sites; the progress is in sites, and counts pages.

        ``output`` is the folder that gets them, or None for pages that are thrown away.
        """
        return cast(
            "list[Pressed]",
            self.ask("press", database, shards, only, output, jobs, prove_all, reporter=reporter),
        )

    def count_links(
        self, database: Path, shards: Sequence[Shard], jobs: int, reporter: Reporter
    ) -> LinkCounts:
        """Press every site in memory and count its company links; the progress is in sites, and counts pages."""
        return cast(LinkCounts, self.ask("count_links", database, shards, jobs, reporter=reporter))
