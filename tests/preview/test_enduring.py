"""What hangs is given up, and what has ended begins anew: the preview goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from replisite.errors import InputError, ReplisiteError
from replisite.model.company import house_account
from replisite.model.options import Options
from replisite.model.site import Site
from replisite.preview import content_process as process_module
from replisite.preview import content_worker
from replisite.preview.config import read_config
from replisite.preview.content_process import ContentProcess
from replisite.preview.messages import ContentRequest, PageRequest, SiteIndex
from replisite.preview.roster_process import RosterProcess
from replisite.system.processes import ChildProcess
from tests.little_site import LittleSite
from tests.preview.running import RunningPreview

ENDLESS = "\n{% for number in range(10**12) %}{% endfor %}"

HANGING = """
import pathlib, signal, time
from pelican import signals

def read(pelican):
    {first}
    pathlib.Path({reached!r}).touch()
    time.sleep(60)

def register():
    signals.initialized.connect(read)
"""

DYING = """
import os, pathlib
from pelican import signals

def read(pelican):
    with pathlib.Path({runs!r}).open("a") as runs:
        runs.write("run\\n")
    pelican.settings["JINJA_GLOBALS"]["die"] = lambda: os._exit(9)

def register():
    signals.initialized.connect(read)
"""


ENDING = """
import os
from pelican import signals
def read(pelican):
    print("no folder"); os._exit(3)

def register():
    signals.initialized.connect(read)
"""


def _site(little: LittleSite) -> Site:
    site = read_config(little.root).site
    assert site is not None
    return site


def _asked(site: Site, site_index: SiteIndex, path: str) -> PageRequest:
    return PageRequest(site_index.main, path, house_account(site), is_corporate=True)


def _with_plugin(little: LittleSite, text: str) -> None:
    little.write("plugins/odd.py", text)
    little.change(
        "site.toml", "[links]", '[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["odd"]\n\n[links]'
    )


def _without_plugin(little: LittleSite) -> None:
    little.change("site.toml", '[pelican]\nPLUGIN_PATHS = ["plugins"]\nPLUGINS = ["odd"]\n\n', "")


def _hurried(
    content_process: ContentProcess, work: Callable[[], SiteIndex], reached: Path | None = None
) -> SiteIndex:
    """Do something while files change, five times a second, once a place has been reached."""
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(work)
        while reached and not reached.exists() and not done.done():
            time.sleep(0.02)
        while not done.done():
            time.sleep(0.2)
            content_process.hurry()
        return done.result()


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def _pid(process: ChildProcess) -> int:
    pid = process._process.pid
    assert pid is not None
    return pid


def _children(pid: int) -> list[int]:
    return [
        int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ]


def test_a_page_without_an_end_is_given_up(
    little: LittleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop in a template is told as its fault, with its line; other pages are there as before."""
    monkeypatch.setattr(content_worker, "PAGE", 0.5)
    little.change("themes/little/templates/product.html", "<h1>", f"{ENDLESS}<h1>")
    site = _site(little)
    with ContentProcess(tmp_path) as content_process:
        site_index = content_process.compose(ContentRequest.of(site, Options()))
        (fault,) = content_process.press(_asked(site, site_index, "products/soap/index.html")).faults
        assert (fault.file, fault.line) == ("themes/little/templates/product.html", 2)
        assert "TimeLimitExceeded: stopped after" in fault.what
        assert "By hand." in content_process.press(_asked(site, site_index, "about/index.html")).text


def test_files_that_never_come_are_refused(little: LittleSite, tmp_path: Path) -> None:
    """Nobody writes into named pipes: each is told by its name, and none is opened."""
    site = _site(little)
    pipes = [little.root / "content" / name for name in ("pages/pipe.md", "products/pipe.md")]
    for pipe in pipes:
        os.mkfifo(pipe)
    with ContentProcess(tmp_path) as content_process:
        site_index = content_process.compose(ContentRequest.of(site, Options()))
        assert sorted(fault.file for fault in site_index.faults) == [
            "content/pages/pipe.md",
            "content/products/pipe.md",
        ]
        assert all("is a named pipe" in fault.what for fault in site_index.faults)
        for pipe in pipes:
            pipe.unlink()
        assert not content_process.compose(ContentRequest.of(site, Options())).faults


def test_a_plugin_that_never_comes_back_is_given_up(
    little: LittleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault stands where it was; without it all is read."""
    monkeypatch.setattr(process_module, "LONGEST_FIRST", 0.5)
    reached = tmp_path / "reached"
    _with_plugin(little, HANGING.format(first="pass", reached=str(reached)))
    with ContentProcess(tmp_path) as content_process:
        site_index = _hurried(
            content_process,
            lambda: content_process.compose(ContentRequest.of(_site(little), Options())),
            reached,
        )
        (fault,) = site_index.faults
        assert (fault.file, fault.line) == ("plugins/odd.py", 8)
        assert not content_process.is_over
        _without_plugin(little)
        assert not content_process.compose(ContentRequest.of(_site(little), Options())).faults


def test_what_does_not_even_hear_is_ended_and_begun_anew(
    little: LittleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a computation in C does not; afterwards another process reads all."""
    monkeypatch.setattr(process_module, "LONGEST_FIRST", 0.5)
    monkeypatch.setattr(process_module, "GRACE", 0.3)
    deaf, reached = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})", tmp_path / "reached"
    _with_plugin(little, HANGING.format(first=deaf, reached=str(reached)))
    with ContentProcess(tmp_path) as content_process:
        with pytest.raises(ReplisiteError, match="ended"):
            _hurried(
                content_process,
                lambda: content_process.compose(ContentRequest.of(_site(little), Options())),
                reached,
            )
        assert content_process.is_over
        _without_plugin(little)
        site = _site(little)
        site_index = content_process.compose(ContentRequest.of(site, Options()))
        assert not content_process.is_over
        assert "By hand." in content_process.press(_asked(site, site_index, "about/index.html")).text


def test_whoever_is_not_late_is_not_hurried(little: LittleSite, tmp_path: Path) -> None:
    """A save while content is read is no reason to give up."""
    with ContentProcess(tmp_path) as content_process:
        content_process.begin_with(ContentRequest.of(_site(little), Options()))
        content_process.hurry()
        assert not content_process.compose(ContentRequest.of(_site(little), Options())).faults
        content_process.hurry()  # it has nothing to do
        assert not content_process.compose(ContentRequest.of(_site(little), Options())).faults


def test_a_process_that_ended_before_its_answer_was_awaited_is_reported(
    little: LittleSite, tmp_path: Path
) -> None:
    """A fast end is not forgotten: nobody waits for an answer of the next process, which was not asked."""
    _with_plugin(little, ENDING)
    request = ContentRequest.of(_site(little), Options())
    with ContentProcess(tmp_path) as content_process:
        content_process.begin_with(request)
        _wait(lambda: content_process.is_over)
        with pytest.raises(InputError) as raised:
            content_process.compose(request)
        (fault,) = raised.value.faults
        assert (fault.file, fault.line, fault.what) == ("plugins/odd.py", 5, "no folder")
        little.write("plugins/odd.py", "def register():\n    pass\n")
        assert not content_process.compose(request).faults


def test_a_process_that_is_killed_before_its_answer_is_reported(little: LittleSite, tmp_path: Path) -> None:
    """It is stopped when it is asked, so that no answer comes before the kill; the next reading starts another one."""
    request = ContentRequest.of(_site(little), Options())
    with ContentProcess(tmp_path) as content_process:
        os.kill(_pid(content_process), signal.SIGSTOP)
        content_process.begin_with(request)
        content_process.kill()
        with pytest.raises(ReplisiteError, match=r"^the process that reads the content ended \(.*SIGKILL"):
            content_process.compose(request)
        assert not content_process.compose(request).faults


def test_a_process_that_ended_before_it_was_asked_is_started_again(
    little: LittleSite, tmp_path: Path
) -> None:
    """The first reading is in another process, and nothing is reported: no code of the site has run."""
    request = ContentRequest.of(_site(little), Options())
    with ContentProcess(tmp_path) as content_process:
        content_process.kill()
        _wait(lambda: content_process.is_over)
        content_process.begin_with(request)
        assert not content_process.compose(request).faults


def test_a_process_that_ends_while_it_is_hurried_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends between the look whether it runs and the signal: the change of a file is read all the same."""
    with ContentProcess(tmp_path) as content_process:
        content_process.kill()
        _wait(lambda: content_process.is_over)
        with monkeypatch.context() as patched:
            patched.setattr(ContentProcess, "is_over", False)
            content_process.busy_since = time.monotonic() - 1000
            content_process.hurry()


def test_a_roster_process_that_is_killed_while_it_is_waited_for_is_reported(little: LittleSite) -> None:
    """The waiting thread gets an error, and the next import starts another process."""
    site, progress = _site(little), lambda _done, _total: None
    with RosterProcess() as roster_process, ThreadPoolExecutor(1) as thread:
        os.kill(_pid(roster_process), signal.SIGSTOP)
        waiting = thread.submit(roster_process.take, site, Options(), [], progress)
        _wait(lambda: roster_process.busy_since is not None)
        roster_process.kill()
        with pytest.raises(ReplisiteError, match=r"^the process that reads the roster ended \(.*SIGKILL"):
            waiting.result(30)
        assert roster_process.take(site, Options(), [], progress).people == 3


def test_a_roster_process_that_is_closed_while_it_is_waited_for_is_let_go(little: LittleSite) -> None:
    """Threads that wait, and those that wait for these, all get an error: Ctrl-C waits for none of them."""
    site, progress = _site(little), lambda _done, _total: None
    with RosterProcess() as roster_process, ThreadPoolExecutor(2) as threads:
        os.kill(_pid(roster_process), signal.SIGSTOP)
        waiting = [threads.submit(roster_process.take, site, Options(), [], progress) for _ in range(2)]
        _wait(lambda: roster_process.busy_since is not None)
        roster_process.close(at_once=True)
        for each in waiting:
            with pytest.raises(ReplisiteError):
                each.result(30)


def test_a_process_that_was_asked_nothing_has_no_answer(tmp_path: Path) -> None:
    """Waiting for one would never end."""
    with ContentProcess(tmp_path) as content_process, pytest.raises(RuntimeError, match="no open request"):
        content_process.answer()


def test_a_room_that_is_closed_does_not_begin_anew(tmp_path: Path) -> None:
    """Nothing is left behind."""
    content_process = ContentProcess(tmp_path)
    content_process.close(at_once=True)
    with pytest.raises(ReplisiteError):
        content_process.restart()


def test_processes_that_are_killed_begin_anew(little: LittleSite) -> None:
    """Whoever asks for a page does not notice; changes of the roster and of content are seen."""
    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        for child in _children(preview.process.pid):
            os.kill(child, signal.SIGKILL)
        assert "Jane Doe" in preview.page("/jane/about/")
        little.change("content/roster.csv", "Jane,Doe", "Jane,Roe")
        preview.wait_for("roster.csv")
        preview.wait_until_read()
        _wait(lambda: "Jane Roe" in preview.page("/jane/about/"))
        for child in _children(preview.process.pid):
            os.kill(child, signal.SIGKILL)
        little.change("content/pages/about.md", "By hand.", "By machine.")
        preview.wait_for("about.md")
        assert "By machine." in preview.page("/jane/about/")
        assert "ended (" not in "".join(preview.lines)


def test_a_page_that_ends_the_process_is_told(little: LittleSite, tmp_path: Path) -> None:
    """Again and again it is not tried before something changes; then all is well."""
    runs = tmp_path / "runs"
    _with_plugin(little, DYING.format(runs=str(runs)))

    def count() -> int:
        return len(runs.read_text().splitlines())

    with RunningPreview(little.root) as preview:
        preview.wait_until_read()
        assert "By hand." in preview.page("/about/")
        _wait(lambda: count() == 2)  # it looks through everything once more soon after the start
        little.change("themes/little/templates/product.html", "<h1>", "{{ die() }}<h1>")
        preview.wait_for("product.html")
        assert count() == 3
        for _ in range(5):
            got = preview.get("/products/soap/")
            assert got.status == 500
            assert "ended (exit 9)" in got.text
        assert count() == 4
        little.change("themes/little/templates/product.html", "{{ die() }}", "")
        preview.wait_for("product.html")
        assert "Soap" in preview.page("/products/soap/")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_in_the_midst_of_an_endless_page(little: LittleSite, number: signal.Signals) -> None:
    """Whoever waits for the page is told, and nothing is said of a process that has ended."""
    little.change("themes/little/templates/product.html", "<h1>", f"{ENDLESS}<h1>")
    preview = RunningPreview(little.root)
    preview.wait_until_read()
    got: list[int] = []
    asking = threading.Thread(target=lambda: got.append(preview.get("/products/soap/").status))
    asking.start()
    time.sleep(0.5)
    assert not got
    assert preview.stop(number) < 1.5
    asking.join(5)
    assert got == [500]
    assert "ended (" not in "".join(preview.lines)
