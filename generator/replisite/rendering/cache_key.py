"""The part of the page cache's key that site.toml gives: the fields that pages depend on.

Every field of a `Site` is part of the key unless it is listed here with the reason why no page depends on it. Templates see
the whole site, so a field that is listed is part of the key as well where a text of the site names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, Final

from replisite.content.publication import rules_of
from replisite.model.site import Site

__all__ = ["IRRELEVANT", "named_fields", "site_key"]

IRRELEVANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "output": "finished sites are written there",
        "targets": "finished sites are deployed there",
        "headers": "servers send them with finished pages",
        "page_seconds": "it limits the rendering of a page, and changes no page",
        "plugin_seconds": "it limits a plugin, and changes no page",
        "fragment_links": "it says which links are counted as carrying their owner, after pages are pressed",
        "ownerless_links": "it says which links need no owner, after pages are pressed",
        "roster.source": "the roster is no content: a file that becomes or stops being the roster is seen in the content",
        "roster.stories_publish": "it says what a story adds to its row, and rows are no content",
        "roster.fields.label": "rows carry it to the pages, as a channel's label",
        "roster.fields.type": "it says how a cell is read",
        "roster.fields.is_channel": "rows carry it to the pages, as a channel",
        "roster.fields.by": "it says who sets a cell",
        "addresses.reserved": "it refuses aliases in the roster",
        "addresses.lapsed": "redirects are written after pages are pressed",
        "addresses.domain_field": "rows carry it to the pages, as the address of the owner's site",
    }
)
"""The fields of a `Site` that no page depends on, each with the reason."""

_LENIENT: Final = frozenset({"roster.source"})
"""Fields that matter with Pelican's own defaults: its STATIC_PATHS may name any file, and what it publishes is not listed."""

_NAMED = {name.partition(".")[0].encode() for name in IRRELEVANT}
_TAG = re.compile(rb"\{[{%].*?[%}]\}", re.DOTALL)
_PROSE = re.compile(rb"\"[^\"]*\"|'[^']*'")
_ATTRIBUTE = re.compile(rb"[.\"']\s*(%s)\b" % b"|".join(sorted(_NAMED)))
_WHOLE = re.compile(rb"\bsite\b\s*(?![\s.\[\w=/:]|-\w)")
"""The site as a whole: printed, or handed to a function or a macro."""


def site_key(site: Site, named: frozenset[str] = frozenset()) -> Sequence[tuple[str, str]]:
    """Return (name, value as text) of each field that pages depend on; ``named`` are the fields that texts name."""
    is_lenient = not site.mode.publishes_by_reference
    parts = [
        (name, repr(value))
        for name, value in _leaves(site)
        if name not in IRRELEVANT or name.partition(".")[0] in named or (is_lenient and name in _LENIENT)
    ]
    return [*parts, ("has_roster", repr(rules_of(site).has_stories))]


def named_fields(body: bytes) -> frozenset[str]:
    """Return the top-level fields of `IRRELEVANT` that a template may read: each that it names, or all of a whole site.

    >>> sorted(named_fields(b"{{ site.targets }} {{ site.name }}"))
    ['targets']
    >>> named_fields(b"{{ show(site) }}") == {name.partition(".")[0] for name in IRRELEVANT}
    True
    """
    if any(_WHOLE.search(_PROSE.sub(_without_prose, tag)) for tag in _TAG.findall(body)):
        return frozenset(name.decode() for name in _NAMED)
    return frozenset(name.decode() for name in _ATTRIBUTE.findall(body))


def _without_prose(text: re.Match[bytes]) -> bytes:
    """Return a text in quotes as it is, or empty if it has several words."""
    return b'""' if b" " in text[0] or b"\n" in text[0] else text[0]


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted name, value) of the fields of a dataclass, those of its parts in their order."""
    for field in fields(value):
        inner = getattr(value, field.name)
        path = f"{name}.{field.name}" if name else field.name
        if path in IRRELEVANT:
            yield path, inner
            continue
        parts = inner if isinstance(inner, tuple) else (inner,)
        if any(map(is_dataclass, parts)):
            yield path, len(parts)
            for part in parts:
                yield from _leaves(part, path)
        else:
            yield path, inner
