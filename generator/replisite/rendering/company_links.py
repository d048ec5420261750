"""Count the company links of every site, and those that carry the site's own owner.

All pages are pressed in memory, one owner after the other: only counts remain, and the first of the links that carry no owner
or another one.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from replisite.links.company_links import CompanyLinks, Referral
from replisite.model.distributor import Distributor
from replisite.model.site import Site
from replisite.pages import Page
from replisite.people import PeopleDatabase
from replisite.rendering.shards import PressSet, Work
from replisite.staging import Plate

__all__ = ["LISTED", "LinkCounts", "LostLink", "count_corporate", "count_shard"]

LISTED = 1_000
"""How many links that do not carry their owner are listed; the others are counted."""

_NO_PLATE = Plate("", ())


@dataclass(frozen=True, slots=True)
class LostLink:
    """A company link that does not carry the owner of the site. ``site`` is the owner's alias, empty for the company's.

    ``page`` is its path from the root of that site, ``source`` the file that the page is made of.
    """

    site: str
    page: str
    address: str
    source: str


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """The company links of some sites. ``ownerless`` links need no owner, by site.toml.

    ``lost`` are the first of the links that carry no owner or another one, and ``lost_count`` is the number of all of them.
    ``corporate_links`` and ``corporate_carried`` count those on the company's own site.
    """

    sites: int = 0
    pages: int = 0
    links: int = 0
    carried: int = 0
    ownerless: int = 0
    lost_count: int = 0
    corporate_links: int = 0
    corporate_carried: int = 0
    lost: tuple[LostLink, ...] = ()

    def __add__(self, other: LinkCounts) -> LinkCounts:
        return LinkCounts(
            self.sites + other.sites,
            self.pages + other.pages,
            self.links + other.links,
            self.carried + other.carried,
            self.ownerless + other.ownerless,
            self.lost_count + other.lost_count,
            self.corporate_links + other.corporate_links,
            self.corporate_carried + other.corporate_carried,
            (self.lost + other.lost)[:LISTED],
        )

    def as_json(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        return asdict(self)


class LinkCounter:
    """Counts the links of sites; the text that is the same on every site is read once."""

    def __init__(self, site: Site) -> None:
        self._links = CompanyLinks(site)
        self._shared: dict[tuple[str, int], Sequence[Any]] = {}

    def count(self, owner: Distributor, pages: Sequence[Page], bodies: Iterable[bytes]) -> LinkCounts:
        """Count the links of one owner's pages, which are those of one edition."""
        numbers = dict.fromkeys(Referral, 0)
        lost: list[LostLink] = []
        for index, (page, body) in enumerate(zip(pages, bodies, strict=True)):
            for link in self._links_of(owner, index, page, body):
                referral = self._links.judge(link, owner)
                if referral is None:
                    continue
                numbers[referral] += 1
                if referral is Referral.LOST and len(lost) < LISTED:
                    lost.append(LostLink(owner.alias, page.path, link.address, page.source))
        links = sum(numbers.values())
        carried = numbers[Referral.CARRIED]
        return LinkCounts(
            sites=0 if owner.is_company else 1,
            pages=len(pages),
            links=links,
            carried=carried,
            ownerless=numbers[Referral.OWNERLESS],
            lost_count=numbers[Referral.LOST],
            corporate_links=links if owner.is_company else 0,
            corporate_carried=carried if owner.is_company else 0,
            lost=tuple(lost),
        )

    def count_files(self, owner: Distributor, files: Mapping[str, bytes]) -> LinkCounts:
        """Count the links of feeds and the like, in which pages are written with entities; they are not counted as pages."""
        pages = [Page(path, path, _NO_PLATE, is_replicated=False, is_listed=False) for path in files]
        bodies = (html.unescape(body.decode("utf-8", "replace")).encode() for body in files.values())
        return replace(self.count(owner, pages, bodies), pages=0)

    def _links_of(self, owner: Distributor, index: int, page: Page, body: bytes) -> Sequence[Any]:
        if owner.is_company or not page.plate.is_shared:
            return self._links.find(body)
        key = (owner.edition, index)
        if key not in self._shared:
            self._shared[key] = self._links.find(body)
        return self._shared[key]


def count_shard(press_set: PressSet, work: Work) -> tuple[int, LinkCounts]:
    """Count the links of one shard's sites; return the shard's number too. Raises InputError for what a template raises."""
    counter = LinkCounter(work.site)
    listed = press_set.composition.pages
    pages = {edition: [page for page in listed[edition] if page.is_replicated] for edition in listed}
    counts = LinkCounts()
    with PeopleDatabase.open(work.database) as database, press_set.limited(work.site) as limited:
        for owner in database.distributors(work.site.owner_url, only=work.only, shard=work.shard):
            counts += counter.count(owner, pages[owner.edition], press_set.pages_of(work.site, owner))
            limited.finished += 1
    return work.number, counts


def count_corporate(
    site: Site, house: Distributor, pages: Sequence[Page], bodies: Iterable[bytes], files: Mapping[str, bytes]
) -> LinkCounts:
    """Count the links of the company's own site: its pages, and its feeds and other ``files``."""
    counter = LinkCounter(site)
    return counter.count(house, pages, bodies) + counter.count_files(house, files)
