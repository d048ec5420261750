"""Redirects from a site that has moved: that of a renamed distributor, or of one who has left.

A redirect is for a whole site. An old alias leads to the distributor who had it, or to the upline, and never gets another
owner.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from replisite.model.addresses import HOSTS
from replisite.model.site import Site

__all__ = [
    "MovedSite",
    "Redirect",
    "format_redirect",
    "iter_joined",
    "parse_redirect",
    "redirects_of",
]

Status = Literal[301, 302]

_SOURCE = re.compile(r"/[a-z0-9-]+/|[a-z0-9.-]+")
_TARGET = re.compile(r"/(?:[a-z0-9-]+/)?|https?://[^\s\"'\\{}$;<>]+/")


@dataclass(frozen=True, slots=True, order=True)
class Redirect:
    """One site that has moved.

    ``source`` is its old path (``/old/``) or host (``old.tea.example``); ``target`` is a path or a whole address, with a
    slash at its end, and is not redirected itself. A renamed site (301) has all its pages under the new name, so the rest
    of the path is kept. A distributor who has left (302) may come back, and the other site need not have the same pages:
    every page leads to its front page.
    """

    source: str
    target: str
    status: Status

    @property
    def is_host(self) -> bool:
        """Whether the source is a host, and not a path."""
        return not self.source.startswith("/")

    @property
    def name(self) -> str:
        """The host, or the path without slashes: the alias."""
        return self.source.strip("/")

    @property
    def keeps_path(self) -> bool:
        """Whether ``/old/oolong/`` leads to ``/new/oolong/``."""
        return self.status == 301

    @property
    def folder(self) -> str:
        """The folder of the old site in the output."""
        return f"{HOSTS}{self.source}/" if self.is_host else self.source.removeprefix("/")


@dataclass(frozen=True, slots=True)
class MovedSite:
    """A distributor who has had other aliases, or has no site.

    ``host`` is the distributor's own, for the domain style. ``upline`` is the alias and the host of the nearest upline
    with a site, None if there is none.
    """

    alias: str
    host: str
    previous: tuple[str, ...]
    has_site: bool
    upline: tuple[str, str] | None


def redirects_of(site: Site, person: MovedSite) -> Iterator[Redirect]:
    """Stream the redirects of one distributor's sites, each straight to a site that exists."""
    sources = [site.addresses.root_of(alias) for alias in person.previous]
    status: Status
    if person.has_site:
        target, status = site.local_url_of(person.alias, person.host), 301
    elif site.addresses.lapsed == "gone":
        return
    else:
        sources.append(site.addresses.root_of(person.alias, person.host))
        upline = person.upline if site.addresses.lapsed == "upline" else None
        target, status = (site.local_url_of(*upline) if upline else site.local_url_of("")), 302
    own = site.addresses.root_of(person.alias, person.host) if person.has_site else ""
    yield from (Redirect(source, target, status) for source in sources if source != own)


def iter_joined(
    old: Iterable[Redirect], new: Iterable[Redirect], folders: Collection[str], home: str
) -> Iterator[Redirect]:
    """Stream the redirects of an output of which only some sites were built, in order.

    ``folders`` are those of all its sites. A redirect is left out if its target does not exist, or if a site exists at its
    source. Of an old and a new redirect of one source the new one applies.
    """

    def is_valid(redirect: Redirect) -> bool:
        exists = redirect.target == home or _folder(redirect) in folders
        return exists and redirect.folder not in folders

    joined = {redirect.source: redirect for redirect in (*old, *new) if is_valid(redirect)}
    return (joined[source] for source in sorted(joined))


def _folder(redirect: Redirect) -> str:
    """Return the folder of a redirect's target in the output."""
    scheme, _, host = redirect.target.partition("://")
    return f"{HOSTS}{host}" if host else scheme.removeprefix("/")


def format_redirect(redirect: Redirect) -> str:
    r"""Return a redirect as a line.

    >>> format_redirect(Redirect("/old/", "/new/", 301))
    '301 /old/ /new/\n'
    """
    return f"{redirect.status} {redirect.source} {redirect.target}\n"


def parse_redirect(line: str) -> Redirect:
    """Return the redirect of a line; raises ValueError for text that is more than the address of a site."""
    status, source, target = line.rstrip("\n").split(" ")
    if status not in {"301", "302"} or not _SOURCE.fullmatch(source) or not _TARGET.fullmatch(target):
        raise ValueError(f"no redirect: {line.strip()[:80]}")
    return Redirect(source, target, 301 if status == "301" else 302)
