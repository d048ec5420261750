"""Where pressed pages go: one small protocol, a folder for people, memory for tests and preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from replisite.model.manifest import Entry
from replisite.sinks.directory import DirectorySink
from replisite.sinks.discard import DiscardSink
from replisite.sinks.layout import Layout
from replisite.sinks.manifest_parts import Part, iter_part, write_part
from replisite.sinks.memory import MemorySink
from replisite.sinks.output import MANIFEST, Output, read_manifest
from replisite.sinks.redirect_list import REDIRECTS, read_redirects

__all__ = [
    "MANIFEST",
    "REDIRECTS",
    "DirectorySink",
    "DiscardSink",
    "Layout",
    "MemorySink",
    "Output",
    "Part",
    "Sink",
    "iter_part",
    "read_manifest",
    "read_redirects",
    "write_part",
]


class Sink(Protocol):
    """Takes files by path, from the root of the output, with forward slashes."""

    def write(self, path: str, body: bytes) -> Entry:
        """Write one new file; raises OutputError when it cannot be, or is there already."""
        ...

    def write_site(self, prefix: str, layout: Layout, bodies: Sequence[bytes]) -> list[Entry]:
        """Write all files of one new site, whose folder is ``prefix``; raises OutputError."""
        ...
