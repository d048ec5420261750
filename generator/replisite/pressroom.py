"""The process that makes pages, as everybody else sees it.

``pressing.py`` says what happens inside.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from replisite.errors import ReplisiteError
from replisite.explained import ToldPage
from replisite.ledger import Shard
from replisite.model.distributor import Distributor
from replisite.pressing import Composed, Heard, Orders, Proved, serve
from replisite.shards import Pressed

__all__ = ["Composed", "Orders", "PressRoom", "Pressed", "Proved"]


class PressRoom:
    """The child process; use as a context manager, which ends it and all that it started."""

    def __init__(self, orders: Orders) -> None:
        context = multiprocessing.get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, self._ours, orders), name="replisite press room"
        )
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ours.close()
        if kind is None:
            self._process.join(timeout=5)
        if self._process.is_alive() and self._process.pid:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self._process.kill()
        self._process.join()

    def compose(self, progress: Heard) -> Composed:
        """Run Pelican and stage every page; ``progress`` gets (pages so far, 0)."""
        return cast(Composed, self._ask("compose", progress=progress))

    def explain(self) -> Sequence[ToldPage]:
        """Tell how each page was staged."""
        return cast("Sequence[ToldPage]", self._ask("explain"))

    def prove(self, sample: Sequence[Distributor], jobs: int, progress: Heard) -> Proved:
        """Press a sample and compare it with Jinja's rendering; follow every link of it.

        ``progress`` gets (pages proved with all owners, pages in all).
        """
        return cast(Proved, self._ask("prove", sample, jobs, progress=progress))

    def press(
        self,
        ledger: Path,
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
            self._ask("press", ledger, shards, only, output, jobs, prove_all, progress=progress),
        )

    def _ask(self, method: str, *arguments: object, progress: Heard | None = None) -> object:
        try:
            self._ours.send((method, arguments))
            while True:
                kind, value = self._ours.recv()
                if kind == "progress":
                    assert progress is not None
                    progress(*value)
                elif kind == "error":
                    raise value
                else:
                    return value
        except (EOFError, BrokenPipeError) as error:
            self._process.join(timeout=5)
            raise ReplisiteError(
                f"the process that makes the pages ended (exit {self._process.exitcode}); is there enough memory?"
            ) from error
