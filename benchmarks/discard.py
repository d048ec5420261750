"""Build a site and discard its pages: ``python -m benchmarks.discard SITE ROSTER``.

The build is complete up to the last step: it reads content and roster, presses all pages on all cores and hands them
to a sink that discards them. It runs in its own process, whose memory is measured.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from replisite.commands.build import SHARD_SITES
from replisite.config import load_site
from replisite.model.options import Options, database_path
from replisite.people import PeopleDatabase
from replisite.rendering.steps import Findings, accept_roster, compose, in_turn, rendering_process


def press_and_discard(folder: Path, roster: Path) -> int:
    """Press all pages of a roster, discard them, and return their number."""
    site, options, findings = load_site(folder), Options(roster=roster), Findings()
    database_file = database_path(site, options)
    with in_turn(site, _silent), rendering_process(site, options) as room:
        composed = compose(room, findings, _silent)
        with PeopleDatabase.open(database_file) as database:
            accept_roster(site, database, options, composed.names, composed.faults, findings, _silent)
            shards = database.shards(database.counts.sites // SHARD_SITES + 1)
        pressed = room.press(database_file, shards, None, None, os.cpu_count() or 1, False, lambda *_: None)
    return sum(part.pages for part in pressed)


def _silent(*_: object) -> None:
    """Ignore all progress."""


if __name__ == "__main__":
    print(press_and_discard(*map(Path, sys.argv[1:])))
