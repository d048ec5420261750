"""The addresses of a preview: the site that a path leads to, and the view of it.

The name of a site is its owner's alias. A preview shows more than a build writes; the name says so, so that the
relative links of a page lead to pages that are shown in the same way:

    jane                            Jane's site as it is published
    jane--in-us-en                  Jane's site in another edition than hers
    jane--as-member                 with the pages for members; likewise a rank's code, or staff
    jane--case-longest-name         with the longest name that a theme has to bear
    www--in-us-en--as-member        the corporate site in another edition, for members

Where sites have hosts of their own, the name is the host's: ``jane.localhost``. In every style it may stand at the
start of the path, for devices that cannot resolve such hosts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

__all__ = ["LOCAL", "SitePath", "SiteView", "site_paths"]

LOCAL: Final = "localhost"
"""Browsers resolve every host below it to this machine (RFC 6761 §6.3)."""

_COMPANY: Final = "www"
"""The name of the corporate site where it needs one; no distributor may have it as alias."""

_MODIFIERS: Final = {"in": "edition", "as": "reader", "case": "case"}


@dataclass(frozen=True, slots=True)
class SiteView:
    """A view of a site.

    ``alias`` is empty for the corporate site, ``edition`` for the owner's main edition, ``reader`` for the public,
    ``case`` for the owner as the roster describes them. The last three are in lower case.
    """

    alias: str = ""
    edition: str = ""
    reader: str = ""
    case: str = ""

    @property
    def name(self) -> str:
        """The site's name in addresses; empty for the corporate site as it is published.

        >>> SiteView("jane", reader="member").name, SiteView(edition="us-en").name, SiteView().name
        ('jane--as-member', 'www--in-us-en', '')
        """
        modifiers = [f"--{word}-{value}" for word, key in _MODIFIERS.items() if (value := getattr(self, key))]
        return (self.alias or (_COMPANY if modifiers else "")) + "".join(modifiers)

    @classmethod
    def readings(cls, name: str) -> Iterator[SiteView]:
        """Yield what a site's name may mean: first an alias as a whole, then an alias with modifiers.

        >>> [view.alias for view in SiteView.readings("jane--as-member")]
        ['jane--as-member', 'jane']
        """
        if name == _COMPANY or not name:
            yield cls()
            return
        yield cls(name)
        alias, *modifiers = name.split("--")
        values: dict[str, str] = {}
        while modifiers:
            word, _, value = modifiers.pop().partition("-")
            if word not in _MODIFIERS or not value or _MODIFIERS[word] in values:
                return
            values[_MODIFIERS[word]] = value
            whole = "--".join([alias, *modifiers])
            yield cls("" if whole == _COMPANY else whole, **values)


@dataclass(frozen=True, slots=True)
class SitePath:
    """The name of a site and a path on it. ``base`` is the part of the request's path before that path."""

    name: str
    path: str
    base: str

    def url_for(self, view: SiteView, host: str, has_hosts: bool) -> str:
        r"""Return the URL of the same page in another view; it names a host where sites have hosts of their own.

        It never leads to a foreign host, as ``//host`` and ``/\host`` at the start would (WHATWG URL §4.4).

        >>> SitePath("", "/evil.example/", "/").url_for(SiteView("/evil.example"), "localhost", False)
        '/%2Fevil.example/evil.example/'
        """
        name, path = quote(view.name, safe=""), quote(self.path.lstrip("/\\"), safe="/:@!$&'()*+,;=~")
        if has_hosts and _is_local(host):
            own_host = f"{name}.{LOCAL}" if name else LOCAL
            return f"//{own_host}{_port(host)}/{path}"
        return f"/{name}/{path}" if name else f"/{path}"


def site_paths(host: str, path: str, has_hosts: bool) -> Iterator[SitePath]:
    """Yield the sites and paths that an address may mean, the likeliest first.

    ``has_hosts`` says that sites have hosts of their own.

    >>> [(each.name, each.path) for each in site_paths("localhost:8000", "/jane/packs/", has_hosts=False)]
    [('jane', 'packs/'), ('', 'jane/packs/')]
    >>> next(site_paths("jane.localhost:8000", "/packs/", has_hosts=True)).name
    'jane'
    """
    below = path.removeprefix("/")
    label = _label(host) if has_hosts else ""
    if label:
        yield SitePath(label, below, "/")
    first, slash, rest = below.partition("/")
    if first and slash:
        yield SitePath(first, rest, f"/{first}/")
    if not label:
        yield SitePath("", below, "/")


def _label(host: str) -> str:
    name = host.lower().removesuffix(_port(host)).rstrip(".")
    return name.removesuffix(f".{LOCAL}") if name.endswith(f".{LOCAL}") else ""


def _is_local(host: str) -> bool:
    name = host.lower().removesuffix(_port(host)).rstrip(".")
    return name == LOCAL or name.endswith(f".{LOCAL}")


def _port(host: str) -> str:
    _, colon, port = host.rpartition(":")
    return f":{port}" if colon and port.isdigit() else ""
