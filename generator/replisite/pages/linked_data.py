"""Find the texts in a block of JSON-LD (https://www.w3.org/TR/json-ld11/) that are addresses by schema.org's keys."""

from __future__ import annotations

import json
from collections.abc import Iterator

__all__ = ["IDENTIFIER", "linked_addresses"]

IDENTIFIER = "@id"
"""The key of a name that looks like an address; no file needs to have it."""

_KEYS = frozenset({"contentUrl", "image", "item", "logo", "url", IDENTIFIER})


def linked_addresses(text: str) -> Iterator[tuple[str, str]]:
    """Yield (key, address) for each text under a key that takes one; nothing for text that is no JSON.

    >>> list(linked_addresses('{"name": "/x/", "image": ["/a.png", {"url": "/b.png"}]}'))
    [('image', '/a.png'), ('url', '/b.png')]
    """
    try:
        block = json.loads(text)
    except (ValueError, RecursionError):
        return
    yield from _addresses(block, "")


def _addresses(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if key in _KEYS:
            yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from _addresses(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _addresses(item, name)
