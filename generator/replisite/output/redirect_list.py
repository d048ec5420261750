"""The list of moved sites in an output: packed text beside the manifest, one line a site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from replisite.errors import OutputError
from replisite.model.redirects import Redirect, format_redirect, parse_redirect
from replisite.system.packed_text import iter_packed, write_packed

__all__ = ["REDIRECTS", "read_redirects", "write_redirects"]

REDIRECTS: Final = ".replisite/redirects.gz"
"""The list's path from the output's root."""

HEADER: Final = "replisite redirects 1"
"""The first line; the number changes with the format."""

_LEVEL = 6


def write_redirects(path: Path, redirects: Iterable[Redirect]) -> None:
    """Write redirects, which come in the order of their sources."""
    write_packed(path, HEADER, map(format_redirect, redirects), _LEVEL)


def read_redirects(folder: Path) -> Iterator[Redirect]:
    """Stream the redirects of a finished output, in the order of their sources; none if it has no list.

    Raises OutputError for a damaged list.
    """
    path = folder / REDIRECTS
    if not path.is_file():
        return
    try:
        yield from map(parse_redirect, iter_packed(path, HEADER))
    except (OSError, ValueError) as error:
        raise OutputError(f"{path} is damaged ({error}); build again") from error
