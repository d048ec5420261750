"""The plan of a deploy: its steps, sorted by wave and stored in files, and their numbers for the report.

Two lists are walked side by side to make it, so a plan takes the same memory for ten files and for ten million.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from replisite.deploy.states import LeftOver, Uncertain
from replisite.deploy.steps import DELETES, PUTS, Delete, Put, PutReason, Reason, Restore, Step, Wave
from replisite.model.live_files import LiveFile, Served
from replisite.model.manifest import path_order

__all__ = ["Plan", "make_plan"]

EXAMPLES: Final = 5
"""How many paths of each reason a plan lists."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, in files below ``folder``, and their numbers for the report.

    ``counts`` are by wave, ``reasons`` by reason, ``bytes`` of the files that are put, before they are packed; ``built``
    and ``live`` count files. ``examples`` are a few paths of each reason.
    """

    folder: Path
    counts: Counter[Wave] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    bytes: int = 0
    built: int = 0
    live: int = 0
    examples: dict[Reason, list[str]] = field(default_factory=dict)

    @property
    def puts(self) -> int:
        """How many files are put."""
        return sum(self.counts[wave] for wave in PUTS)

    @property
    def deletes(self) -> int:
        """How many files are deleted."""
        return sum(self.counts[wave] for wave in DELETES)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.puts and not self.deletes

    def steps(self, wave: Wave) -> Iterator[Step]:
        """Stream the steps of one wave, in the order of paths."""
        if not self.counts[wave]:
            return
        served: dict[str, Served] = {}
        with (self.folder / wave.name.lower()).open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield _parsed(line, served)

    def left_over(self) -> Iterator[LeftOver]:
        """Stream the paths that will have to be deleted, in order."""
        steps = heapq.merge(*map(self.steps, DELETES), key=lambda step: path_order(step.path))
        return (LeftOver(step.path) for step in steps)


def make_plan(steps: Iterable[Step | None], folder: Path) -> Plan:
    """Sort steps into files by wave; None stands for a file that is live as it was built."""
    counts: Counter[Wave] = Counter()
    reasons: Counter[Reason] = Counter()
    examples: dict[Reason, list[str]] = {}
    size = built = live = 0
    folder.mkdir(parents=True, exist_ok=True)
    outs = {
        wave: (folder / wave.name.lower()).open("w", encoding="utf-8", newline="\n", buffering=1 << 16)
        for wave in Wave
    }
    try:
        for step in steps:
            if step is None:
                built, live = built + 1, live + 1
                continue
            wave = step.wave
            counts[wave] += 1
            reasons[step.reason] += 1
            built += step.reason != "gone"
            live += step.reason != "new"
            size += _size(step)
            shown = examples.setdefault(step.reason, [])
            if len(shown) < EXAMPLES:
                shown.append(step.path)
            outs[wave].write(_line(step))
    finally:
        for out in outs.values():
            out.close()
    return Plan(folder, counts, reasons, size, built, live, examples)


def _size(step: Step) -> int:
    return step.file.size if not isinstance(step, Delete) and isinstance(step.file, LiveFile) else 0


def _line(step: Step) -> str:
    """Return a step as a line; an uncertain file has neither digest nor headers."""
    match step:
        case Delete(path=path):
            return f"delete\t\t\t\t\t{path}\n"
        case Put(reason=reason) | Restore(reason=reason):
            kind = _kind(step)
            file = step.file
            if isinstance(file, Uncertain):
                return f"{kind}\t{reason}\t\t\t\t{file.path}\n"
            served = f"{file.served.content_type}|{file.served.cache_control}|{file.served.encoding}"
            return f"{kind}\t{reason}\t{file.digest}\t{file.size}\t{served}\t{file.path}\n"


def _kind(step: Put | Restore) -> str:
    if isinstance(step, Put):
        return "put"
    return "restore if changed" if step.may_be_unchanged else "restore"


def _parsed(line: str, known: dict[str, Served]) -> Step:
    """Return the step of a line; ``known`` holds the headers that earlier lines had."""
    kind, reason, digest, size, headers, path = line.rstrip("\n").split("\t", 5)
    if kind == "delete":
        return Delete(path)
    why = _PUT_REASONS[reason]
    may_be_unchanged = kind == "restore if changed"
    if not digest:
        return Restore(why, Uncertain(path), may_be_unchanged)
    if headers not in known:
        known[headers] = Served(*headers.split("|"))
    file = LiveFile(path, digest, int(size), known[headers])
    return Put(why, file) if kind == "put" else Restore(why, file, may_be_unchanged)


_PUT_REASONS: Final[Mapping[str, PutReason]] = {
    "new": "new",
    "content": "content",
    "metadata": "metadata",
    "missing": "missing",
}
