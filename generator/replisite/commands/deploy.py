"""Deploy a finished output: make the files that are live on a target equal to it."""

from __future__ import annotations

import asyncio

from replisite.deploy.apply import Deployment
from replisite.deploy.bundle import FinishedOutput
from replisite.deploy.limits import iter_excesses, measured
from replisite.deploy.reports import Deployed, DeployOptions
from replisite.deploy.scope import Scope
from replisite.deploy.server_config import ServerConfig, make_server_config
from replisite.deploy.session import open_session, with_host_name
from replisite.deploy.targets import find_target, state_of
from replisite.errors import DeployError, UsageError
from replisite.hosts import Host, HostError, open_host
from replisite.model.options import Options, database_path
from replisite.model.site import Site
from replisite.people import PeopleDatabase
from replisite.reporting import Reporter
from replisite.system.private_files import private_folder

__all__ = ["DeployOptions", "deploy"]


def deploy(site: Site, options: DeployOptions, reporter: Reporter, host: Host | None = None) -> Deployed:
    """Make the files that are live on a target equal to a finished output, and return the report.

    ``host`` is used instead of the host that the target names. Raises UsageError, DeployError if nothing was changed, and
    PartlyDeployed if something was.
    """
    target = find_target(site, options.target)
    state = state_of(site, target)
    host = host or open_host(target, site.root, state)
    output = options.output or site.root / site.output
    config = make_server_config(site, target, host.features, output)
    packed = "gzip" if host.features.packing == "gzip" else ""
    bundle = FinishedOutput(output, target.cache, packed, config.added)
    scope = _scope(site, options, host)
    report = Deployed(target=target.name, host=host.features.label, is_dry=options.is_dry)
    report.warn(*config.warnings, *([host.features.warning] if host.features.warning else []))
    report.files = _measured(host, bundle, config)
    private_folder(site.state)
    with open_session(host, state, is_dry=options.is_dry) as session:
        deployment = Deployment(
            site, target, options, reporter, bundle, config.beside, scope, session, report
        )
        try:
            asyncio.run(deployment.run_all())
        except HostError as error:
            raise DeployError(with_host_name(host, error)) from error
    return report


def _scope(site: Site, options: DeployOptions, host: Host) -> Scope:
    """Return the sites to deploy; raises UsageError for aliases without a site."""
    if not options.only:
        return Scope()
    if host.features.takes_snapshots:
        raise UsageError(f"{host.features.label} takes all sites or none; deploy without --only")
    with PeopleDatabase.open(database_path(site, Options())) as people:
        owners = {owner.alias: owner for owner in people.distributors(site.owner_url, only=options.only)}
        for alias in options.only:
            if alias not in owners:
                near = people.similar(alias)
                raise UsageError(f'no site of "{alias}" has been built' + (f"; {near}" if near else ""))
    return Scope(tuple(sorted(site.owner_folder(owner) for owner in owners.values())))


def _measured(host: Host, bundle: FinishedOutput, config: ServerConfig) -> int:
    """Return the number of files; raises DeployError for limits of the host that they exceed."""
    output = measured(bundle.entries())
    if excesses := list(iter_excesses(host.features, output, config.redirects, config.dynamic)):
        raise DeployError("\n".join(excesses))
    return output.files
