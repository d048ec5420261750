"""An output in memory."""

from __future__ import annotations

from replisite.errors import OutputError
from replisite.model.manifest import Entry, entry_of

__all__ = ["MemorySink"]


class MemorySink:
    """Keeps every file in ``files``, by path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def write(self, path: str, body: bytes) -> Entry:
        """Keep one new file; raises OutputError when it is there already."""
        if path in self.files:
            raise OutputError(f"{path} is written twice")
        self.files[path] = body
        return entry_of(path, body)
