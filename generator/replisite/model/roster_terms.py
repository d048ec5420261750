"""What of site.toml a roster is read with: nothing else of it reaches whoever reads, so nothing else matters."""

from __future__ import annotations

from urllib.parse import urlsplit

from replisite.model.alias import RESERVED
from replisite.model.site import Addresses, Company, Market, Rank, Site

__all__ = ["terms_of"]


def terms_of(site: Site) -> Site:
    """Return the site with only that which a roster is read with; sites with equal terms read it alike.

    A site's name, links, theme and prices are none of it: pages say those, not the ledger.
    """
    company = Company(id=site.company.id, name="")
    markets = [Market(market.code, "", "", market.languages, market.status) for market in site.markets]
    ranks = [Rank(rank.code, rank.title, 0) for rank in site.ranks]
    has_own_hosts = bool(site.addresses.own_host_field)
    reserved = (*site.addresses.reserved, *_own_labels(site))
    addresses = Addresses(reserved=reserved)
    if has_own_hosts:
        addresses = Addresses(
            style="domain",
            host=site.addresses.host,
            domain_field=site.addresses.domain_field,
            reserved=reserved,
        )
    return Site(
        root=site.root,
        name="",
        url=site.url if has_own_hosts else "",
        company=company,
        markets=tuple(markets),
        content=site.content,
        addresses=addresses,
        roster=site.roster,
        ranks=tuple(ranks),
        pelican_defaults=site.pelican_defaults,
        follow_links=site.follow_links,
    )


def _own_labels(site: Site) -> list[str]:
    """Return the names that an owner's host would share with the company's: the site, the shop, where people enrol."""
    if not site.addresses.has_hosts:
        return []
    below = site.addresses.host_suffix
    hosts = (_host(address) for address in (site.url, *site.links.values()))
    labels = {host.removesuffix(below).split(".")[-1] for host in hosts if host.endswith(below)}
    return sorted(labels - RESERVED)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
