"""Build a site and throw its pages away: ``python -m benchmarks.discard SITE ROSTER``.

It is a build up to the last step: content and roster are read, pages are pressed by all cores and handed to a sink
that forgets them. It runs in a process of its own, whose memory is measured.
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
    """Press all pages of a roster for nothing, and return how many there were."""
    site, options, findings = load_site(folder), Options(roster=roster), Findings()
    place = database_path(site, options)
    with in_turn(site, _silent), rendering_process(site, options) as room:
        composed = compose(room, findings, _silent)
        with PeopleDatabase.open(place) as database:
            accept_roster(site, database, options, composed.names, composed.faults, findings, _silent)
            shards = database.shards(database.counts.sites // SHARD_SITES + 1)
        pressed = room.press(place, shards, None, None, os.cpu_count() or 1, False, lambda *_: None)
    return sum(part.pages for part in pressed)


def _silent(*_: object) -> None:
    """Hear how far the work is, and say nothing."""


if __name__ == "__main__":
    print(press_and_discard(*map(Path, sys.argv[1:])))
