"""The journal of a deploy, and those that earlier versions left."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from replisite.deploy.journal import Journal
from replisite.deploy.states import LeftOver, Missing, PathState, Seen, Uncertain
from replisite.model.live_files import CachePolicy, LiveFile, served

FORMATS = Path(__file__).parent / "formats"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"


def a_file(path: str, digest: str = "0a" * 32, size: int = 10, packed: str = "") -> LiveFile:
    return LiveFile(path, digest, size, served(path, CachePolicy(), packed))


def copied(name: str, folder: Path) -> Path:
    """Return a copy of a journal of an earlier version, which opening it converts."""
    return shutil.copyfile(FORMATS / name, folder / "journal.sqlite")


def test_a_journal_replaces_the_states_of_a_list(tmp_path: Path) -> None:
    """The last row of a path counts; states without a row stay as they are."""
    listed: list[PathState] = [
        a_file("a.css"),
        a_file("b.css"),
        LeftOver("c.css"),
        a_file("d.css"),
        Missing("z.css"),
    ]
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.begin("r2", "r1")
        journal.intend(["a.css", "aa.css", "b.css"])
        journal.put(a_file("a.css", "0b" * 32))
        journal.deleted("b.css")
        journal.see(Seen("d.css", 7, MD5))
        states = list(journal.over(listed))
        assert len(journal) == 4
    assert states == [
        a_file("a.css", "0b" * 32),
        Uncertain("aa.css"),
        LeftOver("c.css"),
        Seen("d.css", 7, MD5),
        Missing("z.css"),
    ]


def test_a_journal_is_the_same_after_it_was_closed(tmp_path: Path) -> None:
    """With its release, its base, and whether it is complete."""
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.begin("r2", "r1", is_complete=True)
        journal.see(Seen("a.css", 7))
        journal.see(Seen("b.css", 8, MD5))
        journal.put(a_file("b.css"))
    with Journal(tmp_path / "journal.sqlite") as journal:
        assert (journal.release, journal.base, journal.is_complete) == ("r2", "r1", True)
        assert journal.seen(["a.css", "b.css", "c.css"]) == {"a.css": Seen("a.css", 7)}
        assert list(journal.over(())) == [Seen("a.css", 7), a_file("b.css")]
        journal.end()
    with Journal(tmp_path / "journal.sqlite") as journal:
        assert (journal.release, journal.base, journal.is_complete, len(journal)) == ("", "", False, 0)


def test_a_journal_of_version_1_is_read(tmp_path: Path) -> None:
    """One of a deploy that was cut short: files that were put, deleted, and begun."""
    with Journal(copied("journal-1.sqlite", tmp_path)) as journal:
        assert (journal.release, journal.base) == ("20260201T120000Z-aaaaaa", "20260131T120000Z-1a2b3c")
        assert not journal.is_complete
        assert list(journal.over([a_file("kim/index.html")])) == [
            a_file("app.css", "0e" * 32, 41, "gzip"),
            Uncertain("jane/index.html"),
            a_file("lee/index.html", "0f" * 32, 9),
        ]
        journal.deleted("lee/index.html")
    with Journal(tmp_path / "journal.sqlite") as journal:  # converted for good
        assert list(journal.over(())) == [
            a_file("app.css", "0e" * 32, 41, "gzip"),
            Uncertain("jane/index.html"),
        ]


def test_a_journal_of_version_1_after_a_scan_is_read(tmp_path: Path) -> None:
    """Its base had an asterisk, and each MD5 stood where Cache-Control stands."""
    with Journal(copied("journal-1-refresh.sqlite", tmp_path)) as journal:
        assert (journal.release, journal.base) == ("20260202T120000Z-bbbbbb", "20260131T120000Z-1a2b3c")
        assert journal.is_complete
        assert list(journal.over(())) == [
            Seen("app.css", 3, "c7a628cba22e28eb17b5f5c6ae2a266a"),
            Uncertain("index.html"),
            Seen("stray.txt", 5, "26c13a46b2188ad7f01d83e2bfe25a77"),
        ]


@pytest.mark.parametrize("version", [0, 3, 99])
def test_a_journal_of_a_version_that_is_not_known_is_emptied(tmp_path: Path, version: int) -> None:
    """The deploy then compares with the list alone."""
    path = copied("journal-1.sqlite", tmp_path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with Journal(path) as journal:
        assert (journal.release, len(journal)) == ("", 0)
