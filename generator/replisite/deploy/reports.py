"""The options and the reports of a deploy and of a rollback."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from replisite.deploy.plan import Plan
from replisite.deploy.transfer import Transferred

__all__ = ["DeployOptions", "Deployed", "Hears", "RolledBack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """The options of the command line. ``only`` are aliases; ``jobs`` 0 stands for the host's own number."""

    output: Path | None = None
    only: tuple[str, ...] = ()
    is_dry: bool = False
    jobs: int = 0
    allows_deletes: bool = False
    refreshes: bool = False
    breaks_lock: bool = False
    verifies: bool = True


class Hears:
    """Hears how a deploy goes on; what is not overridden is not heard."""

    def looking(self, files: int) -> None:
        """So many files of the host have been looked at."""

    def agrees(self, plan: Plan) -> bool:  # noqa: ARG002 - for those that override it
        """Say yes or no to a plan."""
        return True

    def sending(self, done: Transferred, plan: Plan) -> None:
        """So much of a plan has been done."""

    def verifying(self, files: int) -> None:
        """So many files will be looked at as visitors get them."""


@dataclass(slots=True, kw_only=True)
class Deployed:
    """The report of a deploy. ``reasons`` counts the steps of the plan by reason; ``bytes`` those that were stored.

    ``is_live`` says that the release is live now; otherwise there was nothing to do, or the user declined. ``differences``
    are those between the build and what a visitor gets. ``configured`` names the server's files that changed, which the
    server has yet to read.
    """

    target: str
    host: str
    release: str = ""
    base: str = ""
    is_resumed: bool = False
    is_dry: bool = False
    is_live: bool = False
    files: int = 0
    puts: int = 0
    deletes: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    bytes: int = 0
    retries: int = 0
    configured: list[str] = field(default_factory=list)
    verified: int = 0
    differences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


@dataclass(slots=True, kw_only=True)
class RolledBack:
    """The report of a rollback, from the release ``left`` to another. ``releases`` are those that can be restored."""

    target: str
    host: str
    left: str = ""
    release: str = ""
    releases: list[str] = field(default_factory=list)
    is_live: bool = False
    puts: int = 0
    deletes: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)
