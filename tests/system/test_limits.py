"""Limits of the system end a command with a sentence, and the old output is as it was."""

from __future__ import annotations

import errno
import os
import pickle
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from replisite.errors import SystemLimitError
from replisite.system.limits import limit_error, meaning
from tests.little_site import LittleSite


def _run(
    little: LittleSite, *words: str, limit: tuple[int, int] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command under a limit; its output goes through pipes, so that only our own files are limited."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(limit[0], (limit[1], limit[1]))

    return subprocess.run(
        [sys.executable, "-m", "replisite", *words, "--site", str(little.root)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
        preexec_fn=limited,
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of the little site, built once; tests copy it."""
    little = LittleSite(tmp_path_factory.mktemp("finished"))
    little.build()
    return little.output


def _with_output(root: Path, finished: Path) -> LittleSite:
    """Return a site that was built, and whose state is gone."""
    little = LittleSite(root)
    shutil.copytree(finished, little.output)
    return little


@contextmanager
def _small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(
    ("which", "most", "named"),
    [
        (resource.RLIMIT_FSIZE, 0, "ulimit -f"),
        (resource.RLIMIT_FSIZE, 4 * 1024, "4 kB by ulimit -f"),
        (resource.RLIMIT_FSIZE, 40 * 1024, "40 kB by ulimit -f"),
        (resource.RLIMIT_NOFILE, 5, "no more than 5 files"),
        (resource.RLIMIT_NOFILE, 16, "ulimit -n"),
        (resource.RLIMIT_AS, 90 * 1024 * 1024, "ulimit -v"),
    ],
)
def test_a_limit_of_the_process_is_named(
    tmp_path: Path, finished: Path, which: int, most: int, named: str
) -> None:
    """Exit 1, one sentence that names the limit, no traceback; the next build without the limit works."""
    little = _with_output(tmp_path, finished)
    before = little.files()
    little.roster(*(f"X{n},xavier-{n}-x,Xavier,Xu,,,York,GB,active,," for n in range(400)))
    done = _run(little, "build", "-q", limit=(which, most))
    assert (done.returncode, done.stdout) == (1, "")
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert little.files() == before
    little.build()


@pytest.mark.parametrize("size", ["4k", "40k"])
@pytest.mark.parametrize("command", ["build", "check", "roster"])
def test_a_full_disk_below_the_state_folder_is_named(
    tmp_path: Path, finished: Path, command: str, size: str
) -> None:
    """Ledger, kept pages, lock: whatever does not fit, the folder is named, and the output stays."""
    little = _with_output(tmp_path, finished)
    before = little.files()
    little.roster(*(f"X{n},xavier-{n}-x,Xavier,Xu,,,York,GB,active,," for n in range(400)))
    with _small_disk(little.root / ".replisite", size):
        done = _run(little, command, "--json")
    assert done.returncode == 1
    assert ".replisite" in done.stdout
    assert "full" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert little.files() == before


def test_a_full_disk_of_temporary_files_is_named(tmp_path: Path) -> None:
    """SQLite sorts a large roster there: that disk is named, and not only the people database's."""
    little = LittleSite(tmp_path / "site")
    little.roster(*(f"X{n},xavier-{n}-x,Xavier,Xu,,,York,GB,active,," for n in range(60_000)))
    with _small_disk(tmp_path / "small", "40k"):
        done = _run(little, "roster", "-q", TMPDIR=str(tmp_path / "small"))
    if done.returncode == 0:
        pytest.skip("this SQLite sorts in memory")
    assert f"({tmp_path / 'small'}, by TMPDIR) is full" in done.stderr


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("people.sqlite", lambda _: b"no database" * 1000),
        ("people.sqlite", lambda body: body[: len(body) // 2]),
        ("people.sqlite", lambda _: b""),
        ("pages/plates.pickle", lambda body: body[: len(body) // 2]),
        ("pages/plates.pickle", lambda _: b"\x80\x05garbage"),
        ("pages/made-from.json", lambda _: b"\xff\xfe{"),
        ("pages/made-from.json", lambda _: b"[" * 100_000),
    ],
)
def test_damaged_state_is_made_again(tmp_path: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    """A build finds out and makes it again; the output is the same."""
    little = LittleSite(tmp_path)
    little.build()
    before = little.files()
    place = little.root / ".replisite" / name
    place.write_bytes(damage(place.read_bytes()))
    little.build()
    assert little.files() == before


def test_a_database_damaged_inside_is_removed_and_made_again(tmp_path: Path) -> None:
    """The damage shows in the middle of the work: it is said, and the next run begins afresh."""
    little = LittleSite(tmp_path)
    little.build()
    place = little.root / ".replisite/people.sqlite"
    body = place.read_bytes()
    place.write_bytes(body[:4096] + b"\xee" * (len(body) - 4096))
    done = little.build(code=1)
    assert "people.sqlite was damaged, and has been removed; run the command again" in done.stderr
    assert "Traceback" not in done.stderr
    little.build()


@pytest.mark.parametrize("command", ["build", "check", "roster", "explain"])
@pytest.mark.parametrize("kind", ["file", "link to nowhere", "folder in place of the people database"])
def test_what_is_in_the_way_is_named(tmp_path: Path, command: str, kind: str) -> None:
    """A file or a link where the state folder should be, and a folder where the people database should be."""
    little = LittleSite(tmp_path)
    state = little.root / ".replisite"
    if kind == "file":
        state.write_text("")
    elif kind == "link to nowhere":
        state.symlink_to(tmp_path / "nowhere" / "x")
    else:
        (state / "people.sqlite").mkdir(parents=True)
    done = _run(little, command, "-q")
    if command == "explain" and kind.startswith("folder"):
        assert done.returncode == 0  # it reads no roster
        return
    assert done.returncode == 1
    assert "move it away" in done.stderr or "move away" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("command", ["build", "check", "roster"])
def test_a_site_folder_of_another_user_is_named(tmp_path: Path, command: str) -> None:
    """Who may not write into the site's folder is told which folder, and that its permissions forbid it."""
    little = LittleSite(tmp_path)
    os.chown(little.root, 65534, 65534)
    without = ["setpriv", "--bounding-set=-dac_override,-fowner", "--inh-caps=-dac_override,-fowner"]
    if shutil.which("setpriv") is None:
        pytest.skip("there is no setpriv to give up what root may do")
    done = subprocess.run(
        [*without, sys.executable, "-m", "replisite", command, "-q", "--site", str(little.root)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr
    assert "permission" in done.stderr or "may not be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EIO, "x", "/a"), "/a: the disk reports an error; look at the system's log"),
        (OSError(errno.ELOOP, "x", b"/a"), "/a: symbolic links lead in a circle; remove one of them"),
        (
            OSError(errno.EXDEV, "Invalid cross-device link", "/a", None, "/b"),
            "/b: Invalid cross-device link",
        ),
        (OSError("no number"), "no number"),
        (MemoryError(), "not enough memory"),
        (OSError(errno.ENOMEM, "x"), "not enough memory"),
        (OSError(errno.EAGAIN, "x"), "the system starts no more processes"),
        (RuntimeError("can't start new thread"), "the system starts no more processes"),
        (BrokenPipeError(errno.EPIPE, "x"), None),
        (RuntimeError("a bug"), None),
        (KeyError("a bug"), None),
    ],
)
def test_errors_of_the_system_are_sentences(error: BaseException, told: str | None) -> None:
    """Bugs are not."""
    found = limit_error(error)
    assert (found is None) == (told is None)
    assert told is None or str(found).startswith(told)


def test_the_sentence_travels_between_processes() -> None:
    """As the same error."""
    found = pickle.loads(pickle.dumps(limit_error(OSError(errno.ENOSPC, "x", "/a"))))
    assert isinstance(found, SystemLimitError)
    assert str(found) == f"/a: {meaning(errno.ENOSPC, '')}"
