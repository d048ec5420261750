"""Roll a target back: make live again what was live before the last deploy, or at an earlier release."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from replisite.deploy.reports import Hears, RolledBack
from replisite.deploy.restore import Restoration
from replisite.deploy.session import open_run, told_of
from replisite.deploy.targets import state_of
from replisite.errors import DeployError
from replisite.hosts import Host, HostError, open_host
from replisite.model.site import Site
from replisite.model.target import Target

__all__ = ["rollback"]


def rollback(
    site: Site,
    target: Target,
    release: str,
    hears: Hears,
    agrees: Callable[[RolledBack], bool] = lambda _: True,
    host: Host | None = None,
    *,
    breaks_lock: bool = False,
) -> RolledBack:
    """Go back to a release, or to the last one before what is live if ``release`` is empty.

    Raises UsageError for one that is not there, DeployError when nothing was changed, PartlyDeployed when something was.
    """
    host = host or open_host(target, site.root, state_of(site, target))
    report = RolledBack(target=target.name, host=host.facts.told)
    with open_run(host, state_of(site, target), is_dry=False) as run:
        one = Restoration(run, release, hears, agrees, report)
        try:
            asyncio.run(one.run_all(breaks_lock))
        except HostError as error:
            raise DeployError(told_of(host, error)) from error
    return report
