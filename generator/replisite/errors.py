"""The faults that replisite tells a person, and the one tree of its exceptions.

    ReplisiteError
    ├── InputError      something that a person wrote must be mended: site.toml, roster, content, theme
    ├── OutputError     the output folder cannot be written, or is not ours to write
    ├── ProofError      a pressed page differs from Jinja's own rendering of it
    ├── DeployError     what is live cannot be made equal to what was built; nothing was sent, or it was taken back
    ├── PartlyDeployed  some of it could not be sent; what is live holds together, and the next deploy goes on from there
    ├── SystemLimitError  the system refuses: a disk is full, a limit is reached, a file may not be read or written
    └── UsageError      the command line asks for something that cannot be

A library's own error is translated where that library is called, with ``from``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = [
    "DeployError",
    "Fault",
    "InputError",
    "OutputError",
    "PartlyDeployed",
    "ProofError",
    "ReplisiteError",
    "SystemLimitError",
    "UsageError",
    "nearest",
]

SHOWN = 50
"""How many faults a report spells out; the others are counted."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to mend: where it stands, what is wrong, and what to do next.

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
        where = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{where}:{self.column}" if self.line and self.column else where
        told = f"{self.what}; {self.next}" if self.next else self.what
        return f"{where}: {told}" if where else told


class ReplisiteError(Exception):
    """The base of every error that replisite raises on purpose."""


class InputError(ReplisiteError):
    """Everything that is wrong with the input, told at once.

    ``faults`` are sorted by place; ``uncounted`` is how many more there are that were not kept.
    """

    def __init__(self, faults: Iterable[Fault], uncounted: int = 0) -> None:
        self.faults: Sequence[Fault] = sorted(faults)
        self.uncounted = uncounted
        super().__init__(str(self))

    def __reduce__(self) -> tuple[type[InputError], tuple[Sequence[Fault], int]]:
        """Travel between processes with all faults."""
        return type(self), (self.faults, self.uncounted)

    @property
    def total(self) -> int:
        """How many faults there are, kept or not."""
        return len(self.faults) + self.uncounted

    @property
    def shown(self) -> list[str]:
        """What a report spells out: a text for each fault, and how many more there are."""
        lines = [str(fault) for fault in self.faults[:SHOWN]]
        rest = self.total - len(lines)
        return [*lines, f"… and {rest} more"] if rest else lines

    def __str__(self) -> str:
        return "\n".join(self.shown)


class OutputError(ReplisiteError):
    """The output cannot be written; the last good output is as it was."""


class ProofError(ReplisiteError):
    """A pressed page and Jinja's own rendering of it are not the same bytes."""


class DeployError(ReplisiteError):
    """The live sites are as they were: the host does not take this build, or somebody must say yes first."""


class PartlyDeployed(ReplisiteError):
    """Some files could not be put or deleted, each with its reason."""

    def __init__(self, failures: Iterable[tuple[str, str]], advice: str) -> None:
        self.failures = sorted(failures)
        self.advice = advice
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [f"{path}: {why}" for path, why in self.failures[:SHOWN]]
        rest = len(self.failures) - len(lines)
        if rest:
            lines.append(f"… and {rest} more")
        return "\n".join([*lines, self.advice])


class SystemLimitError(ReplisiteError):
    """The system refuses something outside the output folder; the last good output is as it was."""


class UsageError(ReplisiteError):
    """The command line names something that does not exist or cannot be combined."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``'did you mean "…"?'`` for the known name nearest to ``name``, or ``""``.

    >>> nearest("fone", ["name", "phone"])
    'did you mean "phone"?'
    """
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'did you mean "{found[0]}"?' if found else ""
