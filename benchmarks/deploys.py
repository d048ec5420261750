"""Run one deploy or one preparation of it for ``benchmarks.deploy``: ``python -m benchmarks.deploys KIND SITE …``.

write SITE FILES                        write a finished output
store SITE ENDPOINT BUCKET PREFIX JOBS  deploy it to an S3 server
same SITE FILES RUNS                    deploy an output that is already live, RUNS times; print {"seconds": […]}
imagine SITE FILES                      write two manifests without their files
many SITE FILES                         deploy these manifests to a host that discards the files; print {"seconds": […]}
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from replisite.commands.deploy import deploy
from replisite.deploy.bundle import FinishedOutput
from replisite.deploy.reports import DeployOptions
from replisite.hosts import Body, MemoryHost, MemoryState
from replisite.model.live_files import LiveFile
from replisite.model.manifest import Entry
from replisite.model.site import Company, Market, Site
from replisite.model.target import Target
from replisite.output import Output
from replisite.output.manifest_parts import write_part
from replisite.reporting import SilentReporter

DEPLOY = [sys.executable, "-m", "benchmarks.deploys"]

PAGES = 20
PART = 10_000
SIZE = 8_192
TEXT = ("<p>Tea is a leaf, and water does the rest. Pour it on, wait, and drink.</p>\n" * 120)[: SIZE - 160]


def main() -> None:
    """Run the kind that the command line names."""
    kind, folder, *rest = sys.argv[1:]
    site = _site(Path(folder))
    match kind, rest:
        case "write", [files]:
            write(site, int(files))
        case "store", [endpoint, bucket, prefix, jobs]:
            settings = {"bucket": bucket, "prefix": prefix, "endpoint": endpoint, "gzip": False}
            target = Target("live", "s3", settings)
            options = DeployOptions(jobs=int(jobs), verifies=False)
            done = deploy(_with(site, target), options, SilentReporter())
            print(json.dumps({"puts": done.puts, "retries": done.retries, **done.seconds}))
        case "same", [files, runs]:
            print(json.dumps({"seconds": same(site, int(files), int(runs))}))
        case "imagine", [files]:
            for edition in (1, 2):
                imagine(site.root, int(files), edition)
        case "many", [files]:
            print(json.dumps({"seconds": many(site, int(files))}))
        case _:
            sys.exit(__doc__)


def _site(root: Path) -> Site:
    markets = (Market("GB", "United Kingdom", "GBP", ("en",)),)
    return Site(
        root=root, name="Tea", url="https://tea.example", company=Company("HOUSE", "Tea"), markets=markets
    )


def a_page(number: int) -> bytes:
    """Return a page of about 8 kB that differs from those of other numbers."""
    return f"<!doctype html>\n<title>Page {number}</title>\n<h1>Number {number}</h1>\n{TEXT}".encode()


def paths(files: int) -> Iterator[str]:
    """Yield sorted paths, twenty to a site."""
    for number in range(files):
        yield f"owner{number // PAGES:07d}/page{number % PAGES:02d}.html"


def write(site: Site, files: int) -> None:
    """Write a finished output with this number of files."""
    with Output(site.root / site.output) as output:
        sink = output.sink()
        output.commit([], (sink.write(path, a_page(number)) for number, path in enumerate(paths(files))))


def _with(site: Site, target: Target) -> Site:
    return replace(site, targets={target.name: target})


def same(site: Site, files: int, runs: int) -> Sequence[float]:
    """Deploy to memory, then ``runs`` times with nothing to send; return the seconds of these runs."""
    write(site, files)
    target, options = Target("live", "folder", {"path": "www"}), DeployOptions(verifies=False)
    host = MemoryHost()
    deploy(_with(site, target), options, SilentReporter(), host)
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        done = deploy(_with(site, target), options, SilentReporter(), host)
        seconds.append(time.perf_counter() - started)
        assert not done.reasons
    return seconds


class _Lists(MemoryState):
    """Lists of live files in a folder, so that they do not count as memory."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def fetch(self, name: str, path: Path) -> bool:
        """Copy a list to a path; return whether it exists."""
        if not (self._folder / name).exists():
            return False
        shutil.copyfile(self._folder / name, path)
        return True

    async def store(self, name: str, path: Path) -> None:
        """Copy a list from a path."""
        shutil.copyfile(path, self._folder / name)


class _DiscardingHost(MemoryHost):
    """A host that stores the lists and discards the files."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True)
        self.state = _Lists(folder)

    async def put(self, file: LiveFile, body: Body) -> None:
        """Discard a file."""

    async def back_up(self, path: str) -> None:
        """Do nothing: no file is stored."""


class _OutputWithoutFiles(FinishedOutput):
    """A manifest without its files, all of which have the same content."""

    def body(self, file: LiveFile) -> Body:
        """Return the same page for each file."""
        del file
        return PAGE


PAGE = a_page(0)


def many(site: Site, files: int) -> Sequence[float]:
    """Deploy manifests without files to a host that discards them: all files, then every second one; return the seconds."""
    import replisite.commands.deploy

    replisite.commands.deploy.FinishedOutput = _OutputWithoutFiles  # type: ignore[misc] # a million files take too long to write
    host, seconds = _DiscardingHost(site.root / "lists"), []
    for edition in (1, 2):
        started = time.perf_counter()
        target = Target("live", "folder", {"path": "www"})
        output = site.root / f"edition-{edition}"
        options = DeployOptions(output=output, verifies=False)
        done = deploy(_with(site, target), options, SilentReporter(), host)
        seconds.append(round(time.perf_counter() - started, 1))
        assert done.puts == (files if edition == 1 else files // 2)
    return seconds


def imagine(root: Path, files: int, edition: int) -> None:
    """Write a manifest without its files, in parts as the workers of a build do."""
    entries = _entries(files, edition)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as folder, Output(root / f"edition-{edition}") as output:
        parts = []
        while batch := list(islice(entries, PART)):
            parts.append(write_part(Path(folder) / str(len(parts)), batch))
        output.commit(parts)


def _entries(files: int, edition: int) -> Iterator[Entry]:
    for number, path in enumerate(paths(files)):
        content = f"{path} {edition if number % 2 else 1}"
        yield Entry(path, len(PAGE), hashlib.sha256(content.encode()).hexdigest())


if __name__ == "__main__":
    main()
