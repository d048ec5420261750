"""The targets of site.toml: find one by its name, and the folder of its state on this machine."""

from __future__ import annotations

from pathlib import Path

from replisite.errors import UsageError, nearest
from replisite.model.site import Site
from replisite.model.target import Target

__all__ = ["find_target", "state_of"]


def find_target(site: Site, name: str) -> Target:
    """Return the target with this name, or the only one; raises UsageError."""
    if not site.targets:
        example = 'write a table such as [targets.live] with host = "folder" and path = "/srv/www/tea"'
        raise UsageError(f"site.toml has no targets; {example}")
    if not name and len(site.targets) == 1:
        return next(iter(site.targets.values()))
    if name not in site.targets:
        what = f'no target "{name}" in site.toml' if name else "which target? site.toml has several"
        known = f"known are {', '.join(site.targets)}"
        raise UsageError(f"{what}; {nearest(name, site.targets) or known}")
    return site.targets[name]


def state_of(site: Site, target: Target) -> Path:
    """Return the folder of a target's state on this machine."""
    return site.state / "deploy" / target.name
