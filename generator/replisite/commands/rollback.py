"""Roll a target back: make live again what was live before the last deploy, or at an earlier release."""

from __future__ import annotations

import asyncio

from replisite.deploy.reports import RollbackOptions, RolledBack
from replisite.deploy.restore import Restoration
from replisite.deploy.session import open_session, with_host_name
from replisite.deploy.targets import find_target, state_of
from replisite.errors import DeployError
from replisite.hosts import Host, HostError, open_host
from replisite.model.site import Site
from replisite.reporting import Reporter

__all__ = ["RollbackOptions", "rollback"]


def rollback(
    site: Site, options: RollbackOptions, reporter: Reporter, host: Host | None = None
) -> RolledBack:
    """Roll a target back to ``options.release``, or to the release before the live one, and return the report.

    ``host`` is used instead of the host that the target names. Raises UsageError for a release that the host does not have,
    DeployError if nothing was changed, and PartlyDeployed if something was.
    """
    target = find_target(site, options.target)
    state = state_of(site, target)
    host = host or open_host(target, site.root, state)
    report = RolledBack(target=target.name, host=host.features.label)
    with open_session(host, state, is_dry=False) as session:
        restoration = Restoration(session, options, reporter, report)
        try:
            asyncio.run(restoration.run_all())
        except HostError as error:
            raise DeployError(with_host_name(host, error)) from error
    return report
