"""The corporate site's own pages and files: those that are made of the list of pages, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from replisite.model.site import Site
from replisite.model.sitemap import robots, sitemap
from replisite.pages.page import Page
from replisite.staging import Plate

__all__ = ["corporate_files", "corporate_plate", "made_names"]

_SITEMAP, _ROBOTS = "sitemap.xml", "robots.txt"


def corporate_plate(page: Page) -> Plate:
    """Return the plate of a page for the corporate site."""
    return page.plate if page.corporate is None else page.corporate


def made_names(site: Site) -> frozenset[str]:
    """Return the names of the files that are made of the list of pages; Pelican's own defaults make none."""
    return frozenset({_SITEMAP, _ROBOTS} if site.mode.has_sitemap else ())


def corporate_files(site: Site, files: Mapping[str, bytes], listed: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of the files that exist once, by path: the feeds and the like in ``files``, and those that are made.

    ``listed`` are the paths of the pages in the sitemap. A file that the content has under a made file's name stays.
    """
    made = {_SITEMAP: sitemap(site.url, listed), _ROBOTS: robots(site.url)}
    return {**{name: made[name] for name in made_names(site)}, **files}
