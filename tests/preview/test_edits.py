"""A file is saved, and the screens that show something of it hear so; the others do not."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.little_site import LittleSite
from tests.preview.running import RunningPreview

SECONDS = 30.0


class Screen:
    """What one screen hears, and what it shows."""

    def __init__(self, preview: RunningPreview, at: str) -> None:
        self.preview = preview
        self.at = at
        self.heard: list[tuple[str, Any]] = []
        self._new = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self.wait(lambda name, _: name == "state")

    def _listen(self) -> None:
        try:
            for event in self.preview.events(self.at):
                with self._new:
                    self.heard.append(event)
                    self._new.notify_all()
        except (OSError, ValueError):
            return

    def wait(self, wanted: Callable[[str, Any], bool], *, since: int = 0) -> Any:
        """Wait for an event, and return what it says."""
        end = time.monotonic() + SECONDS
        with self._new:
            while True:
                for name, data in self.heard[since:]:
                    if wanted(name, data):
                        return data
                if not self._new.wait(end - time.monotonic()) and time.monotonic() > end:
                    raise AssertionError(f"{self.at} heard only {self.heard[since:]}")

    def text(self) -> str:
        """Return what the page says now, whatever its status."""
        return self.preview.get(self.at).text


@pytest.fixture
def shown(little: LittleSite) -> Iterator[tuple[LittleSite, RunningPreview]]:
    """The little site in a preview, its roster taken in."""
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        yield little, preview


Shown = tuple[LittleSite, RunningPreview]


def _refreshed(screen: Screen, change: Callable[[], object]) -> str:
    """Change something, wait until the screen is told to show another page, and return that page."""
    since = len(screen.heard)
    change()
    digest = screen.wait(lambda name, _: name == "page", since=since)["digest"]
    got = screen.preview.get(screen.at)
    assert got.headers["x-replisite-digest"] == digest
    return got.text


def test_markdown_front_matter_templates_and_site_toml(shown: Shown) -> None:
    """What pages are made of."""
    little, preview = shown
    screen = Screen(preview, "/jane/about/")
    assert "By hand." in screen.text()
    assert "By foot." in _refreshed(
        screen, lambda: little.change("content/pages/about.md", "By hand.", "By foot.")
    )
    assert "<h1>Us</h1>" in _refreshed(
        screen, lambda: little.change("content/pages/about.md", "title: About", "title: Us\nslug: about")
    )
    page, base = "themes/little/templates/page.html", "themes/little/templates/base.html"
    assert "<h1>Us!</h1>" in _refreshed(
        screen, lambda: little.change(page, "{{ page.title }}", "{{ page.title }}!")
    )
    assert "Yours:" in _refreshed(screen, lambda: little.change(base, "Your distributor:", "Yours:"))
    assert "<title>Large" in _refreshed(screen, lambda: little.change("site.toml", '"Little"', '"Large"'))
    name = _refreshed(
        screen,
        lambda: little.write(
            "templates/page.html", '{% extends "base.html" %}{% block main %}Own{% endblock %}'
        ),
    )
    assert "Own" in name
    assert "<h1>Us!</h1>" in _refreshed(screen, lambda: shutil.rmtree(little.root / "templates"))


def test_new_renamed_and_deleted_files(shown: Shown) -> None:
    """A page comes, moves and goes; a screen that shows it hears of each."""
    little, preview = shown
    screen = Screen(preview, "/jane/lines/salts/")
    assert preview.get("/jane/lines/salts/").status == 404
    text = "---\ntitle: Bath salts\n---\nSalts.\n"
    assert "<h1>Bath salts</h1>" in _refreshed(screen, lambda: little.write("content/lines/salts.md", text))
    old, new = little.root / "content/lines/salts.md", little.root / "content/lines/crystals.md"
    _refreshed(screen, lambda: old.rename(new))
    assert preview.get("/jane/lines/salts/").status == 404
    assert "Bath salts" in preview.page("/jane/lines/crystals/")
    other = Screen(preview, "/jane/lines/crystals/")
    _refreshed(other, new.unlink)
    assert preview.get("/jane/lines/crystals/").status == 404


def test_one_row_refreshes_its_owner_alone(shown: Shown) -> None:
    """Jane's row changes: Jane's screen, and that of Omar, whose sponsor she is, but not the company's."""
    little, preview = shown
    jane, omar, company = (Screen(preview, at) for at in ("/jane/about/", "/omar/about/", "/about/"))
    assert "1632 960199" in _refreshed(
        jane, lambda: little.change("content/roster.csv", "+441632960101", "+441632960199")
    )
    time.sleep(0.3)
    assert not [event for event in (*omar.heard, *company.heard) if event[0] == "page"]
    assert "Jane Roe" in _refreshed(omar, lambda: little.change("content/roster.csv", "Jane,Doe", "Jane,Roe"))
    time.sleep(0.3)
    assert not [event for event in company.heard if event[0] == "page"]


def test_a_story_is_part_of_the_roster(shown: Shown) -> None:
    """A distributor's own text."""
    little, preview = shown
    little.change("themes/little/templates/page.html", "<h1>", "{{ distributor.bio }}<h1>")
    screen = Screen(preview, "/jane/about/")
    little.change(
        "content/roster.csv", "first_name last_name city phone", "first_name last_name city phone bio"
    )
    story = "I wash **twice** a day.\n"
    told = _refreshed(screen, lambda: little.write("content/distributors/jane.md", story))
    assert "<strong>twice</strong>" in told or "twice" in told


def test_css_and_images_are_told_as_files(shown: Shown) -> None:
    """No page has other bytes, so none is refreshed; a new image is there as soon as a page asks for it."""
    little, preview = shown
    screen = Screen(preview, "/jane/about/")
    little.write("themes/little/static/css/little.css", "body { margin: 1px }\n")
    assert screen.wait(lambda name, _: name == "asset") == {"paths": ["/theme/css/little.css"]}
    assert preview.get("/theme/css/little.css").text == "body { margin: 1px }\n"
    since = len(screen.heard)
    little.write("content/images/bar.svg", '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>')
    assert screen.wait(lambda name, _: name == "asset", since=since) == {"paths": ["/images/bar.svg"]}
    since = len(screen.heard)
    little.write("content/images/new.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    preview.wait_for("new.svg")
    assert not [event for event in screen.heard if event[0] == "page"]
    little.change("content/pages/about.md", "By hand.", "By hand. ![New]({static}/images/new.svg)")
    screen.wait(lambda name, _: name == "page", since=since)
    assert preview.get("/images/new.svg").status == 200


@pytest.mark.parametrize(
    ("file", "old", "new", "told", "line"),
    [
        ("content/pages/about.md", "title: About", 'title: "Abou', "YAML", 2),
        ("content/pages/about.md", "By hand.", "{{ distributor.fone }}", "fone", 4),
        ("content/products/soap.md", "sku:", "skuu:", "sku: missing", 0),
        ("themes/little/templates/base.html", "{% endblock %}</title>", "</title>", "", 0),
        (
            "themes/little/templates/page.html",
            "{{ page.title }}",
            "{{ page.title.no.such }}",
            "UndefinedError",
            1,
        ),
        ("content/roster.csv", "A2,omar", "A2,jane", "jane", 3),
        ("site.toml", "[company]", "[company", "TOML", 0),
        ("site.toml", 'theme = "little"', 'theme = "litle"', "litle", 0),
    ],
)
def test_a_fault_is_told_over_the_last_good_page(
    shown: Shown, file: str, old: str, new: str, told: str, line: int
) -> None:
    """With file, line and frame, on the screen and on the terminal; it goes away when it is mended."""
    little, preview = shown
    screen = Screen(preview, "/jane/about/")
    good = preview.page("/jane/about/")
    since = len(screen.heard)
    little.change(file, old, new)
    faults = screen.wait(lambda name, data: name == "faults" and bool(data), since=since)
    assert [fault for fault in faults if fault["file"].endswith(file)], faults
    fault = next(fault for fault in faults if fault["file"].endswith(file))
    assert told in fault["what"]
    assert line in (0, fault["line"])
    if fault["line"]:
        assert fault["frame"]["lines"][fault["line"] - fault["frame"]["first"]]
        assert fault["editor"].startswith("vscode://file/")
    assert preview.page("/jane/about/") == good
    since = len(screen.heard)
    little.change(file, new, old)
    assert screen.wait(lambda name, data: name == "faults" and not data, since=since) == []
    assert preview.page("/jane/about/") == good
    if not file.endswith("page.html"):
        preview.wait_for(Path(file).name)
        preview.wait_for("no faults are left")


def test_a_checkout_of_two_hundred_files_is_one_refresh(shown: Shown) -> None:
    """As git writes them: each removed and written anew."""
    little, preview = shown
    for number in range(200):
        little.write(f"content/pages/page-{number}.md", f"---\ntitle: Page {number}\n---\nOld.\n")
    screen = Screen(preview, "/jane/page-7/")
    while "Old." not in screen.text():
        time.sleep(0.1)
    time.sleep(1)
    git = ["git", "-C", str(little.root), "-c", "user.name=t", "-c", "user.email=t@t.example"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "content"], check=True)
    subprocess.run([*git, "commit", "-qm", "old"], check=True)
    for number in range(200):
        little.write(f"content/pages/page-{number}.md", f"---\ntitle: Page {number}\n---\nNew.\n")
    while "New." not in screen.text():
        time.sleep(0.1)
    time.sleep(1)
    since = len(screen.heard)
    subprocess.run([*git, "checkout", "-q", "."], check=True)
    screen.wait(lambda name, _: name == "page", since=since)
    time.sleep(1)
    assert len([event for event in screen.heard[since:] if event[0] == "page"]) == 1
    assert "Old." in screen.text()


def test_a_folder_that_goes_and_comes_back(shown: Shown) -> None:
    """The server goes on, tells what is missing, and shows the last good page."""
    little, preview = shown
    screen = Screen(preview, "/jane/about/")
    good = preview.page("/jane/about/")
    since = len(screen.heard)
    content = little.root / "content"
    content.rename(little.root / "away")
    screen.wait(lambda name, data: name == "faults" and bool(data), since=since)
    assert preview.page("/jane/about/") == good
    since = len(screen.heard)
    (little.root / "away").rename(content)
    screen.wait(lambda name, data: name == "faults" and not data, since=since)
    assert "By bus." in _refreshed(
        screen, lambda: little.change("content/pages/about.md", "By hand.", "By bus.")
    )


def test_a_preview_may_begin_with_faults(little: LittleSite) -> None:
    """It says what is wrong in the place of pages, and shows them as soon as it is mended."""
    little.change("content/pages/about.md", "title: About", 'title: "Abou')
    with RunningPreview(little.root) as preview:
        got = preview.get("/about/")
        assert got.status == 503
        assert "content/pages/about.md:2" in got.text
        screen = Screen(preview, "/about/")
        assert "By hand." in _refreshed(
            screen, lambda: little.change("content/pages/about.md", 'title: "Abou', "title: About")
        )


def test_a_file_that_is_linked_is_watched_where_it_is(little: LittleSite) -> None:
    """Also when it goes away and comes back."""
    shared, link = little.root / "shared/all soaps.md", little.root / "content/products/soap.md"
    shared.parent.mkdir()
    link.rename(shared)
    link.symlink_to(shared)
    with RunningPreview(little.root) as preview:
        screen = Screen(preview, "/products/soap/")
        preview.wait_until_read()
        text = shared.read_text()
        changed = _refreshed(screen, lambda: shared.write_text(text.replace("title: Soap", "title: Suds")))
        assert "Suds" in changed
        shared.unlink()
        preview.wait_for("content/products/soap.md: is a link to")
        changed = _refreshed(screen, lambda: shared.write_text(text.replace("title: Soap", "title: Foam")))
        assert "Foam" in changed


def test_events_that_were_missed_are_told_again(shown: Shown) -> None:
    """A screen that lost its connection hears of the files that changed meanwhile."""
    little, preview = shown
    screen = Screen(preview, "/about/")
    for margin in (1, 2):
        since = len(screen.heard)
        little.write("themes/little/static/css/little.css", f"body {{ margin: {margin}px }}\n")
        screen.wait(lambda name, _: name == "asset", since=since)
    again = preview.events("/about/", last="1")
    assert next(again)[0] == "state"
    assert next(again) == ("asset", {"paths": ["/theme/css/little.css"]})


def test_a_storm_of_saves_grows_no_memory(shown: Shown) -> None:
    """Pages come and go for some seconds; the processes are as large as before."""
    little, preview = shown
    screen = Screen(preview, "/jane/about/")

    def storm(seconds: float) -> None:
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            number += 1
            text = f"---\ntitle: About\n---\nNumber {number} {'x' * 2000}\n"
            little.write("content/pages/about.md", text)
            time.sleep(0.03)
        while f"Number {number} " not in screen.text():
            time.sleep(0.05)
        time.sleep(1)

    storm(4)
    before = _memory(preview.process.pid)
    storm(8)
    assert _memory(preview.process.pid) < before + 12


def _memory(pid: int) -> float:
    """Return the MB of a process and its children that are theirs alone."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for number in (str(pid), *children):
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1])
    return total / 1024


def test_nothing_is_left_behind(little: LittleSite) -> None:
    """Ctrl-C ends it at once, with screens open, and all of its processes."""
    preview = RunningPreview(little.root)
    Screen(preview, "/jane/about/")
    children = Path(f"/proc/{preview.process.pid}/task/{preview.process.pid}/children").read_text().split()
    assert len(children) == 2
    assert preview.stop() < 5
    assert preview.process.returncode == 0
    for child in children:
        assert not os.path.exists(f"/proc/{child}") or "zombie" in Path(f"/proc/{child}/status").read_text()  # noqa: PTH110 - of the kernel
    assert not (little.root / "output").exists()
    assert {path.name for path in (little.root / ".replisite").iterdir()} <= {
        "people.sqlite",
        "people.sqlite-wal",
        "people.sqlite-shm",
        "people-names.sqlite",
        "lock",
    }
