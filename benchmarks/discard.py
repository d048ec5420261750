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
from replisite.rendering.steps import (
    Findings,
    Preparation,
    accept_roster,
    build_lock,
    compose,
    rendering_process,
)
from replisite.reporting import SilentReporter


def press_and_discard(folder: Path, roster: Path) -> int:
    """Press all pages of a roster, discard them, and return their number."""
    site, options, reporter = load_site(folder), Options(roster=roster), SilentReporter()
    work = Preparation(site, options, Findings(), reporter)
    with build_lock(site, reporter), rendering_process(site, options) as rendering:
        composed = compose(work, rendering)
        with work.people() as people:
            accept_roster(work, people, composed.names, composed.faults)
            shards = people.shards(people.counts.sites // SHARD_SITES + 1)
        database = database_path(site, options)
        pressed = rendering.press(database, shards, None, None, os.cpu_count() or 1, False, reporter)
    return sum(part.pages for part in pressed)


if __name__ == "__main__":
    print(press_and_discard(*map(Path, sys.argv[1:])))
