"""The reports of a preview for the terminal: its addresses, and after each change what is wrong now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from replisite.errors import Fault

__all__ = ["ChangeReport", "PreviewReporter", "Report", "Started"]


@dataclass(frozen=True, slots=True)
class Started:
    """The addresses of a preview: on this machine, and for other devices (``""`` if they cannot reach it).

    ``moved_from`` is the default port if it was in use.
    """

    url: str
    public_url: str
    moved_from: int | None


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """One event of a preview: the files that changed, the seconds until the pages were ready, the tabs refreshed.

    ``faults`` are those of the whole site if they differ from those reported before, with ``uncounted`` more;
    ``is_fixed`` says that the site has no faults.
    """

    changed: tuple[Path, ...] = ()
    seconds: float = 0.0
    refreshed: int = 0
    faults: tuple[Fault, ...] = ()
    uncounted: int = 0
    warnings: tuple[str, ...] = ()
    is_fixed: bool = False


Report = Callable[[ChangeReport], None]
"""Gets each report."""


class PreviewReporter(Protocol):
    """Reports the events of a preview to the user."""

    def started(self, started: Started, /) -> None:
        """Report the addresses of the preview."""

    def happened(self, report: ChangeReport, /) -> None:
        """Report a change of files, and the faults that it brought or removed."""
