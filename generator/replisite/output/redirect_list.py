"""Where an output says which sites are elsewhere: packed text beside the manifest, one line a site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from replisite.errors import OutputError
from replisite.model.redirects import Redirect, format_redirect, parse_redirect
from replisite.system.packed_text import iter_packed, write_packed

__all__ = ["REDIRECTS", "read_redirects", "write_redirects"]

REDIRECTS: Final = ".replisite/redirects.gz"
"""From the output's root."""

HEADER: Final = "replisite redirects 1"
"""The first line; the number changes with the format."""

_LEVEL = 6


def write_redirects(place: Path, redirects: Iterable[Redirect]) -> None:
    """Write redirects, which come in the order of their sources."""
    write_packed(place, HEADER, map(format_redirect, redirects), _LEVEL)


def read_redirects(folder: Path) -> Iterator[Redirect]:
    """Stream the redirects of a finished output, in the order of their sources; none if it says nothing of them.

    Raises OutputError for a damaged list.
    """
    place = folder / REDIRECTS
    if not place.is_file():
        return
    try:
        yield from map(parse_redirect, iter_packed(place, HEADER))
    except (OSError, ValueError) as error:
        raise OutputError(f"{place} is damaged ({error}); build again") from error
