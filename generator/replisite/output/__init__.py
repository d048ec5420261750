"""Where pressed pages go: one small protocol, a folder for people, memory for tests and preview.

directory       an output in a folder
discard         an output that is thrown away, to see what pressing costs by itself
folder          the output folder as a whole: one build replaces it at once, or leaves it as it was
layout          the files of every site of one edition: the same paths, below another prefix each
manifest_parts  a manifest in parts
memory          an output in memory
redirect_list   where an output says which sites are elsewhere
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from replisite.model.manifest import Entry
from replisite.output.directory import DirectorySink
from replisite.output.discard import DiscardSink
from replisite.output.folder import MANIFEST, Output, read_manifest
from replisite.output.layout import Layout
from replisite.output.manifest_parts import ManifestPart, iter_part, write_part
from replisite.output.memory import MemorySink
from replisite.output.redirect_list import REDIRECTS, read_redirects

__all__ = [
    "MANIFEST",
    "REDIRECTS",
    "DirectorySink",
    "DiscardSink",
    "Layout",
    "ManifestPart",
    "MemorySink",
    "Output",
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
