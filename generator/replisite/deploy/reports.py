"""The options and the reports of a deploy and of a rollback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from replisite.deploy.plan import Plan
from replisite.deploy.transfer import Transferred
from replisite.reporting import Notice, NoticeKind, Reporter

__all__ = ["DeployOptions", "Deployed", "RollbackOptions", "RolledBack", "report_transfer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """The options of a deploy. ``target`` is a name; empty for the only target. ``only`` are aliases.

    ``jobs`` is how many files are sent at a time; 0 stands for the host's own number. ``agrees`` decides whether a plan is
    applied.
    """

    target: str = ""
    output: Path | None = None
    only: tuple[str, ...] = ()
    is_dry: bool = False
    jobs: int = 0
    allows_deletes: bool = False
    refreshes: bool = False
    breaks_lock: bool = False
    verifies: bool = True
    agrees: Callable[[Plan], bool] = lambda _: True


@dataclass(slots=True, kw_only=True)
class Deployed:
    """The result of a deploy. ``reasons`` counts the steps of the plan by reason; ``bytes`` were stored on the host.

    ``is_live``: the release is live now; otherwise there was nothing to do, or the plan was not agreed to. ``differences``
    are those between the build and the files that visitors get. ``configured`` names configuration files that were
    written, and that the web server has not read yet.
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
    notices: list[Notice] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """The notices as texts."""
        return [str(notice) for notice in self.notices]

    def warn(self, *texts: str) -> None:
        """Add notices."""
        self.notices += [Notice(NoticeKind.DEPLOY, text) for text in texts]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data; the notices are the texts under ``warnings``."""
        plain = asdict(self)
        plain["notices"] = self.warnings
        return {"warnings" if key == "notices" else key: value for key, value in plain.items()}


@dataclass(slots=True, kw_only=True)
class RolledBack:
    """The result of a rollback: from release ``left`` to ``release``. ``releases`` are those that the host still has."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackOptions:
    """The options of a rollback. ``target`` is a name; empty for the only target. ``release`` is a name; empty for the last.

    ``agrees`` decides whether a release is made live again.
    """

    target: str = ""
    release: str = ""
    breaks_lock: bool = False
    agrees: Callable[[RolledBack], bool] = lambda _: True


def report_transfer(reporter: Reporter, plan: Plan, done: Transferred) -> None:
    """Report how many steps of a plan are done, and how many bytes are stored."""
    steps = done.puts + done.deletes + len(done.failures)
    reporter.advance(steps, plan.puts + plan.deletes, size=done.bytes)
