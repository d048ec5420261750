"""From an address to what stands there: a page for an owner, a file, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from replisite.content.public_files import Verdict
from replisite.content.publication import rules_of
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.photo_paths import derived_file, is_photo
from replisite.model.site import Edition, Site
from replisite.model.view import MEMBER, STAFF, EditionView
from replisite.preview.addresses import Place, Visit, place_of
from replisite.preview.edge_cases import CASES, LAPSED
from replisite.preview.messages import PageRequest, SiteIndex
from replisite.preview.owners import Somebody

__all__ = ["FoundFile", "FoundPage", "Nothing", "Redirected", "find", "has_hosts", "readers_of", "showing_of"]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of a site; ``place`` is where the request leads, ``visit`` whose site it is and how it is shown."""

    place: Place
    visit: Visit
    asked: PageRequest
    edition_view: EditionView


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that exists once, and its source; a feed and the like is made, and has none."""

    path: str
    source: Path | None
    is_asked: bool = True
    """Whether a list or a page is known to ask for it; otherwise it may be somebody's photo."""


@dataclass(frozen=True, slots=True)
class Redirected:
    """The address lacks the slash at its end."""

    path: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing stands there, and why; ``page`` is what a host shows instead, if the site has such a page."""

    reason: str
    page: FoundPage | None = None
    is_waiting: bool = False
    """The roster has not been read yet: somebody may turn out to have this site."""


def has_hosts(site: Site) -> bool:
    """Say whether sites have hosts of their own."""
    return site.addresses.has_hosts


def readers_of(site: Site) -> Mapping[str, str]:
    """Return who may read protected pages, by the names that stand in addresses, with their titles."""
    ranks = {rank.code: f"{rank.title} and above" for rank in site.ranks}
    return {
        MEMBER: "Members",
        **{code: title for code, title in ranks.items() if code not in (MEMBER, STAFF)},
    } | {STAFF: "Desk staff"}


def showing_of(site: Site, visit: Visit, owner: Distributor) -> EditionView | None:
    """Return the edition that a visit sees, and as whom; None if there is no such edition or reader."""
    edition = _edition(site, visit.edition or owner.edition)
    reader = next((code for code in readers_of(site) if code.lower() == visit.reader), "")
    if edition is None or (visit.reader and not reader):
        return None
    return EditionView(edition, reader)


def find(
    site: Site,
    site_index: SiteIndex,
    host: str,
    path: str,
    somebody: Callable[[str], Somebody | None],
    is_read: Callable[[], bool],
) -> FoundPage | FoundFile | Redirected | Nothing:
    """Say what stands at an address. ``somebody`` finds a person by alias; ``is_read``: there is a roster."""
    reason = ""
    waits = False
    for place in place_of(host, path, has_hosts(site)):
        if not place.name:
            found = _corporate(site, site_index, place)
            if found is not None:
                return found
            continue
        if place.name in site_index.names and not has_hosts(site):
            continue  # a folder of the corporate site
        for visit in Visit.readings(place.name):
            person = somebody(visit.alias) if visit.alias else None
            if visit.alias and person is None:
                continue
            answer = _visited(site, site_index, place, visit, person)
            if isinstance(answer, str):
                reason = answer
                break
            return answer
        else:
            waits = waits or not is_read()
            reason = reason or f'nobody on the roster has the alias "{place.name}"'
    told = reason if path.count("/") > 1 and reason else f"there is no {path}"
    return Nothing(told, _not_found(site, site_index), is_waiting=waits)


def _corporate(site: Site, site_index: SiteIndex, place: Place) -> FoundPage | FoundFile | Redirected | None:
    page = _page(site_index, site_index.main, place.path)
    if page:
        edition_view = EditionView(site.editions[0])
        return FoundPage(
            place,
            Visit(),
            PageRequest(site_index.main, page, house_account(site), is_corporate=True),
            edition_view,
        )
    if place.path in site_index.static:
        return FoundFile(place.path, site_index.static[place.path])
    if is_photo(place.path):
        return FoundFile(place.path, derived_file(site.state, place.path))
    if place.path in site_index.files:
        return FoundFile(place.path, None)
    if (
        site_index.written
        and ".." not in place.path.split("/")
        and (site_index.written / place.path).is_file()
    ):
        return FoundFile(place.path, site_index.written / place.path)
    if _page(site_index, site_index.main, f"{place.path}/"):
        return Redirected(f"/{place.path}/")
    if site.mode.publishes_by_reference and rules_of(site).judge(place.path) is Verdict.MAY:
        return FoundFile(place.path, site.root / site.content / place.path, is_asked=False)
    return None


def _visited(
    site: Site, site_index: SiteIndex, place: Place, visit: Visit, person: Somebody | None
) -> FoundPage | Redirected | Nothing | str:
    """Return what is at a place of a site, or why there is no such site."""
    if person is not None and (person.owner is None or visit.case == LAPSED):
        status = person.person.status if person.owner is None else LAPSED
        why = "its market is closed" if status in {"active", "grace"} else f"the person is {status}"
        return f"{visit.alias} has no site: {why}"
    owner = person.owner if person is not None and person.owner is not None else house_account(site)
    if visit.case and visit.case not in CASES:
        return f'there is no case "{visit.case}"'
    edition_view = showing_of(site, visit, owner)
    if edition_view is None:
        return f"there is no edition or reader as in {place.name}"
    if visit.edition:
        owner = replace(
            owner, market=edition_view.edition.market.code, language=edition_view.edition.language
        )
    if visit.case:
        owner = CASES[visit.case].change(owner)
    page = _page(site_index, edition_view.key, place.path)
    if not page and edition_view.key in site_index.paths:
        if _page(site_index, edition_view.key, f"{place.path}/"):
            return Redirected(f"{place.base}{place.path}/")
        return Nothing(
            f"{owner.alias or 'the company'} has no {place.path} in {edition_view.key}",
            _not_found(site, site_index),
        )
    return FoundPage(
        place,
        visit,
        PageRequest(edition_view.key, page or place.path, owner, is_corporate=False),
        edition_view,
    )


def _page(site_index: SiteIndex, key: str, path: str) -> str:
    """Return the page that a path leads to, or nothing."""
    file = f"{path}index.html" if not path or path.endswith("/") else path
    return file if file in site_index.paths.get(key, ()) else ""


def _not_found(site: Site, site_index: SiteIndex) -> FoundPage | None:
    found = _corporate(site, site_index, Place("", "404.html", "/"))
    return found if isinstance(found, FoundPage) else None


def _edition(site: Site, key: str) -> Edition | None:
    return next((edition for edition in site.editions if edition.key.lower() == key.lower()), None)
