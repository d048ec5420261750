"""Outputs for pressed pages: one small protocol, with a folder, memory for tests and preview, and none for benchmarks.

directory       a sink that writes files below one folder
discard         a sink that discards files, to measure the time of pressing alone
folder          the output folder as a whole: a build replaces it at once, or leaves it as it was
layout          the files of every site of one edition: the same paths, each below another prefix
manifest_parts  a manifest in parts, one for each worker
memory          a sink in memory
redirect_list   the list of moved sites in an output
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
        """Write one new file; raises OutputError if it cannot be written, or exists already."""
        ...

    def write_site(self, prefix: str, layout: Layout, bodies: Sequence[bytes]) -> list[Entry]:
        """Write all files of one new site, whose folder is ``prefix``; raises OutputError."""
        ...
