"""The switches of the toolbar: from a page to the same page of another owner, edition, reader or edge case."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from replisite.model.site import Site
from replisite.preview.addresses import SitePath, SiteView, site_paths
from replisite.preview.owners import People
from replisite.preview.responses import PageResponse
from replisite.preview.routing import has_hosts

__all__ = ["switched_url"]


async def switched_url(
    site: Site, people: People, response: PageResponse, host: str, path: str, choices: Mapping[str, str]
) -> str:
    """Return the URL of the page at ``path`` with other ``choices``: ``owner``, ``edition``, ``view``, ``case``.

    What is not chosen stays, except that another owner is shown in their own edition. An edge case without an owner
    takes the first one on the roster.
    """
    page = response.page
    view = page.view if page else SiteView()
    alias = choices.get("owner", view.alias)
    edition = "" if "owner" in choices else choices.get("edition", view.edition).lower()
    reader = choices.get("view", view.reader).lower()
    case = choices.get("case", view.case)
    if case and not alias:
        alias = await asyncio.to_thread(people.first)
    if edition and edition == await asyncio.to_thread(_own_edition, site, people, alias):
        edition = ""
    target = SiteView(alias, edition, "" if reader == "public" else reader, case)
    site_path = page.site_path if page else _site_path(site, host, path)
    return site_path.url_for(target, host, has_hosts(site))


def _site_path(site: Site, host: str, path: str) -> SitePath:
    return next(site_paths(host, path, has_hosts(site)), SitePath("", "", "/"))


def _own_edition(site: Site, people: People, alias: str) -> str:
    """Return the key, in lower case, of the edition that an owner's site is in without a choice."""
    if not alias:
        return site.editions[0].key.lower()
    entry = people.find(alias)
    return f"{entry.person.market}-{entry.person.language}".lower() if entry else ""
