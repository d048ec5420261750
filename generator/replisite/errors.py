"""The errors that replisite reports: one tree of exceptions for what you can fix, and one exception for its own bugs.

    ReplisiteError        exit code 1 unless noted
    ├── InputError        your input has faults: site.toml, roster, content, theme, plugins
    ├── OutputError       the output folder cannot be written, or holds files of another program
    ├── ProofError        a pressed page differs from Jinja's own rendering of it
    ├── DeployError       the live sites cannot be made equal to the build; they are unchanged
    ├── PartlyDeployed    some files could not be sent; the next deploy continues from there (exit code 3)
    ├── SystemLimitError  the system refuses: a full disk, a limit of the process, a file's permissions
    └── UsageError        the command line asks for something impossible (exit code 2)

    InternalError         a bug in replisite (exit code 70)

Every exception outside the tree is a bug, too; `system.bugs` turns it into an InternalError. An error of a library is
translated where the library is called, with ``from``.
"""

from __future__ import annotations

import bisect
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = [
    "DeployError",
    "Fault",
    "FaultLog",
    "InputError",
    "InternalError",
    "OutputError",
    "PartlyDeployed",
    "ProofError",
    "ReplisiteError",
    "SystemLimitError",
    "UsageError",
    "nearest",
]

SHOWN = 50
"""The number of faults that a report lists; the others are counted."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One error in the input: its position, what is wrong, and what to do next.

    ``file`` is relative to the site's root with forward slashes, ``line`` and ``column`` count from 1;
    each may be unknown (``""``, ``0``).

    >>> str(Fault("content/roster.csv", 17, 'alias "Jane" has capital letters', 'write "jane"'))
    'content/roster.csv:17: alias "Jane" has capital letters; write "jane"'
    """

    file: str
    line: int
    what: str
    next: str = ""
    column: int = field(default=0, repr=False)

    def __str__(self) -> str:
        position = f"{self.file}:{self.line}" if self.line else self.file
        position = f"{position}:{self.column}" if self.line and self.column else position
        message = f"{self.what}; {self.next}" if self.next else self.what
        return f"{position}: {message}" if position else message


class ReplisiteError(Exception):
    """The base of the errors that replisite raises on purpose."""


class InputError(ReplisiteError):
    """All faults of the input at once.

    ``faults`` are sorted by position; ``uncounted`` is the number of further faults that were counted, not kept.
    """

    def __init__(self, faults: Iterable[Fault], uncounted: int = 0) -> None:
        self.faults: Sequence[Fault] = sorted(faults)
        self.uncounted = uncounted
        super().__init__(str(self))

    def __reduce__(self) -> tuple[type[InputError], tuple[Sequence[Fault], int]]:
        """Pickle with all faults, for another process."""
        return type(self), (self.faults, self.uncounted)

    @property
    def total(self) -> int:
        """The number of all faults, kept or counted."""
        return len(self.faults) + self.uncounted

    @property
    def shown(self) -> list[str]:
        """The lines of a report: a text for each fault up to a limit, then the number of the others."""
        return _shown([str(fault) for fault in self.faults[:SHOWN]], self.total)

    def __str__(self) -> str:
        return "\n".join(self.shown)


class FaultLog:
    """Collects any number of faults in bounded memory: the first ones in the input's order; the others are counted.

    The report is the same as if every fault were kept.

    >>> log = FaultLog(limit=1)
    >>> log.append(Fault("b.md", 1, "late"))
    >>> log.append(Fault("a.md", 1, "early"))
    >>> log.faults, len(log)
    ((Fault(file='a.md', line=1, what='early', next=''),), 2)
    """

    __slots__ = ("_first", "_limit", "_total")

    def __init__(self, limit: int = SHOWN) -> None:
        self._limit = limit
        self._first: list[Fault] = []
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
        """Add one fault."""
        self._total += 1
        if len(self._first) < self._limit or fault < self._first[-1]:
            bisect.insort(self._first, fault)
            del self._first[self._limit :]

    def __len__(self) -> int:
        """Return the number of all faults, kept or counted."""
        return self._total

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that are kept, in the order of the input."""
        return tuple(self._first)

    @property
    def uncounted(self) -> int:
        """The number of faults that are counted, not kept."""
        return self._total - len(self._first)

    def error(self) -> InputError:
        """Return the error that reports all of them."""
        return InputError(self._first, self.uncounted)


class OutputError(ReplisiteError):
    """The output cannot be written; the last good output is unchanged."""


class ProofError(ReplisiteError):
    """A pressed page and Jinja's own rendering of it are not the same bytes."""


class DeployError(ReplisiteError):
    """The live sites are unchanged: the host refuses this build, or the deploy needs a confirmation first."""


class PartlyDeployed(ReplisiteError):
    """Some files could not be sent or deleted.

    ``failures`` are pairs of path and reason, sorted by path; ``advice`` is the last line of the message.
    """

    def __init__(self, failures: Iterable[tuple[str, str]], advice: str) -> None:
        self.failures = sorted(failures)
        self.advice = advice
        super().__init__(str(self))

    def __reduce__(self) -> tuple[type[PartlyDeployed], tuple[Sequence[tuple[str, str]], str]]:
        """Pickle with all failures, for another process."""
        return type(self), (self.failures, self.advice)

    def __str__(self) -> str:
        lines = [f"{path}: {reason}" for path, reason in self.failures[:SHOWN]]
        return "\n".join([*_shown(lines, len(self.failures)), self.advice])


class SystemLimitError(ReplisiteError):
    """The system refuses something outside the output folder; the last good output is unchanged."""


class UsageError(ReplisiteError):
    """The command line names something that does not exist, or combines what cannot be combined."""


class InternalError(Exception):
    """A bug in replisite: an exception that no code expects. It is outside the tree, so that no code reports it as yours.

    ``kind`` is the name of the exception's type, ``message`` its text. ``tracebacks`` are texts, one for each process that
    the exception has passed, the process that raised it first.
    """

    def __init__(self, kind: str, message: str, tracebacks: Iterable[str] = ()) -> None:
        self.kind = kind
        self.message = message
        self.tracebacks = tuple(tracebacks)
        super().__init__(kind, message, self.tracebacks)  # which pickle keeps

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``'did you mean "…"?'`` for the known name nearest to ``name``, or ``""``.

    >>> nearest("fone", ["name", "phone"])
    'did you mean "phone"?'
    """
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'did you mean "{matches[0]}"?' if matches else ""


def _shown(lines: list[str], total: int) -> list[str]:
    """Return the lines of a list, and a line with the number of items beyond them."""
    rest = total - len(lines)
    return [*lines, f"… and {rest} more"] if rest else lines
