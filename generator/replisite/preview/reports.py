"""The reports of a preview for the terminal: what changed, how long it took, and what is wrong now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from replisite.errors import Fault

__all__ = ["ChangeReport", "Report"]


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
