"""Deploy a finished output: make what is live on a target equal to it."""

from __future__ import annotations

import asyncio

from replisite.deploy.apply import Deployment
from replisite.deploy.bundle import FinishedOutput
from replisite.deploy.limits import iter_excesses, measured
from replisite.deploy.reports import Deployed, DeployOptions, Hears
from replisite.deploy.scope import Scope
from replisite.deploy.server_config import Forms, make_forms
from replisite.deploy.session import open_run, told_of
from replisite.deploy.targets import state_of
from replisite.errors import DeployError, UsageError
from replisite.hosts import Host, HostError, open_host
from replisite.model.options import Options, database_path
from replisite.model.places import address_of, prefix_of
from replisite.model.site import Site
from replisite.model.target import Target
from replisite.people import PeopleDatabase
from replisite.system.private_files import private_folder

__all__ = ["deploy"]


def deploy(
    site: Site, target: Target, options: DeployOptions, hears: Hears, host: Host | None = None
) -> Deployed:
    """Make what is live on a target equal to a finished output, and return what was done.

    ``host`` stands in for the one that the target names. Raises DeployError when nothing was changed, PartlyDeployed when
    something was, and UsageError.
    """
    state = state_of(site, target)
    host = host or open_host(target, site.root, state)
    packed = "gzip" if host.facts.packing == "gzip" else ""
    output = options.output or site.root / site.output
    forms = make_forms(site, target, host.facts, output)
    bundle = FinishedOutput(output, target.cache, packed, forms.added)
    scope = _scope(site, options, host)
    report = Deployed(
        target=target.name, host=host.facts.told, is_dry=options.is_dry, warnings=list(forms.warnings)
    )
    if host.facts.warning:
        report.warnings.append(host.facts.warning)
    _check_limits(host, bundle, forms, report)
    private_folder(site.state)
    with open_run(host, state, is_dry=options.is_dry) as run:
        one = Deployment(site, target, options, hears, bundle, forms.beside, scope, run, report)
        try:
            asyncio.run(one.run_all())
        except HostError as error:
            raise DeployError(told_of(host, error)) from error
    return report


def _scope(site: Site, options: DeployOptions, host: Host) -> Scope:
    """Return what is deployed; raises UsageError for aliases without a site."""
    if not options.only:
        return Scope()
    if host.facts.takes_snapshots:
        raise UsageError(f"{host.facts.told} takes all sites or none; leave --only out")
    with PeopleDatabase.open(database_path(site, Options())) as database:
        owners = {owner.alias: owner for owner in database.distributors(address_of(site), only=options.only)}
        for alias in options.only:
            if alias not in owners:
                near = database.similar(alias)
                raise UsageError(f'no site of "{alias}" has been built' + (f"; {near}" if near else ""))
    return Scope(tuple(sorted(prefix_of(site, owner) for owner in owners.values())))


def _check_limits(host: Host, bundle: FinishedOutput, forms: Forms, report: Deployed) -> None:
    found = measured(bundle.entries())
    report.files = found.files
    if excesses := list(iter_excesses(host.facts, found, forms.redirects, forms.dynamic)):
        raise DeployError("\n".join(excesses))
