"""Judge the rows of a large roster in several processes; a small one, and the beginning of each, right here.

Each row is checked alone, so the result is the same in any process; it comes in the roster's order.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields
from functools import partial
from itertools import chain, islice
from operator import attrgetter
from typing import Any, cast

from replisite.model.distributor import Person
from replisite.reporting import Reporter
from replisite.roster.columns import ColumnRules
from replisite.roster.parse import Rejected, judge_row
from replisite.roster.rows import RawRow
from replisite.system.processes import ChildProcess

__all__ = ["judge_rows"]

ALONE = 2_000
"""Rows that one process checks faster than others could be started for."""

MOST_PROCESSES = 3
"""More would wait: the process that imports people is slower than three that judge rows."""

ROWS = 200
LETTERS = 1 << 18
"""Where a parcel of rows ends: what is under way has a bound, whatever people write."""

NICENESS = 5
"""A page that a visitor of the preview waits for goes first."""

Judged = Person | Rejected
_values = attrgetter(*(field.name for field in fields(Person)))


def judge_rows(rows: Iterable[RawRow | Rejected], rules: ColumnRules, processes: int) -> Generator[Judged]:
    """Stream what becomes of each row, in their order; closing the stream ends the processes."""
    coming = iter(rows)
    alone = islice(coming, ALONE) if processes > 1 else coming
    yield from (judge_row(row, rules) if isinstance(row, RawRow) else row for row in alone)
    parcels = _parcels(coming)
    first = next(parcels, None)
    if first is None:
        return
    with ExitStack() as stack:
        judges = [
            stack.enter_context(
                ChildProcess(partial(_Judge, rules), "replisite rows", "reads rows of the roster")
            )
            for _ in range(min(processes, MOST_PROCESSES))
        ]
        free = deque(judges)
        under_way: deque[tuple[ChildProcess, list[RawRow | Rejected]]] = deque()
        for parcel in chain([first], parcels):
            judged: Iterator[Judged] = iter(())
            if not free:
                judge, earlier = under_way.popleft()
                judged = _judged(judge.answer(), earlier)
                free.append(judge)
            judge = free.popleft()
            judge.begin("judge", [_packed(row) for row in parcel if isinstance(row, RawRow)])
            under_way.append((judge, parcel))
            yield from judged  # while the caller takes these, the process is at work again
        for judge, parcel in under_way:
            yield from _judged(judge.answer(), parcel)


def _parcels(rows: Iterator[RawRow | Rejected]) -> Iterator[list[RawRow | Rejected]]:
    parcel: list[RawRow | Rejected] = []
    letters = 0
    for row in rows:
        parcel.append(row)
        if isinstance(row, RawRow):
            letters += sum(map(len, row.cells.values()))
        if len(parcel) == ROWS or letters > LETTERS:
            yield parcel
            parcel, letters = [], 0
    if parcel:
        yield parcel


def _packed(row: RawRow) -> tuple[Any, ...]:
    return row.file, row.line, row.cells, dict(row.positions), dict(row.lost)


def _judged(answer: object, parcel: list[RawRow | Rejected]) -> Iterator[Judged]:
    """Stream the rows of a parcel as they were judged, and those between them that needed no judge."""
    answers = iter(cast(Sequence[tuple[Any, ...] | Rejected], answer))
    for row in parcel:
        result = next(answers) if isinstance(row, RawRow) else row
        yield result if isinstance(result, Rejected) else Person(*result)


class _Judge:
    """The rules of the columns, in a process that judges rows."""

    def __init__(self, rules: ColumnRules, _: Reporter) -> None:
        os.nice(NICENESS)
        self._rules = rules

    def judge(self, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...] | Rejected]:
        """Return each row's person as plain values, or the faults."""
        judged = (judge_row(RawRow(*row), self._rules) for row in rows)
        return [result if isinstance(result, Rejected) else _values(result) for result in judged]
