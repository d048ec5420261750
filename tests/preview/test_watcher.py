"""A save is heard once, at once, and whatever happens to the folders."""

from __future__ import annotations

import errno
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.api import BaseObserver

from replisite.preview import watcher as watching
from replisite.preview.watcher import Watched, Watcher

PATIENCE = 30.0
"""Seconds after which what was not heard will not be heard."""

ATTEMPTS = 6
"""A busy machine may rest in the middle of a save for longer than the watcher waits."""


class Batches:
    """What was heard, in order."""

    def __init__(self) -> None:
        self._batches: list[frozenset[Path]] = []
        self._news = threading.Condition()

    def __call__(self, batch: frozenset[Path]) -> None:
        with self._news:
            self._batches.append(batch)
            self._news.notify_all()

    def next(self, patience: float = PATIENCE) -> frozenset[Path]:
        """Wait for one more batch."""
        with self._news:
            assert self._news.wait_for(lambda: self._batches, patience), "nothing was heard"
            return self._batches.pop(0)

    def until(self, path: Path) -> list[frozenset[Path]]:
        """Wait for the batch with this path; give it and those before it."""
        batches = [self.next()]
        while path not in batches[-1]:
            batches.append(self.next())
        return batches

    def rest(self, folder: Path) -> list[frozenset[Path]]:
        """Everything that is heard before a new file in this folder is; the file is told alone."""
        time.sleep(0.2)  # a batch of its own
        last = folder / "the-last-one.md"
        last.write_text("last")
        *batches, final = self.until(last)
        assert final == {last}
        last.unlink()
        self.until(last)
        return batches


@contextmanager
def _listening(*folders: Path, files: tuple[Path, ...] = ()) -> Iterator[tuple[Watcher, Batches]]:
    batches = Batches()
    watcher = Watcher(Watched(folders, files), batches)
    watcher.start()
    try:
        yield watcher, batches
    finally:
        watcher.stop()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's folder with one page, and much output."""
    root = tmp_path / "site"
    for path in ("content/pages/about.md", "output/jane/about/index.html", "site.toml"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("first\n")
    return root


@pytest.fixture
def content(site: Path) -> Path:
    return site / "content"


@pytest.fixture
def page(content: Path) -> Path:
    return content / "pages/about.md"


def _plain(page: Path) -> None:
    page.write_text("second\n")


def _vim(page: Path) -> None:
    """Tries the folder, makes a swap file, keeps the old text as backup, writes, removes the backup."""
    (page.parent / "4913").touch()
    (page.parent / "4913").unlink()
    swap = page.parent / f".{page.name}.swp"
    swap.write_text("swap")
    backup = page.with_name(f"{page.name}~")
    page.rename(backup)
    page.write_text("second\n")
    backup.unlink()
    swap.unlink()


def _vs_code(page: Path) -> None:
    """Cuts the file off, and writes it a little later."""
    with page.open("w") as file:
        time.sleep(0.04)
        file.write("second\n")


def _jetbrains(page: Path) -> None:
    """Writes beside the file, moves the old one away and the new one in."""
    new, old = page.with_name(f"{page.name}___jb_tmp___"), page.with_name(f"{page.name}___jb_old___")
    new.write_text("second\n")
    page.rename(old)
    new.rename(page)
    old.unlink()


def _emacs(page: Path) -> None:
    lock = page.with_name(f".#{page.name}")
    lock.symlink_to("jo@host.1")
    page.with_name(f"#{page.name}#").write_text("second\n")
    shutil.copy(page, f"{page}~")
    page.write_text("second\n")
    page.with_name(f"#{page.name}#").unlink()
    lock.unlink()


def _gnome(page: Path) -> None:
    new = page.with_name(".goutputstream-AB12C3")
    new.write_text("second\n")
    new.replace(page)


@pytest.mark.parametrize("save", [_plain, _vim, _vs_code, _jetbrains, _emacs, _gnome])
def test_a_save_is_one_batch(content: Path, page: Path, save: Callable[[Path], None]) -> None:
    """However an editor saves, one batch names the file and nothing that the editor leaves beside it."""
    for _ in range(ATTEMPTS):
        with _listening(content) as (_, heard):
            save(page)
            batches = [heard.next(), *heard.rest(content)]
        assert set(batches) == {frozenset({page})}
        assert page.read_text() == "second\n"
        if len(batches) == 1:
            return
    pytest.fail("never one batch")


def test_reading_is_no_change(content: Path, page: Path) -> None:
    """Neither opening and reading a file nor listing a folder is heard."""
    with _listening(content) as (_, heard):
        for _ in range(20):
            page.read_bytes()
            list(content.rglob("*"))
        assert heard.rest(content) == []


def test_what_editors_and_git_leave_is_not_heard(content: Path) -> None:
    """Backups, swap files, locks, and all that is below .git or __pycache__."""
    with _listening(content) as (_, heard):
        for name in ("a.md~", ".a.md.swp", ".a.md.swx", "4913", ".#a.md", "#a.md#", ".DS_Store", ".a.md.tmp"):
            (content / "pages" / name).write_text("x")
        for folder in (".git", "pages/__pycache__"):
            (content / folder / "deep").mkdir(parents=True)
            (content / folder / "deep/a.md").write_text("x")
        assert heard.rest(content) == []


def test_files_come_move_and_go(content: Path, page: Path) -> None:
    """A move names both ends; a new folder's files are heard with it."""
    with _listening(content) as (_, heard):
        new = page.with_name("new.md")
        page.rename(new)
        assert heard.next() == {page, new}
        new.unlink()
        assert heard.next() == {new}
        (content / "a/b").mkdir(parents=True)
        (content / "a/b/c.md").write_text("c")
        assert heard.next() >= {content / "a", content / "a/b/c.md"}
        (content / "a/b/c.md").write_text("later")
        assert heard.next() == {content / "a/b/c.md"}
        (content / "a").rename(content / "z")
        assert heard.next() >= {content / "a", content / "z"}
        (content / "z/b/c.md").write_text("later still")
        assert heard.next() == {content / "z/b/c.md"}


def test_a_burst_is_one_batch(content: Path) -> None:
    """A checkout of many files, with pauses in between, is told when it is over."""
    files = {content / f"{number}.md" for number in range(60)}
    for attempt in range(ATTEMPTS):
        with _listening(content) as (_, heard):
            for number, file in enumerate(sorted(files)):
                file.write_text(f"x{attempt}")
                if number > 10 and not number % 5:
                    time.sleep(0.05)
            batches = [heard.next(), *heard.rest(content)]
        assert frozenset().union(*batches) == files
        if len(batches) == 1:
            return
    pytest.fail("never one batch")


def test_a_flood_names_the_folder(monkeypatch: pytest.MonkeyPatch, content: Path) -> None:
    """After so much, the system may have kept something to itself: the folder is told with its files."""
    monkeypatch.setattr(watching, "_FLOOD", 150)
    with _listening(content) as (_, heard):
        for number in range(300):
            (content / f"{number}.md").write_text("x")
        assert content in frozenset().union(*heard.until(content / "299.md"))
        assert content not in frozenset().union(*heard.rest(content))


def test_what_happens_meanwhile_is_the_next_batch(content: Path, page: Path) -> None:
    """Nobody is told of two batches at a time, and nothing is lost while somebody listens."""
    heard = Batches()
    running = threading.Semaphore(1)
    goes_on = threading.Event()

    def slow(batch: frozenset[Path]) -> None:
        assert running.acquire(blocking=False)
        heard(batch)
        assert goes_on.wait(PATIENCE)
        running.release()

    watcher = Watcher(Watched((content,)), slow)
    watcher.start()
    try:
        page.write_text("second")
        assert heard.next() == {page}
        others = {content / "a.md", content / "b.md"}
        for other in sorted(others):
            other.write_text("x")
            time.sleep(0.1)
        goes_on.set()
        assert heard.next() == others
    finally:
        goes_on.set()
        watcher.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_of_the_listener_ends_nothing(content: Path, page: Path) -> None:
    """It is told as an error of the thread is, and the next save is heard."""
    heard, told = Batches(), []

    def stumbling(batch: frozenset[Path]) -> None:
        heard(batch)
        raise RuntimeError("stumbled")

    before, threading.excepthook = threading.excepthook, lambda args: told.append(str(args.exc_value))
    watcher = Watcher(Watched((content,)), stumbling)
    watcher.start()
    try:
        for text in ("second", "third"):
            page.write_text(text)
            assert heard.next() == {page}
    finally:
        watcher.stop()
        threading.excepthook = before
    assert told == ["stumbled", "stumbled"]


def test_a_single_file_is_heard_and_not_its_neighbours(site: Path, content: Path) -> None:
    """site.toml stands beside output/, of which nothing is wanted."""
    config = site / "site.toml"
    with _listening(content, files=(config,)) as (_, heard):
        (site / "output/jane/about/index.html").write_text("x")
        (site / "output/omar").mkdir()
        (site / "README.md").write_text("x")
        assert heard.rest(content) == []
        (site / "site.toml.new").write_text("second")
        (site / "site.toml.new").replace(config)
        assert heard.next() == {config}
        config.unlink()
        assert heard.next() == {config}
        config.write_text("third")
        assert heard.next() == {config}


@pytest.mark.skipif(not Path("/proc/self/fdinfo").exists(), reason="wants Linux")
def test_output_is_not_even_watched(site: Path, content: Path) -> None:
    """The system is asked about content and the site's own folder, not about each of the output's folders."""
    for number in range(50):
        (site / f"output/{number}").mkdir()
    before = _watches()
    with _listening(content, files=(site / "site.toml",)):
        assert _watches() - before <= 4


def _watches() -> int:
    infos = [info for info in Path("/proc/self/fdinfo").iterdir() if info.exists()]
    return sum(info.read_text().count("inotify wd:") for info in infos if info.exists())


@pytest.mark.parametrize("below", ["content", "not/there/yet/content"])
def test_a_missing_folder_is_waited_for(site: Path, below: str) -> None:
    """It is heard when it comes, and its files are watched from then on."""
    folder = site / "more" / below
    with _listening(folder, files=(folder / "extra.toml",)) as (_, heard):
        (site / "more/other").mkdir(parents=True)
        folder.mkdir(parents=True)
        (folder / "a.md").write_text("a")
        assert folder in heard.next()
        assert heard.rest(folder) == []
        (folder / "a.md").write_text("second")
        assert heard.next() == {folder / "a.md"}
        (folder / "extra.toml").write_text("x")
        assert heard.next() == {folder / "extra.toml"}


def test_a_folder_may_be_deleted_and_come_back(content: Path, page: Path) -> None:
    """Both are heard, and what is written in it later, too; also when there is no pause between."""
    with _listening(content) as (_, heard):
        shutil.rmtree(content)
        assert content in heard.next()
        page.parent.mkdir(parents=True)
        assert content in heard.next()
        page.write_text("second")
        assert heard.next() == {page}
        for _ in range(3):
            shutil.rmtree(content)
            page.parent.mkdir(parents=True)
            assert content in heard.next()
            heard.rest(content)
            page.write_text("third")
            assert heard.next() == {page}


def test_a_folder_may_be_moved_away_and_back(site: Path, content: Path, page: Path) -> None:
    """While it is elsewhere, nothing of it is heard."""
    with _listening(content) as (_, heard):
        content.rename(site / "elsewhere")
        assert content in heard.next()
        (site / "elsewhere/pages/about.md").write_text("second")
        (site / "elsewhere").rename(content)
        assert heard.next() >= {content}
        heard.rest(content)
        page.write_text("third")
        assert heard.next() == {page}


def test_another_folder_may_take_the_place(site: Path, content: Path, page: Path) -> None:
    """Also when it is the folder above that is exchanged, of which no event tells."""
    other = site.with_name("other")
    shutil.copytree(site, other)
    with _listening(content) as (_, heard):
        site.rename(site.with_name("old"))
        other.rename(site)
        assert content in heard.next()
        heard.rest(content)
        page.write_text("second")
        assert heard.next() == {page}
        site.with_name("old").joinpath("content/pages/about.md").write_text("x")
        assert heard.rest(content) == []


def test_links_to_folders_are_followed(content: Path, page: Path, tmp_path: Path) -> None:
    """What changes behind a link is told as it is seen, by each of its names; one that leads back is no name."""
    shared = tmp_path / "shared"
    (shared / "deep").mkdir(parents=True)
    (content / "one").symlink_to(shared)
    (content / "pages/two").symlink_to(shared / "deep")
    (content / "pages/back").symlink_to(content)
    (content / "pages/loop").symlink_to(content / "pages")
    with _listening(content) as (_, heard):
        page.write_text("told once")
        assert heard.next() == {page}
        (shared / "deep/a.md").write_text("a")
        assert heard.next() == {content / "one/deep/a.md", content / "pages/two/a.md"}
        (content / "one").unlink()
        assert heard.next() == {content / "one"}
        (shared / "deep/a.md").write_text("b")
        assert heard.next() == {content / "pages/two/a.md"}
        (content / "three").symlink_to(shared)
        assert heard.next() == {content / "three"}
        (shared / "b.md").write_text("b")
        assert heard.next() == {content / "three/b.md"}
        other = tmp_path / "other"
        other.mkdir()
        (content / "new").symlink_to(other)
        (content / "new").replace(content / "three")
        assert content / "three" in heard.next()
        heard.rest(content)
        (shared / "b.md").write_text("not seen any more")
        (other / "c.md").write_text("c")
        assert heard.next() == {content / "three/c.md"}


def test_the_folder_may_be_a_link_itself(content: Path, tmp_path: Path) -> None:
    """Its files are told below the link, and leading it elsewhere is heard."""
    for name in ("real", "other"):
        (tmp_path / name).mkdir()
    link = tmp_path / "link"
    link.symlink_to("real")
    with _listening(link) as (_, heard):
        (tmp_path / "real/a.md").write_text("a")
        assert heard.next() == {link / "a.md"}
        (tmp_path / "new").symlink_to("other")
        (tmp_path / "new").replace(link)
        assert heard.next() == {link}
        (tmp_path / "other/a.md").write_text("b")
        assert heard.next() == {link / "a.md"}


def test_other_folders_from_now_on(site: Path, content: Path, page: Path) -> None:
    """site.toml may name another content folder: then the old one is not heard any more."""
    other = site / "words"
    other.mkdir()
    with _listening(content) as (watcher, heard):
        watcher.watch(Watched((other,)))
        page.write_text("not heard")
        (other / "a.md").write_text("a")
        assert heard.next() == {other / "a.md"}
        watcher.watch(Watched((other, content)))
        page.write_text("heard")
        assert heard.next() == {page}


def test_stopping_ends_every_thread(content: Path, page: Path) -> None:
    """At once, also twice, before the start or by the listener; nothing is heard after it."""
    before = set(threading.enumerate())
    heard = Batches()
    for _ in range(3):
        watcher = Watcher(Watched((content,), (content / "a.toml",)), heard)
        watcher.start()
        page.write_text("x")
        heard.next()
        begun = time.monotonic()
        watcher.stop()
        assert time.monotonic() - begun < 1
        watcher.stop()
        assert set(threading.enumerate()) == before
    page.write_text("y")
    Watcher(Watched((content,)), heard).stop()

    def last(batch: frozenset[Path]) -> None:
        watcher.stop()
        heard(batch)

    watcher = Watcher(Watched((content,)), last)
    watcher.start()
    page.write_text("z")
    assert heard.next() == {page}
    ends = time.monotonic() + PATIENCE
    while set(threading.enumerate()) != before:
        assert time.monotonic() < ends
        time.sleep(0.01)


def _spent(code: int) -> Callable[..., BaseObserver]:
    def observer(**_: Any) -> BaseObserver:
        raise OSError(code, os.strerror(code))

    return observer


def _spent_after(count: int) -> Any:
    """An observer whose system gives no more than so many watches."""
    inotify = pytest.importorskip("watchdog.observers.inotify_c")
    left = [count]

    class Scarce(inotify.InotifyFD):  # type: ignore[misc, name-defined]
        def add_callback(self, *arguments: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "inotify watch limit reached")
            return super().add_callback(*arguments)

    return Scarce


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE])
def test_without_watches_it_looks_itself(
    monkeypatch: pytest.MonkeyPatch, site: Path, content: Path, page: Path, code: int
) -> None:
    """Where the system gives no watches, folders are compared: all is heard, only later."""
    monkeypatch.setattr(watching, "Observer", _spent(code))
    config = site / "site.toml"
    shared = site / "shared"
    shared.mkdir()
    (content / "link").symlink_to(shared)
    with _listening(content, files=(config,)) as (watcher, heard):
        assert watcher.is_polling
        page.write_text("second, longer")
        assert heard.next() == {page}
        page.replace(content / "moved.md")
        assert heard.next() == {page, content / "moved.md"}
        config.write_text("second, longer")
        heard.until(config)
        (shared / "a.md").write_text("a")
        heard.until(content / "link/a.md")
        shutil.rmtree(content)
        heard.until(content)
        content.mkdir()
        heard.until(content)
        (content / "new.md").write_text("x")
        heard.until(content / "new.md")


@pytest.mark.parametrize("count", [0, 2, 4])
def test_watches_may_run_out_below_the_folder(
    monkeypatch: pytest.MonkeyPatch, content: Path, page: Path, count: int
) -> None:
    """That is noticed too, at the start or with a folder that comes later: no page goes unheard."""
    monkeypatch.setattr("watchdog.observers.inotify.InotifyFD", _spent_after(count))
    with _listening(content) as (watcher, heard):
        assert watcher.is_polling == (count < 4)
        if not watcher.is_polling:
            (content / "more/deep").mkdir(parents=True)
            heard.until(content)
            assert watcher.is_polling
        page.write_text("second, longer")
        heard.until(page)


def test_a_save_is_heard_at_once(content: Path, page: Path) -> None:
    """Half of all saves are heard in less than a tenth of a second."""
    taken = []
    with _listening(content) as (_, heard):
        for number in range(15):
            new = content / ".new.tmp"
            new.write_text(str(number))
            new.replace(page)
            begun = time.monotonic()
            assert heard.next() == {page}
            taken.append(time.monotonic() - begun)
    assert statistics.median(taken) < 0.1


_STORM = """
import os, sys, time
page, replace, ends = sys.argv[1], sys.argv[2] == "replace", time.monotonic() + 3
number = 0
while time.monotonic() < ends:
    number += 1
    with open(page + ".new" if replace else page, "w") as file:
        file.write(str(number))
    if replace:
        os.replace(page + ".new", page)
print(number)
"""


@pytest.mark.parametrize("way", ["write", "replace"])
def test_a_storm_of_saves(content: Path, page: Path, way: str) -> None:
    """Something is heard in its midst, the last text soon after it is written, and no thread is left."""
    command = [sys.executable, "-c", _STORM, str(page), way]
    with (
        _listening(content) as (_, heard),
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as storm,
    ):
        threads = threading.active_count()
        assert page in heard.next()
        assert storm.poll() is None, "nothing was heard while it stormed"
        last = storm.communicate(timeout=PATIENCE)[0].strip()
        ended = time.monotonic()
        seen = ""
        while seen != last:
            assert page in heard.next()
            seen = page.read_text()
        assert time.monotonic() - ended < 3
        assert threading.active_count() == threads
