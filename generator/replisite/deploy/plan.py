"""What must be put and what deleted to make what is live equal to what was built, and why.

The two lists are walked side by side, so the plan costs the same memory for ten files and for ten million. Steps are
kept in files, one for each rank; a rank begins when the one before is done:

1. fingerprinted files, which nothing names yet
2. shared files, which exist once: styles, pictures
3. pages that are new, which nothing links to yet
4. home pages that are new, by which somebody may come
5. pages that change, which may link to the new ones
6. lists of pages: sitemap, feeds, and the very first home page of all
7. pages that are gone, which nothing links to any more
8. other files that are gone

So a visitor who comes in between meets old pages or new ones, and every link of either leads somewhere.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final, Literal

from replisite.deploy.live_list import LEFT_OVER
from replisite.model.addresses import HOSTS
from replisite.model.live_files import Group, LiveFile, Served, live_order

__all__ = ["DeployOrder", "Plan", "Reason", "Step", "iter_steps", "make_plan"]

Reason = Literal["new", "content", "metadata", "missing", "gone"]
"""Why: not live yet; other bytes; other headers; listed as live but not there; not built any more."""

HOME: Final = "index.html"

EXAMPLES: Final = 5
"""How many paths of each reason a plan remembers to tell."""


class DeployOrder(IntEnum):
    """When a step is taken."""

    FINGERPRINTED = 1
    SHARED = 2
    NEW_PAGE = 3
    NEW_HOME = 4
    CHANGED_PAGE = 5
    LIST = 6
    GONE_PAGE = 7
    GONE_FILE = 8


PUTS: Final = (
    DeployOrder.FINGERPRINTED,
    DeployOrder.SHARED,
    DeployOrder.NEW_PAGE,
    DeployOrder.NEW_HOME,
    DeployOrder.CHANGED_PAGE,
    DeployOrder.LIST,
)
DELETES: Final = (DeployOrder.GONE_PAGE, DeployOrder.GONE_FILE)


@dataclass(frozen=True, slots=True)
class Step:
    """One file to put (as it was built) or to delete (as it is live)."""

    reason: Reason
    file: LiveFile

    @property
    def rank(self) -> DeployOrder:
        """When it is taken."""
        group = self.file.group
        if self.reason == "gone":
            return DeployOrder.GONE_PAGE if group in {Group.PAGE, Group.LIST} else DeployOrder.GONE_FILE
        if group is Group.PAGE:
            return self._rank_of_new() if self.reason in {"new", "missing"} else DeployOrder.CHANGED_PAGE
        return {
            Group.FINGERPRINTED: DeployOrder.FINGERPRINTED,
            Group.SHARED: DeployOrder.SHARED,
            Group.LIST: DeployOrder.LIST,
        }[group]

    def _rank_of_new(self) -> DeployOrder:
        path = self.file.path.removeprefix(HOSTS)
        if self.file.path == HOME:
            return DeployOrder.LIST
        return (
            DeployOrder.NEW_HOME
            if path.endswith(f"/{HOME}") and path.count("/") == 1
            else DeployOrder.NEW_PAGE
        )

    @property
    def is_over_another(self) -> bool:
        """Whether something is live at its path that one may want to go back to."""
        return self.reason not in {"new", "missing"}


def iter_steps(
    built: Iterable[LiveFile], live: Iterable[LiveFile], *, is_all: bool = False
) -> Iterator[Step | None]:
    """Walk two lists in the order of their paths; yield None for each file that is live as it was built.

    ``is_all`` puts everything, as for a host that keeps no list.
    """
    ours, theirs = iter(built), iter(live)
    mine, other = next(ours, None), next(theirs, None)
    while mine is not None or other is not None:
        if mine is not None and other is not None and mine.path == other.path:
            reason = _difference(mine, other)
            yield Step(reason, mine) if reason else (Step("content", mine) if is_all else None)
            mine, other = next(ours, None), next(theirs, None)
        elif mine is None or (other is not None and live_order(other.path) < live_order(mine.path)):
            assert other is not None
            yield Step("gone", other)
            other = next(theirs, None)
        else:
            yield Step("new", mine)
            mine = next(ours, None)


def _difference(mine: LiveFile, other: LiveFile) -> Reason | None:
    if other.served.encoding == LEFT_OVER.encoding:
        return "missing"
    if mine.digest != other.digest:
        return "content"
    return "metadata" if mine.served != other.served else None


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, in files below ``folder``, and what there is to tell of them.

    ``counts`` are by rank, ``reasons`` by reason, ``bytes`` of what is put, before it is packed; ``built`` and ``live``
    count files. ``examples`` are a few paths of each reason.
    """

    folder: Path
    counts: Counter[DeployOrder] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    bytes: int = 0
    built: int = 0
    live: int = 0
    examples: dict[Reason, list[str]] = field(default_factory=dict)

    @property
    def puts(self) -> int:
        """How many files are put."""
        return sum(self.counts[rank] for rank in PUTS)

    @property
    def deletes(self) -> int:
        """How many files are deleted."""
        return sum(self.counts[rank] for rank in DELETES)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.puts and not self.deletes

    def steps(self, rank: DeployOrder) -> Iterator[Step]:
        """Stream the steps of one rank, in the order of paths."""
        if not self.counts[rank]:
            return
        served: dict[str, Served] = {}
        with (self.folder / rank.name.lower()).open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                reason, digest, size, told, path = line.rstrip("\n").split("\t", 4)
                if told not in served:
                    served[told] = Served(*told.split("|"))
                yield Step(reason, LiveFile(path, digest, int(size), served[told]))  # type: ignore[arg-type]

    def left_over(self) -> Iterator[LiveFile]:
        """Stream what will have to be deleted, marked, in the order of paths."""
        steps = heapq.merge(*map(self.steps, DELETES), key=lambda step: live_order(step.file.path))
        return (LiveFile(step.file.path, "", 0, LEFT_OVER) for step in steps)


def make_plan(steps: Iterable[Step | None], folder: Path) -> Plan:
    """Sort steps into files by rank; None stands for a file that is live as it was built."""
    plan_counts: Counter[DeployOrder] = Counter()
    reasons: Counter[Reason] = Counter()
    examples: dict[Reason, list[str]] = {}
    size = built = live = 0
    folder.mkdir(parents=True, exist_ok=True)
    outs = {
        rank: (folder / rank.name.lower()).open("w", encoding="utf-8", newline="\n", buffering=1 << 16)
        for rank in DeployOrder
    }
    try:
        for step in steps:
            if step is None:
                built, live = built + 1, live + 1
                continue
            rank, file, told = step.rank, step.file, step.file.served
            plan_counts[rank] += 1
            reasons[step.reason] += 1
            built += step.reason != "gone"
            live += step.reason != "new"
            size += 0 if step.reason == "gone" else file.size
            shown = examples.setdefault(step.reason, [])
            if len(shown) < EXAMPLES:
                shown.append(file.path)
            outs[rank].write(
                f"{step.reason}\t{file.digest}\t{file.size}"
                f"\t{told.content_type}|{told.cache_control}|{told.encoding}\t{file.path}\n"
            )
    finally:
        for out in outs.values():
            out.close()
    return Plan(folder, plan_counts, reasons, size, built, live, examples)
