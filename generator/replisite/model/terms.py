"""What of site.toml a roster is read with: nothing else of it reaches whoever reads, so nothing else matters."""

from __future__ import annotations

from replisite.model.site import Addresses, Company, Market, Rank, Site

__all__ = ["terms_of"]


def terms_of(site: Site) -> Site:
    """Return the site with only that which a roster is read with; sites with equal terms read it alike.

    A site's name, links, theme and prices are none of it: pages say those, not the ledger.
    """
    company = Company(id=site.company.id, name="")
    markets = [Market(market.code, "", "", market.languages, market.status) for market in site.markets]
    ranks = [Rank(rank.code, rank.title, 0) for rank in site.ranks]
    has_own_hosts = site.addresses.style == "domain"
    addresses = Addresses(reserved=site.addresses.reserved)
    if has_own_hosts:
        addresses = Addresses(
            style="domain",
            host=site.addresses.host,
            domain_field=site.addresses.domain_field,
            reserved=site.addresses.reserved,
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
