"""Whose site a request is for, and how it is shown: read from its address, and written into one.

A site's name is its owner's alias. A preview shows more than a build writes, and says so in the name, so that the
links of a page, which are relative, stay where they are:

    jane                            Jane's site, as it is published
    jane--in-us-en                  in another edition than her own
    jane--as-member                 with the pages that members may read; a rank's code, or staff, likewise
    jane--case-longest-name         with a name as long as can be
    www--in-us-en--as-member        the company's own site, in another edition, for members

Where sites have hosts of their own, the name is the host's: ``jane.localhost``. In any style it may stand at the
start of the path, for devices that cannot find such hosts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

__all__ = ["LOCAL", "Place", "Visit", "place_of"]

LOCAL: Final = "localhost"
"""Browsers take every host below it for this machine (RFC 6761 §6.3)."""

_COMPANY: Final = "www"
"""What the company's site is called where it needs a name; no distributor may have it."""

_MODIFIERS: Final = {"in": "edition", "as": "reader", "case": "case"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One site as somebody sees it.

    ``alias`` is empty for the company's own site; ``edition`` for the owner's main one; ``reader`` for what is
    published; ``case`` for the owner as the roster has her. The last three are in small letters.
    """

    alias: str = ""
    edition: str = ""
    reader: str = ""
    case: str = ""

    @property
    def name(self) -> str:
        """The site's name; empty for the company's own site as it is published.

        >>> Visit("jane", reader="member").name, Visit(edition="us-en").name, Visit().name
        ('jane--as-member', 'www--in-us-en', '')
        """
        said = [f"--{word}-{value}" for word, key in _MODIFIERS.items() if (value := getattr(self, key))]
        return (self.alias or (_COMPANY if said else "")) + "".join(said)

    @classmethod
    def readings(cls, name: str) -> Iterator[Visit]:
        """Stream what a site's name may mean: as an alias whatever it holds, and then without what it says.

        >>> [visit.alias for visit in Visit.readings("jane--as-member")]
        ['jane--as-member', 'jane']
        """
        if name == _COMPANY or not name:
            yield cls()
            return
        yield cls(name)
        alias, *said = name.split("--")
        values: dict[str, str] = {}
        while said:
            word, _, value = said.pop().partition("-")
            if word not in _MODIFIERS or not value or _MODIFIERS[word] in values:
                return
            values[_MODIFIERS[word]] = value
            whole = "--".join([alias, *said])
            yield cls("" if whole == _COMPANY else whole, **values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request leads: the site's name, and the path below it. ``base`` is what stands before that path."""

    name: str
    path: str
    base: str

    def towards(self, visit: Visit, host: str, has_hosts: bool) -> str:
        r"""Return the address of the same page on another site; absolute where sites have hosts of their own.

        It never leads to another host: ``//host`` and ``/\host`` at the start would (WHATWG URL §4.4).

        >>> Place("", "/evil.example/", "/").towards(Visit("/evil.example"), "localhost", False)
        '/%2Fevil.example/evil.example/'
        """
        name, path = quote(visit.name, safe=""), quote(self.path.lstrip("/\\"), safe="/:@!$&'()*+,;=~")
        if has_hosts and _is_local(host):
            port = _port(host)
            at = f"{name}.{LOCAL}" if name else LOCAL
            return f"//{at}{port}/{path}"
        return f"/{name}/{path}" if name else f"/{path}"


def place_of(host: str, path: str, has_hosts: bool) -> Iterator[Place]:
    """Stream the places that an address may mean, the likeliest first.

    ``has_hosts`` says that sites have hosts of their own.

    >>> [(place.name, place.path) for place in place_of("localhost:8000", "/jane/packs/", has_hosts=False)]
    [('jane', 'packs/'), ('', 'jane/packs/')]
    >>> next(place_of("jane.localhost:8000", "/packs/", has_hosts=True)).name
    'jane'
    """
    below = path.removeprefix("/")
    label = _label(host) if has_hosts else ""
    if label:
        yield Place(label, below, "/")
    first, slash, rest = below.partition("/")
    if first and slash:
        yield Place(first, rest, f"/{first}/")
    if not label:
        yield Place("", below, "/")


def _label(host: str) -> str:
    name = host.lower().removesuffix(_port(host)).rstrip(".")
    return name.removesuffix(f".{LOCAL}") if name.endswith(f".{LOCAL}") else ""


def _is_local(host: str) -> bool:
    name = host.lower().removesuffix(_port(host)).rstrip(".")
    return name == LOCAL or name.endswith(f".{LOCAL}")


def _port(host: str) -> str:
    _, colon, port = host.rpartition(":")
    return f":{port}" if colon and port.isdigit() else ""
