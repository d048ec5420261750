"""The destination of an address: a page for an owner, a file, a redirect, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from replisite.content.public_files import Verdict
from replisite.content.publication import rules_of
from replisite.model.company import house_account
from replisite.model.distributor import Distributor
from replisite.model.photo_paths import derived_file, is_photo
from replisite.model.site import Edition, Site
from replisite.model.view import MEMBER, STAFF, EditionView
from replisite.preview.addresses import SitePath, SiteView, site_paths
from replisite.preview.edge_cases import CASES, LAPSED
from replisite.preview.messages import PageRequest, SiteIndex
from replisite.preview.owners import RosterPerson

__all__ = [
    "Destination",
    "FoundFile",
    "FoundPage",
    "NotFound",
    "Redirected",
    "destination_of",
    "edition_view_of",
    "has_hosts",
    "readers_of",
]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of a site: the path that leads to it, the view of its site, and the request that presses it."""

    site_path: SitePath
    view: SiteView
    request: PageRequest
    edition_view: EditionView


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that exists once, and its source; a generated file, such as a feed, has none."""

    path: str
    source: Path | None
    is_referenced: bool = True
    """Whether a page or a list in site.toml names it; a file that nothing names may be the photo of a person."""


@dataclass(frozen=True, slots=True)
class Redirected:
    """The address of a folder without its last slash: ``path`` has it."""

    path: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """An address that leads to nothing, and the reason; ``page`` is the site's own page for this case, if it has one."""

    reason: str
    page: FoundPage | None = None
    is_waiting: bool = False
    """Whether the roster has not been read yet, so that a person on it may have this site."""


Destination: TypeAlias = FoundPage | FoundFile | Redirected | NotFound


def has_hosts(site: Site) -> bool:
    """Say whether sites have hosts of their own."""
    return site.addresses.has_hosts


def readers_of(site: Site) -> Mapping[str, str]:
    """Return the kinds of readers of protected pages: their titles, by the names that stand in addresses."""
    ranks = {rank.code: f"{rank.title} and above" for rank in site.ranks}
    return {
        MEMBER: "Members",
        **{code: title for code, title in ranks.items() if code not in (MEMBER, STAFF)},
    } | {STAFF: "Desk staff"}


def edition_view_of(site: Site, view: SiteView, owner: Distributor) -> EditionView | None:
    """Return the edition and the reader of a view; None if the site has no such edition or reader."""
    edition = _edition(site, view.edition or owner.edition)
    reader = next((code for code in readers_of(site) if code.lower() == view.reader), "")
    if edition is None or (view.reader and not reader):
        return None
    return EditionView(edition, reader)


def destination_of(
    site: Site,
    site_index: SiteIndex,
    host: str,
    path: str,
    find_person: Callable[[str], RosterPerson | None],
    is_roster_read: Callable[[], bool],
) -> Destination:
    """Return the destination of a path at a host. ``find_person`` finds a person by alias."""
    reason = ""
    is_waiting = False
    for site_path in site_paths(host, path, has_hosts(site)):
        if not site_path.name:
            corporate = _corporate(site, site_index, site_path)
            if corporate is not None:
                return corporate
            continue
        if site_path.name in site_index.names and not has_hosts(site):
            continue  # a folder of the corporate site
        for view in SiteView.readings(site_path.name):
            person = find_person(view.alias) if view.alias else None
            if view.alias and person is None:
                continue
            personal = _personal(site, site_index, site_path, view, person)
            if isinstance(personal, str):
                reason = personal
                break
            return personal
        else:
            is_waiting = is_waiting or not is_roster_read()
            reason = reason or f'no person on the roster has the alias "{site_path.name}"'
    is_in_site = path.count("/") > 1 and reason
    message = reason if is_in_site else f"there is no {path}"
    return NotFound(message, _not_found_page(site, site_index), is_waiting=is_waiting)


def _corporate(site: Site, site_index: SiteIndex, site_path: SitePath) -> Destination | None:
    """Return the destination of a path on the corporate site, if there is one."""
    path = site_path.path
    page = _page(site_index, site_index.main, path)
    if page:
        request = PageRequest(site_index.main, page, house_account(site), is_corporate=True)
        return FoundPage(site_path, SiteView(), request, EditionView(site.editions[0]))
    if path in site_index.static:
        return FoundFile(path, site_index.static[path])
    if is_photo(path):
        return FoundFile(path, derived_file(site.state, path))
    if path in site_index.files:
        return FoundFile(path, None)
    if site_index.written and ".." not in path.split("/") and (site_index.written / path).is_file():
        return FoundFile(path, site_index.written / path)
    if _page(site_index, site_index.main, f"{path}/"):
        return Redirected(f"/{path}/")
    if site.mode.publishes_by_reference and rules_of(site).judge(path) is Verdict.MAY:
        return FoundFile(path, site.root / site.content / path, is_referenced=False)
    return None


def _personal(
    site: Site, site_index: SiteIndex, site_path: SitePath, view: SiteView, person: RosterPerson | None
) -> FoundPage | Redirected | NotFound | str:
    """Return the destination of a path on a site with a name, or the reason why there is no such site."""
    if person is not None and (person.owner is None or view.case == LAPSED):
        return f"{view.alias} has no site: {_why_without_site(person)}"
    owner = person.owner if person is not None and person.owner is not None else house_account(site)
    if view.case and view.case not in CASES:
        return f'there is no edge case "{view.case}"'
    edition_view = edition_view_of(site, view, owner)
    if edition_view is None:
        return f'there is no edition or reader as in "{site_path.name}"'
    page = _page(site_index, edition_view.key, site_path.path)
    if not page and edition_view.key in site_index.paths:
        if _page(site_index, edition_view.key, f"{site_path.path}/"):
            return Redirected(f"{site_path.base}{site_path.path}/")
        name = owner.alias or "the company"
        reason = f"the site of {name} has no {site_path.path} in {edition_view.key}"
        return NotFound(reason, _not_found_page(site, site_index))
    owner = _as_viewed(owner, view, edition_view)
    request = PageRequest(edition_view.key, page or site_path.path, owner, is_corporate=False)
    return FoundPage(site_path, view, request, edition_view)


def _why_without_site(person: RosterPerson) -> str:
    status = person.person.status if person.owner is None else LAPSED
    return "the market is closed" if status in {"active", "grace"} else f"the distributor is {status}"


def _as_viewed(owner: Distributor, view: SiteView, edition_view: EditionView) -> Distributor:
    """Return the owner in the edition and the edge case of a view."""
    if view.edition:
        edition = edition_view.edition
        owner = replace(owner, market=edition.market.code, language=edition.language)
    return CASES[view.case].change(owner) if view.case else owner


def _page(site_index: SiteIndex, key: str, path: str) -> str:
    """Return the page that a path leads to, or ``""``."""
    file = f"{path}index.html" if not path or path.endswith("/") else path
    return file if file in site_index.paths.get(key, ()) else ""


def _not_found_page(site: Site, site_index: SiteIndex) -> FoundPage | None:
    page = _corporate(site, site_index, SitePath("", "404.html", "/"))
    return page if isinstance(page, FoundPage) else None


def _edition(site: Site, key: str) -> Edition | None:
    return next((edition for edition in site.editions if edition.key.lower() == key.lower()), None)
