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
from replisite.system.processes import ChildProcess, Heard, Noted

__all__ = ["Composed", "LinkCounts", "Pressed", "Proved", "RenderingOrders", "RenderingProcess"]


class RenderingProcess(ChildProcess):
    """The child process; use as a context manager, which ends it and all that it started."""

    def __init__(self, orders: RenderingOrders) -> None:
        super().__init__(partial(RenderingWorker, orders), "replisite press room", "makes the pages")
        self.root = orders.site.root

    def compose(self, progress: Heard, noted: Noted) -> Composed:
        """Run Pelican and stage every page; ``progress`` gets (pages so far, 0), ``noted`` what takes long."""
        return cast(Composed, self.ask("compose", progress=progress, noted=noted))

    def explain(self) -> Sequence[PageExplanation]:
        """Tell how each page was staged."""
        return cast("Sequence[PageExplanation]", self.ask("explain"))

    def withhold(self, paths: Sequence[str]) -> None:
        """Do not publish some of the files that exist once."""
        self.ask("withhold", paths)

    def prove(self, sample: Sequence[Distributor], jobs: int, progress: Heard) -> Proved:
        """Press a sample and compare it with Jinja's rendering; follow every link of it.

        ``progress`` gets (pages proved with all owners, pages in all).
        """
        return cast(Proved, self.ask("prove", sample, jobs, progress=progress))

    def press(
        self,
        database: Path,
        shards: Sequence[Shard],
        only: Sequence[str] | None,
        output: Path | None,
        jobs: int,
        prove_all: bool,
        progress: Heard,
    ) -> list[Pressed]:
        """Press the corporate site and the shards' sites; ``progress`` gets (sites, pages) each time.

        ``output`` is the folder that gets them, or None for pages that are thrown away.
        """
        return cast(
            "list[Pressed]",
            self.ask("press", database, shards, only, output, jobs, prove_all, progress=progress),
        )

    def count_links(self, database: Path, shards: Sequence[Shard], jobs: int, progress: Heard) -> LinkCounts:
        """Press every site in memory and count its company links; ``progress`` gets (sites, pages) each time."""
        return cast(LinkCounts, self.ask("count_links", database, shards, jobs, progress=progress))
