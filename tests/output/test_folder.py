"""The output folder: replaced at once or not at all, and never somebody else's."""

from __future__ import annotations

import errno
import os
from itertools import pairwise
from pathlib import Path

import pytest

from replisite.errors import OutputError
from replisite.model.manifest import Entry, entry_of, path_order
from replisite.output import (
    REDIRECTS,
    DirectorySink,
    DiscardSink,
    Layout,
    MemorySink,
    Output,
    Sink,
    write_part,
)
from replisite.output.folder import MANIFEST, read_manifest


def _write(folder: Path, files: dict[str, bytes]) -> None:
    with Output(folder) as output:
        sink = output.sink()
        output.commit([], [sink.write(path, body) for path, body in files.items()])


def _files(folder: Path) -> dict[str, bytes]:
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    for path in (MANIFEST, REDIRECTS):
        found.pop(path, None)
    return found


@pytest.fixture(params=["directory", "memory"])
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Sink:
    """Each sink that ships."""
    return DirectorySink(tmp_path) if request.param == "directory" else MemorySink()


def test_a_sink_tells_what_it_wrote(sink: Sink) -> None:
    """Path, size and digest."""
    assert sink.write("a/b.html", b"tea") == entry_of("a/b.html", b"tea")


def test_a_sink_refuses_to_write_twice(sink: Sink) -> None:
    """Two pages with one address are a mistake of somebody's."""
    sink.write("a.html", b"1")
    with pytest.raises(OutputError, match="written twice"):
        sink.write("a.html", b"2")


def test_a_commit_replaces_everything(tmp_path: Path) -> None:
    """What is not in the new output is gone, and nothing is left beside it."""
    _write(tmp_path / "out", {"a.html": b"1", "old/b.html": b"2"})
    _write(tmp_path / "out", {"a.html": b"3"})
    assert _files(tmp_path / "out") == {"a.html": b"3"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_without_a_commit_nothing_changes(tmp_path: Path) -> None:
    """An error on the way leaves the old output and no litter."""
    _write(tmp_path / "out", {"a.html": b"1"})
    with pytest.raises(ZeroDivisionError), Output(tmp_path / "out") as output:  # noqa: PT012
        output.sink().write("a.html", b"2")
        raise ZeroDivisionError
    assert _files(tmp_path / "out") == {"a.html": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_build_left_is_cleared(tmp_path: Path) -> None:
    """A build that was killed between two renames is undone, whatever is in its room thrown away."""
    _write(tmp_path / "out", {"a.html": b"1"})
    room = tmp_path / ".out.replisite"
    (room / "new").mkdir(parents=True)
    (room / "new/half.html").write_bytes(b"half")
    (tmp_path / "out").rename(room / "old")
    with Output(tmp_path / "out"):
        assert _files(tmp_path / "out") == {"a.html": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_some_sites_are_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    """The sites named change as a whole, corporate files one by one, and the manifest knows all."""
    _write(tmp_path / "out", {"index.html": b"1", "jane/a": b"1", "jane/gone": b"1", "omar/a": b"1"})
    with Output(tmp_path / "out") as output:
        sink = output.sink()
        output.commit_some([], [sink.write("index.html", b"2"), sink.write("jane/a", b"2")], ["jane/"])
    expected = {"index.html": b"2", "jane/a": b"2", "omar/a": b"1"}
    assert _files(tmp_path / "out") == expected
    assert [entry.path for entry in read_manifest(tmp_path / "out")] == ["index.html", "jane/a", "omar/a"]


@pytest.mark.parametrize("cuts", [[], [6], [3, 6, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]])
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_manifest_is_sorted_however_its_parts_come(tmp_path: Path, cuts: list[int], shuffled: bool) -> None:
    """Parts that follow one another are copied, parts that overlap are merged, single files lie anywhere."""
    paths = [f"{letter}/{number:02}" for letter in "abc" for number in range(4)]
    entries = [entry_of(path, path.encode()) for path in paths]
    single = [entry_of(path, b"") for path in ("404.html", "a-b/x", "a/01a", "b/index.html", "zoo/x")]
    mixed = [*entries[::2], *entries[1::2]] if shuffled else entries
    with Output(tmp_path / "out") as output:
        groups = [mixed[start:end] for start, end in pairwise([0, *cuts, len(mixed)])]
        parts = [write_part(output.room / f"run.{number}", group) for number, group in enumerate(groups)]
        output.commit([*reversed(parts), write_part(output.room / "run.empty", [])], single)
    found = list(read_manifest(tmp_path / "out"))
    assert found == sorted([*entries, *single], key=lambda entry: path_order(entry.path))


def test_a_site_is_written_as_a_whole(tmp_path: Path) -> None:
    """Folders first; pages that are the same for everybody are one file, as far as the disk allows."""
    layout = Layout.of(["index.html", "a/b/index.html", "same.html"], [2])
    sinks = (DirectorySink(tmp_path), MemorySink())
    for sink in sinks:
        for prefix in ("jane/", "sites/omar/", "zoe/"):
            bodies = [prefix.encode(), b"page", b"the same"]
            paths = ("index.html", "a/b/index.html", "same.html")
            expected = [entry_of(prefix + path, body) for path, body in zip(paths, bodies, strict=True)]
            assert sink.write_site(prefix, layout, bodies) == expected
    assert _files(tmp_path) == sinks[1].files
    assert (tmp_path / "zoe/same.html").stat().st_nlink == 3
    assert (tmp_path / "zoe/index.html").stat().st_nlink == 1


def test_a_new_file_begins_where_the_disk_allows_no_more_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ext4 allows 65,000 links to one file."""
    real = os.link

    def link(source: str, target: str, *, dst_dir_fd: int) -> None:
        if Path(source).stat().st_nlink >= 2:
            raise OSError(errno.EMLINK, "Too many links")
        real(source, target, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "link", link)
    sink = DirectorySink(tmp_path)
    for alias in "abcde":
        sink.write_site(f"{alias}/", Layout.of(["x"], [0]), [b"same"])
    assert sorted((tmp_path / alias / "x").stat().st_nlink for alias in "abcde") == [1, 2, 2, 2, 2]


def test_two_sites_in_one_folder_are_refused(tmp_path: Path) -> None:
    """Nothing is written over."""
    sink = DirectorySink(tmp_path)
    sink.write_site("jane/", Layout.of(["x"]), [b"1"])
    with pytest.raises(OutputError, match="jane/: is written twice"):
        sink.write_site("jane/", Layout.of(["x"]), [b"2"])


def test_a_discarding_sink_counts(tmp_path: Path) -> None:
    """It knows sizes, and keeps nothing."""
    assert DiscardSink().write("x", b"123").size == 3
    assert [entry.size for entry in DiscardSink().write_site("a/", Layout.of(["x", "y"]), [b"1", b"22"])] == [
        1,
        2,
    ]
    assert not any(tmp_path.iterdir())


def test_a_damaged_manifest_is_reported(tmp_path: Path) -> None:
    """Nobody guesses which files are ours."""
    _write(tmp_path / "out", {"a.html": b"1"})
    (tmp_path / "out" / MANIFEST).write_bytes(b"not gzip")
    with pytest.raises(OutputError, match="is damaged"), Output(tmp_path / "out"):
        pass


@pytest.mark.parametrize("name", ["a.html", "deep/er/a.html", ".hidden"])
def test_a_foreign_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    """The message says which file, and how to go on; nothing is touched."""
    place = tmp_path / "out" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(b"mine")
    with pytest.raises(OutputError, match=rf"did not write \({name}\); .*--output"), Output(tmp_path / "out"):
        pass
    assert place.read_bytes() == b"mine"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """It is somebody's file."""
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(OutputError, match="is a file"), Output(tmp_path / "out"):
        pass


def test_an_entry_travels_as_a_line() -> None:
    """Paths may hold blanks."""
    from replisite.model.manifest import format_entry, parse_entry

    entry = Entry("a b/c d.html", 3, "00ff")
    assert parse_entry(format_entry(entry)) == entry
