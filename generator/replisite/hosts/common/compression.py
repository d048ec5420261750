"""Packed copies of texts, for servers that send a copy instead of the file: ``page.html.gz`` and ``page.html.br``."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Final

import brotli

from replisite.model.live_files import Group, LiveFile

__all__ = ["SUFFIXES", "iter_packed"]

SUFFIXES: Final = (".br", ".gz")

SMALLEST: Final = 1_024
"""A text of fewer bytes fits into the first packet of the answer, packed or not."""

_GZIP_LEVEL = 6
_BROTLI_PAGE, _BROTLI_SHARED = 5, 11
"""Files that exist once for all sites are worth a hundred times the work."""


def iter_packed(file: LiveFile, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Stream the packed copies of a text that are smaller than the text, each with its suffix."""
    if not file.served.is_text or len(body) < SMALLEST:
        return
    quality = _BROTLI_PAGE if file.group is Group.PAGE else _BROTLI_SHARED
    copies = (
        (".br", brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality)),
        (".gz", gzip.compress(body, _GZIP_LEVEL, mtime=0)),
    )
    for suffix, packed in copies:
        if len(packed) < len(body):
            yield suffix, packed
