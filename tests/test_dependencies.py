"""No version of a dependency that pyproject.toml allows has a known security advisory."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]

FIRST_SAFE = {
    "asyncssh": ("2.23.1", "SCP path traversal; user substitutions in a server's configuration"),
    "brotli": ("1.2.1", "CVE-2026-111497: out-of-bounds write in the decoder"),
    "jinja2": ("3.1.6", "CVE-2025-27516: |attr leaves the sandbox"),
    "markdown": ("3.8.1", "CVE-2025-69534: unclosed markup ends the process"),
    "nh3": ("0.3.2", "RUSTSEC-2025-0071: ammonia lets script through where svg and math are allowed"),
    "pillow": ("13.0", "CVE-2026-59197 to -59200, CVE-2026-96778: writes out of bounds, decompression bombs"),
    "playwright": ("1.55.1", "CVE-2025-59288: browsers are downloaded without a check of their signature"),
    "pymdown-extensions": (
        "11.0.1",
        "patterns of BetterEm, Tilde, Caret and MagicLink backtrack without end",
    ),
    "pytest": ("9.0.3", "CVE-2025-71176: predictable folder in /tmp"),
    "starlette": ("1.0.1", "CVE-2025-54121, CVE-2025-62727, CVE-2026-48710: Host header changes request.url"),
}
"""By name: the first version without an advisory that concerns us, and what the last one was about."""


def _requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    listed = [project["project"]["dependencies"], *extras, *groups]
    return [Requirement(line) for lines in listed for line in lines]


def _lower_bound(requirement: Requirement) -> Version | None:
    bounds = [item.version for item in requirement.specifier if item.operator == ">="]
    return Version(bounds[0]) if bounds else None


@pytest.mark.parametrize("name", FIRST_SAFE)
def test_the_lower_bound_excludes_versions_with_advisories(name: str) -> None:
    """A fresh installation never resolves to a version with a known advisory."""
    (requirement,) = {item for item in _requirements() if item.name == name}
    bound = _lower_bound(requirement)
    version, advisory = FIRST_SAFE[name]
    assert bound is not None, f"{name} has no lower bound"
    assert bound >= Version(version), f"{requirement} allows a version with an advisory: {advisory}"


def test_every_dependency_at_run_time_has_a_lower_bound() -> None:
    """What is installed with the product is never older than what it was tried with."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = project["project"]["dependencies"]
    assert [line for line in lines if _lower_bound(Requirement(line)) is None] == []
