"""Say where a server reads the owner's id in an address, and whether a link template carries it there.

A server reads the query (WHATWG URL, ``application/x-www-form-urlencoded`` parsing) and the segments of the path, and never
the fragment (RFC 9110 §7.1); a script of the shop may read the fragment, where site.toml says so. An id counts only as
the whole value of one parameter or as a whole segment: part of another value credits nobody.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from replisite.links.uri_template import expand, variables

__all__ = ["Carrier", "Sample", "carriers", "carriers_of", "has_sound_host", "samples"]

Carrier = tuple[str, str | int]
"""Where an id is read: ``("query", "id")`` or ``("path", 1)``; a negative index counts segments from the end."""

Sample = tuple[Mapping[str, str], str]
"""The values of a template's variables, and the address that it becomes with them."""

_PARAMETER = re.compile(r"[\w.~$:@!*()\[\]-]+")
"""A parameter that has a name of its own: ``next?id`` and ``amp;id`` are the remains of another."""

_HOST = re.compile(r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
_DOTS = {".": 0, "..": 1}

_IDS = ("1007", "B&b=c d?e#f;g,h+i%j", "\N{LATIN SMALL LETTER E WITH ACUTE}\u674e'\"<>\\|")
"""An ordinary id and hostile ones. None has a ``/``: many servers decode ``%2F`` before they split the path."""

_VALUES: Mapping[str, tuple[str, ...]] = {
    "alias": ("jane", "o-neil", ""),
    "market": ("GB", "US", ""),
    "language": ("en", "pt-BR", ""),
    "sku": ("OOL-50", ""),
    "slug": ("oolong", ""),
    "page": ("about", ""),
}
"""What each variable but the id may be. The company has no alias, a sponsor no market, and most links no product."""

_ALWAYS_IN_HOST = frozenset({"market", "language"})


def carriers(address: str, owner: str, *, reads_fragment: bool = False) -> frozenset[Carrier]:
    """Return where a server reads ``owner`` in an address, as the whole of a parameter or of a segment.

    >>> sorted(carriers("https://shop.example/p/7?id=7", "7"))
    [('path', -1), ('path', 2), ('query', 'id')]
    >>> carriers("https://shop.example/?next=/cart?id=7", "7")
    frozenset()
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # a broken IPv6 host
        return frozenset()
    carriers_in_address: set[Carrier] = {("query", name) for name in _parameters(parts.query, owner)}
    carriers_in_address |= {("path", index) for index in _segments(parts.path, owner)}
    if reads_fragment:
        path, mark, query = parts.fragment.partition("?")
        if not mark and "=" in path and "/" not in path:  # #id=7&x=1
            path, query = "", path
        carriers_in_address |= {("fragment query", name) for name in _parameters(query, owner)}
        carriers_in_address |= {
            ("fragment path", index) for index in _segments(f"/{path.lstrip('!/')}", owner)
        }
    return frozenset(carriers_in_address)


@lru_cache(maxsize=256)
def carriers_of(template: str, *, reads_fragment: bool = False) -> frozenset[Carrier]:
    """Return where every expansion of a template carries the owner: none, if one expansion loses it."""
    common: frozenset[Carrier] | None = None
    for values, address in samples(template):
        here = carriers(address, values["id"], reads_fragment=reads_fragment)
        common = here if common is None else common & here
        if not common:
            return frozenset()
    return common or frozenset()


def samples(template: str) -> Iterator[Sample]:
    """Expand a template for several owners, with each of its optional variables and without."""
    named = variables(template)
    in_host = variables(_authority(template))
    choices = {
        name: [value for value in values if value or name not in in_host & _ALWAYS_IN_HOST]
        for name, values in _VALUES.items()
        if name in named
    }
    for owner in _IDS:
        for chosen in itertools.product(*choices.values()):
            values = {"id": owner, **{name: text for name, text in zip(choices, chosen, strict=True) if text}}
            yield values, expand(template, values)


def has_sound_host(template: str) -> bool:
    """Say whether every expansion leads to a host, and no value but alias, market and language changes which."""
    hosts: dict[tuple[str, ...], str] = {}
    for values, address in samples(template):
        try:
            parts = urlsplit(address)
            _ = parts.port
        except ValueError:
            return False
        if not _HOST.fullmatch(parts.netloc):
            return False
        key = tuple(values.get(name, "") for name in ("alias", "market", "language"))
        if hosts.setdefault(key, parts.netloc) != parts.netloc:
            return False
    named_in_host = variables(_authority(template))
    return bool(named_in_host) or len(set(hosts.values())) == 1


def _authority(template: str) -> str:
    """Return what stands in a template up to the first thing that ends the host."""
    match = re.match(r"[a-z]+://(?:\{[^/?{}][^{}]*\}|[^/?#{}])*", template, re.IGNORECASE)
    return match[0] if match else ""


def _parameters(query: str, owner: str) -> Iterator[str]:
    """Yield the names of the parameters whose value is the owner.

    A name that is there twice counts for nothing: servers read the first, the last or both. Some split at ``;`` too.
    """
    names = Counter(unquote(part.partition("=")[0]).casefold() for part in re.split("[&;]", query) if part)
    for name, value in parse_qsl(query, keep_blank_values=True):
        if value == owner and names[name.casefold()] == 1 and _PARAMETER.fullmatch(name):
            yield name


def _segments(path: str, owner: str) -> Iterator[int]:
    """Yield the indexes of the segments that are the owner, from the start and from the end.

    ``.`` and ``..`` are resolved first, as browsers do (RFC 3986 §5.2.4).
    """
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        up = _DOTS.get(unquote(segment))
        if up is None:
            kept.append(segment)
        elif up:
            del kept[-1:]
    for index, segment in enumerate(kept, 1):
        if unquote(segment) == owner and "/" not in owner:
            yield index
            yield index - 1 - len(kept)
