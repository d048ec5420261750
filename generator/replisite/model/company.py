"""The house account: the company as the owner of the corporate site."""

from __future__ import annotations

from replisite.model.channels import channels_of
from replisite.model.distributor import Distributor
from replisite.model.site import Site

__all__ = ["house_account"]


def house_account(site: Site) -> Distributor:
    """Return the house account: what templates call ``distributor`` on the corporate site."""
    company, edition = site.company, site.editions[0]
    public = {"phone": company.phone, "email": company.email}
    return Distributor(
        id=company.id,
        alias="",
        name=company.name,
        first_name=company.name,
        photo=company.photo,
        greeting=company.greeting,
        city=company.city,
        region=company.region,
        country=company.country,
        email=company.email,
        phone=company.phone,
        channels=channels_of(public, {}, ()),
        url=f"{site.url}/",
        is_company=True,
        language=edition.language,
        market=edition.market.code,
        fields={custom.name: "" for custom in site.roster.fields},
    )
