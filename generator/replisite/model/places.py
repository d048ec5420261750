"""Which edition an owner's site is, and where it lies and is called, by site.toml's addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from replisite.model.address import site_prefix, site_url
from replisite.model.distributor import Distributor
from replisite.model.site import Site

__all__ = ["address_of", "edition_of", "prefix_of"]


def address_of(site: Site) -> Callable[[str, Mapping[str, str]], str]:
    """Return what gives a site its absolute address, from its owner's alias and published custom fields."""
    field = site.addresses.domain_field

    def address(alias: str, fields: Mapping[str, str]) -> str:
        return site_url(site, alias, fields.get(field, "") if field else "")

    return address


def edition_of(owner: Distributor) -> str:
    """Return the key of an owner's main edition."""
    return f"{owner.market}-{owner.language}"


def prefix_of(site: Site, owner: Distributor) -> str:
    """Return the folder of an owner's site in the output."""
    field = site.addresses.domain_field
    return site_prefix(site.addresses, owner.alias, owner.fields.get(field, "") if field else "")
