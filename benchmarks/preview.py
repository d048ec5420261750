"""Measure the preview: seconds to the first page, and milliseconds from a save to the new page in Chromium.

    python -m benchmarks.preview                    the demo; writes benchmarks/preview.json and the table in docs/benchmarks.md
    python -m benchmarks.preview --runs 3 --trial   a small trial, printed only

A run saves each kind of file once, each time with a different text, and measures from the end of the save (rename(2), as
editors do) to the change of the page in the browser, which its script reports in an event with the browser's clock. The
page is an owner's about page, or another page that shows the saved file. ``--people`` also starts with a large roster,
first without and then with a people database.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.roster import write_roster
from benchmarks.rows import AtMost, Row, table, write_figures
from benchmarks.sites import copy_demo

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("preview.json")
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OWNER = "maggie-braithe"
REFRESHED = "replisite:refreshed"
EXCHANGED = "replisite:exchanged"


def main() -> None:
    """Measure, print and write all rows."""
    arguments = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="replisite-bench-", dir=arguments.folder))
    try:
        rows = [
            *_starts(folder, arguments.runs),
            *_edits(folder, arguments.runs),
            _data_file(folder, arguments.runs),
        ]
        rows.append(_storm(folder, arguments.storm))
        if arguments.people:
            rows += _large(folder, arguments.people, arguments.runs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    results = {
        "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "runs": arguments.runs,
        "cores": len(os.sched_getaffinity(0)),
        "rows": [row.as_json() for row in rows],
    }
    print("\n".join(map(str, rows)))
    if not arguments.trial:
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        write_figures(figures(results), "preview")


def figures(results: dict[str, Any]) -> str:
    """Return the Markdown table, below a line with the number of runs and cores."""
    where = f"Medians of {results['runs']} runs on {results['cores']} cores, in Chromium:"
    return f"{where}\n\n{table(results['rows'])}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.preview",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=9, help="runs of each row")
    parser.add_argument(
        "--people", type=int, default=1_000_000, help="people on the large roster; 0 leaves it out"
    )
    parser.add_argument("--storm", type=float, default=60, help="seconds of saves without a pause")
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"), help="the folder for the sites")
    parser.add_argument("--trial", action="store_true", help="print only")
    return parser.parse_args()


class Preview:
    """A running preview of a site, and the seconds to its first page."""

    def __init__(self, site: Path, *arguments: str, path: str = "/") -> None:
        started = time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "replisite",
            "preview",
            "--site",
            str(site),
            "--no-open",
            "--port",
            "0",
        ]
        self._process = subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if match := re.search(r"http://localhost:\d+", line):
                self.url = match[0]
                break
        # all output is read, because a full pipe would block the preview
        self._listener = threading.Thread(target=deque, args=(self._process.stderr, 0))
        self._listener.start()
        self.get(path)
        self.seconds = time.perf_counter() - started

    def get(self, path: str) -> bytes:
        """Return the body of an answer, whatever its status."""
        try:
            with urllib.request.urlopen(self.url + path) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            return bytes(error.read())

    def get_json(self, path: str) -> Any:
        """Return the JSON at a path."""
        return json.loads(self.get(path))

    def wait_for_roster(self) -> float:
        """Wait until the roster is read; return the seconds."""
        started = time.perf_counter()
        while self.get_json("/_replisite/page?at=/")["roster"]["state"] == "reading":
            time.sleep(0.02)
        return time.perf_counter() - started

    def megabytes(self) -> float:
        """Return the memory of all its processes: the sum of their proportional set sizes."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        kib = 0
        for number in (str(pid), *children):
            rollup = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
            kib += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1])  # type: ignore[index]
        return kib / 1024

    def stop(self) -> None:
        """End the preview."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._listener.join()
        assert self._process.stderr is not None
        self._process.stderr.close()


@contextlib.contextmanager
def _preview(site: Path, *arguments: str) -> Iterator[Preview]:
    preview = Preview(site, *arguments)
    try:
        yield preview
    finally:
        preview.stop()


def _starts(folder: Path, runs: int) -> list[Row]:
    seconds = []
    for _ in range(runs):
        site = copy_demo(folder / "start")
        preview = Preview(site)
        seconds.append(preview.seconds)
        preview.stop()
        shutil.rmtree(site)
    return [
        Row(
            name="start",
            what="first page of the demo, cold start",
            unit="s",
            values=seconds,
            goal=AtMost(2),
        )
    ]


def _large(folder: Path, people: int, runs: int) -> list[Row]:
    site = copy_demo(folder / "large")
    shutil.rmtree(site / "content" / "distributors")  # stories of people who are not on this roster
    write_roster(site / "content" / "roster.csv", people, 7)
    first = Preview(site)
    reading = first.wait_for_roster()
    first.stop()
    first_pages, searches = [], []
    for number in range(runs):
        preview = Preview(site, path=f"/someone-{people // 2 + number}/")
        first_pages.append(preview.seconds)
        preview.wait_for_roster()
        for text in ("a", "ad", "ada", "ada fr", f"someone-{people - 1}", "kell"):
            started = time.perf_counter()
            preview.get_json(f"/_replisite/people?q={text.replace(' ', '%20')}")
            searches.append((time.perf_counter() - started) * 1000)
        preview.stop()
    size = f"{people:,} people"
    return [
        *_edits_of_many(site, people, runs),
        Row(
            name="start-large-first",
            what=f"first page of a site with {size}, roster not read yet",
            unit="s",
            values=[first.seconds],
            goal=AtMost(2),
        ),
        Row(
            name="read-large",
            what=f"reading the roster of {size} in the background",
            unit="s",
            values=[reading],
        ),
        Row(
            name="start-large",
            what=f"first page of one of {size}, roster read before",
            unit="s",
            values=first_pages,
            goal=AtMost(2),
        ),
        Row(
            name="search-large",
            what=f"search for a name among {size}",
            unit="ms",
            values=searches,
            goal=AtMost(100),
        ),
    ]


def _edits_of_many(site: Path, people: int, runs: int) -> list[Row]:
    """Measure changes of one person of a large roster, until the owner's page shows them."""
    path = site / "content" / "roster.csv"
    text = path.read_bytes().decode()  # keeps the line ends
    alias = f"someone-{people // 2}"
    row = re.search(rf"(?m)^P{people // 2},{alias},[^,]*,(.*\n)", text)
    assert row is not None
    stories = site / "content" / "distributors"
    stories.mkdir()

    def change(number: int) -> float:
        return _put(
            path, f"{text[: row.start()]}P{people // 2},{alias},Row{number},{row[1]}{text[row.end() :]}"
        )

    def join_or_leave(number: int) -> float:
        return _put(path, text if number % 2 else f"{text}N1,newcomer,New,{row[1]}")

    def write_story(number: int) -> float:
        return _put(stories / f"{alias}.md", f"Story {number}")

    edits = {
        "one row among": (f"/{alias}/", change),
        "a distributor joins or leaves, among": ("/newcomer/", join_or_leave),
        "a story of one of": (f"/{alias}/", write_story),
    }
    with _screen(site) as screen:
        return [
            Row(
                name=f"edit-large-{number}",
                what=f"edit to refreshed page: {what} {people:,}",
                unit="ms",
                values=[screen.milliseconds(at, REFRESHED, partial(save, run)) for run in range(runs)],
                goal=AtMost(300),
            )
            for number, (what, (at, save)) in enumerate(edits.items(), 1)
        ]


def _edits(folder: Path, runs: int) -> list[Row]:
    site = copy_demo(folder / "edits")
    with _screen(site) as screen:
        return [
            Row(
                name=f"edit-{what.replace(' ', '-')}",
                what=f"edit to refreshed page: {what}",
                unit="ms",
                values=[
                    screen.milliseconds(at, event, partial(save, site, number)) for number in range(runs)
                ],
                goal=AtMost(300),
            )
            for what, (at, event, save) in EDITS.items()
        ]


@contextlib.contextmanager
def _screen(site: Path) -> Iterator[_Screen]:
    """Open a page in Chromium that shows a preview of a site."""
    with sync_playwright() as playwright, _preview(site) as preview:
        preview.wait_for_roster()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield _Screen(browser.new_page(viewport={"width": 1280, "height": 900}), preview.url)
        browser.close()


def _data_file(folder: Path, runs: int) -> Row:
    """Measure a change of a data file that a Pelican plugin reads; a site with plugins is always read in full."""
    site = copy_demo(folder / "data")
    (site / "content/data").mkdir()
    (site / "content/data/fact.txt").write_text("Fact 0", encoding="utf-8")
    (site / "plugins").mkdir()
    (site / "plugins/fact.py").write_text(PLUGIN, encoding="utf-8")
    settings = '\n[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["fact"]\n'
    _append("site.toml", settings.replace("{", "{{").replace("}", "}}"))(site, 0)
    _change(f"{_THEME}/templates/base.html", "</body>", "{{{{ FACT }}}}</body>")(site, 0)

    def save(number: int) -> float:
        return _put(site / "content/data/fact.txt", f"Fact {number + 1}")

    with _screen(site) as screen:
        values = [screen.milliseconds(_ABOUT, REFRESHED, partial(save, number)) for number in range(runs)]
    what = "edit to refreshed page: a data file of a plugin"
    return Row(name="edit-a-data-file", what=what, unit="ms", values=values, goal=AtMost(300))


def _storm(folder: Path, seconds: float) -> Row:
    """Measure the growth of memory after a warm-up while a page is saved thirty times a second."""
    site = copy_demo(folder / "storm")
    about = site / "content/pages/about.md"
    text = about.read_text(encoding="utf-8")

    def storm(preview: Preview, lasting: float) -> float:
        until = time.monotonic() + lasting
        number = 0
        while time.monotonic() < until:
            number += 1
            _put(about, f"{text}\n\nSave {number} of this storm {'x' * 2000}\n")
            time.sleep(0.03)
        while f"Save {number} of this storm".encode() not in preview.get(_ABOUT):
            time.sleep(0.1)
        time.sleep(1.0)  # memory is released while no request waits
        return preview.megabytes()

    with _preview(site) as preview:
        preview.wait_for_roster()
        before = storm(preview, min(10, seconds))
        after = storm(preview, seconds)
    what = f"growth of memory while files are saved without pause for {seconds:.0f} s"
    details = {"before": round(before, 1), "after": round(after, 1)}
    return Row(name="storm", what=what, unit="MB", values=[after - before], goal=AtMost(5), details=details)


class _Screen:
    """A page in the browser that shows saved files."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url
        self._at = ""

    def milliseconds(self, at: str, event: str, save: Callable[[], float]) -> float:
        """Return the milliseconds from a save, which returns its time, to the event with which the page shows it."""
        if at != self._at:
            self._at = at
            self._page.goto("about:blank")
            self._page.goto(self._url + at)
            self._page.wait_for_selector("replisite-toolbar", state="attached")
        time.sleep(1.0)  # work for the previous save is over
        self._page.evaluate(
            """event => { window.shown = new Promise(done => addEventListener(
                event, () => done(performance.timeOrigin + performance.now()), {once: true})); }""",
            event,
        )
        saved = save() * 1000
        return float(self._page.evaluate("window.shown")) - saved


def _put(path: Path, text: str) -> float:
    """Save as editors do, to a new file that is then renamed; return the time of the save."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
    return time.time()


def _append(path: str, text: str) -> Callable[[Path, int], float]:
    def save(site: Path, number: int) -> float:
        file = site / path
        return _put(file, f"{file.read_text(encoding='utf-8')}{text.format(number=number)}")

    return save


def _change(path: str, old: str, new: str) -> Callable[[Path, int], float]:
    def save(site: Path, number: int) -> float:
        file = site / path
        text, times = re.subn(
            old, new.format(number=number), file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE
        )
        assert times == 1, f"{path} has no {old}"
        return _put(file, text)

    return save


def _new(site: Path, number: int) -> float:
    product = (site / "content/products/milk-oolong.md").read_text(encoding="utf-8")
    return _put(
        site / f"content/products/new-{number}.md",
        re.sub(r"^sku: .*", f"sku: NEW-{number}", product, flags=re.MULTILINE),
    )


def _rename(site: Path, number: int) -> float:
    (site / f"content/products/new-{number}.md").rename(site / f"content/products/renamed-{number}.md")
    return time.time()


def _delete(site: Path, number: int) -> float:
    (site / f"content/products/renamed-{number}.md").unlink()
    return time.time()


PLUGIN = """\
import pathlib
from pelican import signals


def read(generator):
    generator.context["FACT"] = pathlib.Path(generator.path, "data/fact.txt").read_text()


def register():
    signals.article_generator_finalized.connect(read)
"""

_ABOUT, _HOME, _SHOP = f"/{OWNER}/about/", f"/{OWNER}/", f"/{OWNER}/products/"
_THEME = "themes/storefront"
EDITS: dict[str, tuple[str, str, Callable[[Path, int], float]]] = {
    "Markdown prose": (_ABOUT, REFRESHED, _append("content/pages/about.md", "\n\nEdit {number}.\n")),
    "front matter": (
        _ABOUT,
        REFRESHED,
        _change("content/pages/about.md", "^title: .*", 'title: "About {number}"'),
    ),
    "a template": (
        _ABOUT,
        REFRESHED,
        _change(f"{_THEME}/templates/base.html", "</body>", "<p>Edit {number}</p></body>"),
    ),
    "a partial": (
        _ABOUT,
        REFRESHED,
        _append(f"{_THEME}/templates/partials/footer.html", "<p>Edit {number}</p>\n"),
    ),
    "site.toml": (_ABOUT, REFRESHED, _change("site.toml", "^name = .*", 'name = "Tarn {number}"')),
    "one row of the roster": (
        _HOME,
        REFRESHED,
        _change("content/roster.csv", f"{OWNER},[^,]*,", f"{OWNER},Mag{{number}},"),
    ),
    "a distributor's story": (
        _HOME,
        REFRESHED,
        _append(f"content/distributors/{OWNER}.md", "\n\nEdit {number}.\n"),
    ),
    "CSS": (
        _ABOUT,
        EXCHANGED,
        _append(f"{_THEME}/static/css/storefront.css", "\n:root {{ --edit: {number}; }}\n"),
    ),
    "an image": (_SHOP, EXCHANGED, _append("content/images/products/milk-oolong.svg", "<!-- {number} -->")),
    "a new file": (_SHOP, REFRESHED, _new),
    "a renamed file": (_SHOP, REFRESHED, _rename),
    "a deleted file": (_SHOP, REFRESHED, _delete),
}
"""The edits by name: the page that shows each, the event of its script, and the function that saves it."""


if __name__ == "__main__":
    main()
