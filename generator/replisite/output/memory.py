"""A sink in memory."""

from __future__ import annotations

from collections.abc import Sequence

from replisite.errors import OutputError
from replisite.model.manifest import Entry, entry_of
from replisite.output.layout import Layout

__all__ = ["MemorySink"]


class MemorySink:
    """Holds every file in ``files``, by path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def write(self, path: str, body: bytes) -> Entry:
        """Store one new file; raises OutputError if it exists already."""
        if path in self.files:
            raise OutputError(f"{path} is written twice")
        self.files[path] = body
        return entry_of(path, body)

    def write_site(self, prefix: str, layout: Layout, bodies: Sequence[bytes]) -> list[Entry]:
        """Store all files of one new site."""
        return [self.write(prefix + path, body) for path, body in zip(layout.paths, bodies, strict=True)]
