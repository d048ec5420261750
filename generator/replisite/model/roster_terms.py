"""The terms of a roster: the parts of site.toml that its rows are read with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import urlsplit

from replisite.model.alias import RESERVED
from replisite.model.site import CustomField, Roster, Site

__all__ = ["IRRELEVANT", "OwnHosts", "RosterMarket", "RosterTerms", "roster_terms"]


@dataclass(frozen=True, slots=True)
class RosterMarket:
    """A market as a row names it."""

    code: str
    languages: tuple[str, ...]
    status: Literal["open", "nfr", "closed"]


@dataclass(frozen=True, slots=True)
class OwnHosts:
    """Hosts of the distributors' own: the custom ``field`` that holds them.

    ``host`` is the parent host of a distributor without one, ``company`` the company's own host, which no distributor has.
    """

    field: str
    host: str
    company: str


@dataclass(frozen=True, slots=True)
class RosterTerms:
    """All that rows are read with, apart from the roster, its stories and photos. Sites with equal terms read it alike.

    ``source`` and ``content`` are relative to ``root``, or absolute. ``is_required``: the site must have a roster.
    ``ranks`` are titles by code, ``reserved`` aliases that no distributor may have, ``own_hosts`` None unless
    distributors have hosts of their own.
    """

    root: Path
    content: str
    source: str
    is_required: bool
    stories_publish: Literal["any", "narrower"]
    fields: tuple[CustomField, ...]
    company_id: str
    markets: tuple[RosterMarket, ...]
    ranks: tuple[tuple[str, str], ...]
    reserved: tuple[str, ...]
    own_hosts: OwnHosts | None
    follow_links: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The roster's file."""
        return self.root / self.source

    @property
    def content_folder(self) -> Path:
        """The folder of the content, where stories and photos lie."""
        return self.root / self.content


IRRELEVANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("name", "tagline", "distributor_title", "language", "timezone", "theme", "corporate_only"),
            "pages alone show it",
        ),
        **dict.fromkeys(
            (f"company.{name}" for name in ("name", "email", "phone", "address", "city", "region")),
            "pages alone show it",
        ),
        **dict.fromkeys(
            (f"company.{name}" for name in ("country", "greeting", "photo")), "pages alone show it"
        ),
        **dict.fromkeys(("markets.name", "markets.currency"), "pages alone show it"),
        "ranks.level": "it is the rank's place among the others, and a person has the code",
        "addresses.page_urls": "it is part of a page's address, not of a site's",
        "addresses.lapsed": "redirects are made when sites are written",
        "fragment_links": "links are checked when pages are pressed",
        "ownerless_links": "links are checked when pages are pressed",
        "members": "the member area is made of content",
        "pelican": "Pelican reads content",
        "output": "sites are written there",
        "targets": "sites are deployed there",
        "headers": "servers send them with pages",
        "public": "files are published with pages; photos are published as smaller copies",
        "page_seconds": "it limits the rendering of a page",
        "plugin_seconds": "it limits a plugin of Pelican",
    }
)
"""The fields of a `Site` that no row is read with, each with the reason."""


def roster_terms(site: Site) -> RosterTerms:
    """Return the terms on which a site's roster is read."""
    return RosterTerms(
        root=site.root,
        content=site.content,
        source=site.roster.source,
        is_required=site.mode.needs_roster or site.roster != Roster(),
        stories_publish=site.roster.stories_publish,
        fields=site.roster.fields,
        company_id=site.company.id,
        markets=tuple(RosterMarket(market.code, market.languages, market.status) for market in site.markets),
        ranks=tuple((rank.code, rank.title) for rank in site.ranks),
        reserved=(*site.addresses.reserved, *_company_labels(site)),
        own_hosts=_own_hosts(site),
        follow_links=site.follow_links,
    )


def _own_hosts(site: Site) -> OwnHosts | None:
    addresses = site.addresses
    if not addresses.own_host_field:
        return None
    return OwnHosts(addresses.own_host_field, addresses.host, _host(site.url))


def _company_labels(site: Site) -> list[str]:
    """Return the labels below the distributors' parent host that the company uses: for its site and in its links."""
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
