"""Where pressed pages go: one small protocol, a folder for people, memory for tests and preview."""

from __future__ import annotations

from typing import Protocol

from replisite.model.manifest import Entry
from replisite.sinks.directory import DirectorySink
from replisite.sinks.memory import MemorySink
from replisite.sinks.output import Output

__all__ = ["DirectorySink", "MemorySink", "Output", "Sink"]


class Sink(Protocol):
    """Takes files by path, from the root of the output, with forward slashes."""

    def write(self, path: str, body: bytes) -> Entry:
        """Write one new file; raises OutputError when it cannot be, or is there already."""
        ...
