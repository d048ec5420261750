"""From the command to the first page, and away again at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from replisite.model.options import Options
from replisite.preview.config import read_config
from replisite.preview.content_process import ContentProcess
from replisite.preview.head_start import head_start
from replisite.preview.messages import ContentRequest
from tests.little_site import LittleSite
from tests.preview.running import RunningPreview

SLOW = """
import pathlib, time
from pelican import signals

def read(pelican):
    time.sleep({seconds})
    pathlib.Path({mark!r}).touch()

def register():
    signals.initialized.connect(read)
"""

BROWSER = """
import pathlib, socket, sys, urllib.request
ask = socket.getaddrinfo
# As browsers do (RFC 6761 §6.3): a bare Debian has no /etc/hosts that names localhost.
socket.getaddrinfo = lambda host, *more: ask("127.0.0.1" if host.endswith("localhost") else host, *more)
pathlib.Path({opened!r}).write_text(sys.argv[1])
with urllib.request.urlopen(sys.argv[1]) as answer:
    pathlib.Path({shown!r}).write_bytes(answer.read())
"""


def _slow(little: LittleSite, seconds: float) -> Path:
    """Make Pelican take so long; return the file that it leaves when it begins to read."""
    mark = little.root / "has-begun"
    little.write("plugins/slow.py", SLOW.format(seconds=seconds, mark=str(mark)))
    little.change(
        "site.toml", "[links]", '[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["slow"]\n\n[links]'
    )
    return mark


def test_the_browser_starts_while_the_content_is_read(little: LittleSite, tmp_path: Path) -> None:
    """It asks too early, and gets the page: there is no notice in between."""
    mark = _slow(little, 1.5)
    opened, shown, browser = tmp_path / "opened", tmp_path / "shown", tmp_path / "browser.py"
    browser.write_text(BROWSER.format(opened=str(opened), shown=str(shown)))
    env = {"BROWSER": f"{sys.executable} {browser} %s"}
    with RunningPreview(little.root, "--open", "--owner", "jane", env=env) as preview:
        assert not mark.exists()
        for _ in range(200):
            if shown.exists() and shown.stat().st_size:
                break
            time.sleep(0.05)
        assert opened.read_text() == preview.url
        assert opened.stat().st_mtime < mark.stat().st_mtime
        assert "Your distributor: <bdi>Jane Doe" in shown.read_text()


def test_whoever_waits_for_the_first_page_is_told_of_the_end(little: LittleSite) -> None:
    """Ctrl-C while Pelican has not even begun to read."""
    _slow(little, 30)
    preview = RunningPreview(little.root)
    got: list[int] = []
    asking = threading.Thread(target=lambda: got.append(preview.get("/").status))
    asking.start()
    time.sleep(0.5)
    assert not got
    assert preview.stop() < 1.5
    asking.join(5)
    assert got == [503]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7])
def test_nothing_is_left_behind(
    little: LittleSite, tmp_path: Path, after: float, number: signal.Signals
) -> None:
    """Neither a process nor a folder, whenever it is ended once it has begun."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    running = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "replisite",
            "preview",
            "--site",
            str(little.root),
            "--no-open",
            "--port",
            "0",
        ],
        env={**os.environ, "TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    while not [*scratch.iterdir()]:  # it has begun
        time.sleep(0.002)
    time.sleep(after)
    children = _children(running.pid)
    running.send_signal(number)
    told = running.communicate(timeout=10)[1]
    assert "Traceback" not in told
    assert running.returncode in {
        0,
        130,
        -signal.SIGINT,
    }  # the last, where Python itself ends as if by Ctrl-C
    assert [*scratch.iterdir()] == []
    end = time.monotonic() + 5  # who is killed is not gone at once
    while living := [child for child in children if Path(f"/proc/{child}").exists()]:
        assert time.monotonic() < end, living
        time.sleep(0.01)


def test_a_roster_that_cannot_be_read_is_not_being_read(little: LittleSite) -> None:
    """The page of somebody on it is none, with the fault over it; mended, it is there."""
    little.change("content/roster.csv", "A1,jane,", "A1,jane!,")
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        got = preview.get("/jane/about/")
        assert got.status == 404
        assert "being read" not in got.text
        faults = next(data for name, data in preview.events("/jane/about/") if name == "state")["faults"]
        assert [fault["file"] for fault in faults] == ["content/roster.csv"]
        little.change("content/roster.csv", "A1,jane!,", "A1,jane,")
        preview.wait_for("Fixed")
        assert "Jane Doe" in preview.page("/jane/about/")


def test_other_commands_have_no_composer() -> None:
    """Nor has the help of the preview."""
    for words in ([], ["build"], ["--help"], ["preview", "--help"], ["preview", "--port", "1", "-h"]):
        with head_start(words) as content_process:
            assert content_process is None, words


def test_what_was_begun_is_not_taken_for_something_else(little: LittleSite, tmp_path: Path) -> None:
    """The composer has begun with one wish, and is asked for another."""
    site = read_config(little.root).site
    assert site is not None
    little.write("content/pages/draft.md", "---\ntitle: Draft\nstatus: draft\n---\nNot yet.\n")
    with ContentProcess(tmp_path) as content_process:
        content_process.begin_with(ContentRequest.of(site, Options(), is_quick=True))
        site_index = content_process.compose(ContentRequest.of(site, Options(drafts=True)))
        assert "draft/index.html" in site_index.paths[site_index.main]
        assert (
            "draft/index.html"
            not in content_process.compose(ContentRequest.of(site, Options())).paths[site_index.main]
        )


def _children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
