"""A sink that discards files, to measure the time of pressing alone."""

from __future__ import annotations

from collections.abc import Sequence

from replisite.model.manifest import Entry
from replisite.output.layout import Layout

__all__ = ["DiscardSink"]


class DiscardSink:
    """Takes files and discards them."""

    def write(self, path: str, body: bytes) -> Entry:
        """Discard a file."""
        return Entry(path, len(body), "")

    def write_site(self, prefix: str, layout: Layout, bodies: Sequence[bytes]) -> list[Entry]:
        """Discard a site."""
        return [Entry(prefix + path, len(body), "") for path, body in zip(layout.paths, bodies, strict=True)]
