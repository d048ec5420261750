"""Collect faults without end in room that has an end."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

from replisite.errors import SHOWN, Fault, InputError

__all__ = ["FaultLog"]


class FaultLog:
    """Keeps the faults that stand first in the input, and counts the others.

    A roster of a million bad rows fills no memory, and the report is the one that keeping every
    fault would have given.

    >>> log = FaultLog(keep=1)
    >>> log.append(Fault("b.md", 1, "late"))
    >>> log.append(Fault("a.md", 1, "early"))
    >>> log.faults, len(log)
    ((Fault(file='a.md', line=1, what='early', next=''),), 2)
    """

    __slots__ = ("_keep", "_kept", "_total")

    def __init__(self, keep: int = SHOWN) -> None:
        self._keep = keep
        self._kept: list[Fault] = []
        self._total = 0

    @classmethod
    def of(cls, faults: Iterable[Fault], uncounted: int = 0) -> FaultLog:
        """Return a log of faults that were kept before, and of others that were only counted."""
        log = cls()
        for fault in faults:
            log.append(fault)
        log._total += uncounted
        return log

    def append(self, fault: Fault) -> None:
        """Take one more fault."""
        self._total += 1
        if len(self._kept) < self._keep or fault < self._kept[-1]:
            bisect.insort(self._kept, fault)
            del self._kept[self._keep :]

    def __len__(self) -> int:
        """Return how many faults there are, kept or not."""
        return self._total

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that were kept, in the order of the input."""
        return tuple(self._kept)

    @property
    def uncounted(self) -> int:
        """How many faults were not kept."""
        return self._total - len(self._kept)

    def error(self) -> InputError:
        """Return the error that tells all of them."""
        return InputError(self._kept, self.uncounted)
