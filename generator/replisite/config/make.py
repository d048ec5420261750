"""Turn a valid document into the Site that everything else works with."""

from __future__ import annotations

from pathlib import Path

from babel import Locale

from replisite.config.schema import CompanyTable, Document, FieldTable, HeadersTable, MarketTable, TargetTable
from replisite.model.live_files import CachePolicy
from replisite.model.security import NAMED
from replisite.model.site import Addresses, Company, CustomField, Market, Members, Rank, Roster, Site
from replisite.model.target import HOST_KEYS, Target

__all__ = ["make_site"]


def make_site(document: Document, root: Path) -> Site:
    """Return the Site of a document whose tables agree."""
    site = document.site
    return Site(
        root=root,
        name=site.name,
        url=site.url,
        company=_company(document.company, site.name),
        markets=tuple(_market(code, market) for code, market in document.markets.items()),
        tagline=site.tagline,
        language=site.language,
        timezone=site.timezone,
        theme=site.theme,
        content=site.content,
        output=site.output,
        distributor_title=site.distributor_title,
        corporate_only=tuple(site.corporate_only),
        addresses=Addresses(
            style=document.addresses.style,
            page_urls=document.addresses.page_urls,
            host=document.addresses.host,
            domain_field=document.addresses.domain_field,
            reserved=tuple(document.addresses.reserved),
            lapsed=document.addresses.lapsed,
        ),
        roster=Roster(
            source=document.roster.source,
            fields=tuple(_field(field) for field in document.roster.fields),
            stories_publish=document.roster.stories_publish,
        ),
        links={name: link.template for name, link in document.links.items()},
        fragment_links=tuple(sorted(name for name, link in document.links.items() if link.fragment)),
        ownerless_links=tuple(site.ownerless_links),
        ranks=tuple(Rank(code, title, level) for level, (code, title) in enumerate(document.ranks.items())),
        members=Members(access=document.members.access),
        pelican=dict(document.pelican.model_extra or {}),
        pelican_defaults=document.pelican.defaults,
        headers=_headers(document.headers),
        public=tuple(document.content.public),
        follow_links=tuple(document.content.follow_links),
        page_seconds=document.build.page_seconds,
        plugin_seconds=document.build.plugin_seconds,
        targets={name: _target(name, target) for name, target in document.targets.items()},
    )


def _company(company: CompanyTable, site_name: str) -> Company:
    return Company(**{**company.model_dump(), "name": company.name or site_name})


def _market(code: str, market: MarketTable) -> Market:
    name = market.name or Locale("en").territories[code]
    return Market(code, name, market.currency, tuple(market.languages), market.status)


def _target(name: str, target: TargetTable) -> Target:
    needed, optional = HOST_KEYS[target.host]
    own = {key: getattr(target, key) for key in (*needed, *optional)}
    return Target(
        name=name,
        host=target.host,
        settings={key: value for key, value in own.items() if value not in (None, "")},
        url=target.url or "",
        cache=CachePolicy(target.page_seconds, target.shared_seconds),
        max_deletes=target.max_deletes,
    )


def _headers(headers: HeadersTable) -> dict[str, str]:
    written = {name: getattr(headers, key) for key, name in NAMED.items()}
    return {name: value for name, value in written.items() if value is not None} | (headers.model_extra or {})


def _field(field: FieldTable) -> CustomField:
    label = field.label or field.name.replace("_", " ").capitalize()
    return CustomField(field.name, label, field.type, field.is_channel, field.by or "")
