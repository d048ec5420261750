"""Roll a target back: make live again what was live before the last deploy, or at an earlier release."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from replisite.deploy.reports import Hears, RolledBack
from replisite.deploy.restore import Restoration
from replisite.deploy.session import open_session, with_host_name
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
    """Make a release live again, or the one before the live one if ``release`` is empty.

    Raises UsageError for a release that is not there, DeployError when nothing was changed, PartlyDeployed when something was.
    """
    host = host or open_host(target, site.root, state_of(site, target))
    report = RolledBack(target=target.name, host=host.features.label)
    with open_session(host, state_of(site, target), is_dry=False) as session:
        restoration = Restoration(session, release, hears, agrees, report)
        try:
            asyncio.run(restoration.run_all(breaks_lock))
        except HostError as error:
            raise DeployError(with_host_name(host, error)) from error
    return report
