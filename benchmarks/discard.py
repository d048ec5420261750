"""Build a site and throw its pages away: ``python -m benchmarks.discard SITE ROSTER OUTPUT``.

It is a build in every other respect: the roster is read, the pages are pressed by all cores and entered into the
manifest. It runs in a process of its own, whose memory is measured.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from replisite import pressing
from replisite.build import Options, Report, build
from replisite.errors import OutputError
from replisite.model.manifest import Entry, entry_of
from replisite.sources.config import load_site


class NoSink:
    """Takes the part of ``DirectorySink`` and keeps nothing."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, body: bytes) -> Entry:
        """Count one file."""
        return entry_of(path, body)

    def adopt(self, path: str, source: Path) -> Entry:
        """Count one file that exists."""
        return entry_of(path, source.read_bytes())


def build_into_nothing(site: Path, roster: Path, output: Path) -> Report:
    """Build, and keep the manifest alone; raises OutputError if a page came to the output all the same."""
    setattr(pressing, "DirectorySink", NoSink)  # noqa: B010 - the forked presses inherit it
    report = build(load_site(site), Options(output=output, roster=roster), lambda *_: None)
    if any(not entry.name.startswith(".") for entry in os.scandir(output)):
        raise OutputError(f"{output}: pages were written that were to be thrown away")
    return report


if __name__ == "__main__":
    done = build_into_nothing(*map(Path, sys.argv[1:]))
    print(json.dumps(done.as_json()))
