"""Where visitors of a site that is not there any more are sent: a renamed one, or that of somebody who has left.

A redirect is for a whole site. An alias that was given up leads to whoever had it, or to who stands above, and is never
handed on to another person.
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
    """One site that is elsewhere now.

    ``source`` is the path at which it was (``/old/``), or its host (``old.tea.example``); ``target`` is a path or a whole
    address, with a slash at its end, and nothing leads on from there. A renamed site (301) has all its pages under the
    new name, so the rest of the path is kept. Who has left (302) may come back, and the other site need not have the same
    pages: everything leads to its front page.
    """

    source: str
    target: str
    status: Status

    @property
    def is_host(self) -> bool:
        """Whether a host leads elsewhere, and not a path."""
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
        """Where the site was in the output."""
        return f"{HOSTS}{self.source}/" if self.is_host else self.source.removeprefix("/")


@dataclass(frozen=True, slots=True)
class MovedSite:
    """A person who has had other aliases, or has no site.

    ``host`` is the person's own, for the domain style. ``upline`` is the alias and the own host of the nearest upline
    with a site, None if there is nobody.
    """

    alias: str
    host: str
    previous: tuple[str, ...]
    has_site: bool
    upline: tuple[str, str] | None


def redirects_of(site: Site, person: MovedSite) -> Iterator[Redirect]:
    """Stream the redirects of one person's sites: straight to where a site is, whatever lies between."""
    sources = [site.addresses.root_of(alias) for alias in person.previous]
    if person.has_site:
        target, status = site.local_url_of(person.alias, person.host), 301
    elif site.addresses.lapsed == "gone":
        return
    else:
        sources.append(site.addresses.root_of(person.alias, person.host))
        upline = person.upline if site.addresses.lapsed == "upline" else None
        target, status = (site.local_url_of(*upline) if upline else site.local_url_of("")), 302
    own = site.addresses.root_of(person.alias, person.host) if person.has_site else ""
    yield from (Redirect(source, target, status) for source in sources if source != own)  # type: ignore[arg-type]


def iter_joined(
    old: Iterable[Redirect], new: Iterable[Redirect], folders: Collection[str], home: str
) -> Iterator[Redirect]:
    """Stream the redirects of an output of which some sites alone were built anew, in order.

    ``folders`` are those of all sites that are in it. Of each source the new redirect holds, or else the old one, if it
    leads to a site that is there, from where none is.
    """

    def leads(one: Redirect) -> bool:
        there = one.target == home or _folder(one) in folders
        return there and one.folder not in folders

    kept = {one.source: one for one in old if leads(one)}
    kept |= {one.source: one for one in new if leads(one)}
    return (kept[source] for source in sorted(kept))


def _folder(redirect: Redirect) -> str:
    """Return where the site is in the output that a redirect leads to."""
    scheme, _, host = redirect.target.partition("://")
    return f"{HOSTS}{host}" if host else scheme.removeprefix("/")


def format_redirect(redirect: Redirect) -> str:
    r"""Return a redirect as a line.

    >>> format_redirect(Redirect("/old/", "/new/", 301))
    '301 /old/ /new/\n'
    """
    return f"{redirect.status} {redirect.source} {redirect.target}\n"


def parse_redirect(line: str) -> Redirect:
    """Return the redirect of a line; raises ValueError for anything that would be more than a site's address."""
    status, source, target = line.rstrip("\n").split(" ")
    if status not in {"301", "302"} or not _SOURCE.fullmatch(source) or not _TARGET.fullmatch(target):
        raise ValueError(f"no redirect: {line.strip()[:80]}")
    return Redirect(source, target, 301 if status == "301" else 302)
