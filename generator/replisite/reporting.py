"""Report long work while it runs: the one protocol for it, its silent and its memory twin, and its events as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

__all__ = [
    "Event",
    "EventReporter",
    "MemoryReporter",
    "Notice",
    "NoticeKind",
    "Phase",
    "Reporter",
    "SilentReporter",
    "replay",
]


class Phase(StrEnum):
    """One part of a command's work; its value is the key of its seconds in JSON reports."""

    WAIT = "wait"
    CONTENT = "content"
    ROSTER = "roster"
    PHOTOS = "photos"
    PROVE = "prove"
    PRESS = "press"
    LINKS = "links"
    COMMIT = "commit"
    PLAN = "plan"
    SCAN = "scan"
    APPLY = "apply"
    VERIFY = "verify"


class NoticeKind(StrEnum):
    """What a notice is about, so that a command selects notices by their kind and never by their words."""

    CONTENT = "content"
    WIDENED = "widened"
    ROSTER = "roster"
    PHOTO = "photo"
    UNPUBLISHED = "unpublished"
    LINK = "link"
    CONFIG = "config"
    SLOW = "slow"
    DEPLOY = "deploy"


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning: the work goes on, and the user should read it. ``where`` is ``file:line``, a page, or empty.

    >>> str(Notice(NoticeKind.LINK, "no such page", "content/faq.md:4")), str(Notice(NoticeKind.SLOW, "still reading"))
    ('content/faq.md:4: no such page', 'still reading')
    """

    kind: NoticeKind
    text: str
    where: str = ""

    def __str__(self) -> str:
        """Return the notice as one line."""
        return f"{self.where}: {self.text}" if self.where else self.text


class Reporter(Protocol):
    """Receives the progress of long work, phase after phase."""

    def begin(self, phase: Phase, /) -> None:
        """Report that a phase begins; what is reported next belongs to it."""

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Report how many items of the phase are done, of how many (0: unknown).

        ``pages`` and ``size`` are the pages and the bytes so far, where the phase counts them.
        """

    def warn(self, notice: Notice, /) -> None:
        """Report a notice that the user should read while the work goes on."""


class SilentReporter:
    """Reports nothing."""

    def begin(self, phase: Phase, /) -> None:
        """Ignore the phase."""

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Ignore the progress."""

    def warn(self, notice: Notice, /) -> None:
        """Ignore the notice."""


Event = tuple[str | int, ...]
"""One report as plain data, which crosses the border of a process: its method's name, then its values."""


@dataclass(frozen=True, slots=True)
class EventReporter:
    """Sends each report as an `Event`; `replay` is the receiving side."""

    send: Callable[[Event], None]

    def begin(self, phase: Phase, /) -> None:
        """Send ``("begin", phase)``."""
        self.send(("begin", phase.value))

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Send ``("advance", done, total, pages, size)``."""
        self.send(("advance", done, total, pages, size))

    def warn(self, notice: Notice, /) -> None:
        """Send ``("warn", kind, text, where)``."""
        self.send(("warn", notice.kind.value, notice.text, notice.where))


def replay(event: Event, reporter: Reporter) -> None:
    """Report an event that an `EventReporter` has sent; raises ValueError for any other tuple."""
    match event:
        case ("begin", str(phase)):
            reporter.begin(Phase(phase))
        case ("advance", int(done), int(total), int(pages), int(size)):
            reporter.advance(done, total, pages=pages, size=size)
        case ("warn", str(kind), str(text), str(where)):
            reporter.warn(Notice(NoticeKind(kind), text, where))
        case _:
            raise ValueError(f"no report: {event!r}")


@dataclass(frozen=True, slots=True)
class MemoryReporter:
    """Keeps all reports in memory, in order, for tests and for programs that call a command.

    >>> reporter = MemoryReporter()
    >>> reporter.begin(Phase.PRESS)
    >>> reporter.advance(2, 5, pages=20)
    >>> reporter.events
    [('begin', 'press'), ('advance', 2, 5, 20, 0)]
    """

    events: list[Event] = field(default_factory=list)

    def begin(self, phase: Phase, /) -> None:
        """Record the phase."""
        EventReporter(self.events.append).begin(phase)

    def advance(self, done: int, total: int = 0, /, *, pages: int = 0, size: int = 0) -> None:
        """Record the progress."""
        EventReporter(self.events.append).advance(done, total, pages=pages, size=size)

    def warn(self, notice: Notice, /) -> None:
        """Record the notice."""
        EventReporter(self.events.append).warn(notice)

    @property
    def phases(self) -> list[Phase]:
        """The phases that have begun, in order."""
        return [Phase(str(event[1])) for event in self.events if event[0] == "begin"]

    @property
    def notices(self) -> list[Notice]:
        """The notices, in order."""
        warned = [event for event in self.events if event[0] == "warn"]
        return [Notice(NoticeKind(str(kind)), str(text), str(where)) for _, kind, text, where in warned]
