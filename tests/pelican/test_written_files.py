"""Files in the output folder are published, unless a plugin wrote what cannot be published as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from replisite.content.marks import mark_of
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.written_files import WrittenFiles, find_written
from tests.rosters import a_site

MARK = mark_of("distributor.name")[1]


def found(root: Path, files: Mapping[str, bytes], by_plugins: set[str]) -> tuple[WrittenFiles, PelicanFaults]:
    """Return what is found in an output folder with these files."""
    for name, body in files.items():
        path = root / "output" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    noted = PelicanFaults(root, root / "content")
    return find_written(root / "output", "theme", by_plugins, a_site(root), noted), noted


def test_files_are_found_by_their_paths(tmp_path: Path) -> None:
    """In all folders."""
    written, noted = found(tmp_path, {"robots.txt": b"", "theme/css/a.css": b"a{}"}, set())
    output = tmp_path / "output"
    assert written.static == {
        "robots.txt": output / "robots.txt",
        "theme/css/a.css": output / "theme/css/a.css",
    }
    assert (written.marked, noted.faults, noted.warnings) == ({}, [], [])


def test_private_files_of_the_theme_are_left_out(tmp_path: Path) -> None:
    """With a warning; the same name elsewhere is what the site publishes."""
    written, noted = found(tmp_path, {"theme/a.css~": b"", "theme/.env": b"", "a.txt": b""}, set())
    assert [*written.static] == ["a.txt"]
    assert noted.warnings == [
        (
            "not published, because such files are private: theme/.env, theme/a.css~; "
            "move them out of the folders that are published"
        )
    ]


def test_a_plugins_text_about_the_owner_is_filled_in(tmp_path: Path) -> None:
    """A copied file that happens to hold the same bytes is not."""
    body = f"By {MARK}".encode()
    written, noted = found(tmp_path, {"index.json": body, "copy.json": body}, {"index.json"})
    assert written.marked == {"index.json": body}
    assert ([*written.static], noted.faults) == (["copy.json"], [])


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (
            b"\xff" + MARK.encode(),
            "a plugin writes what content says of the distributor into a.bin, which is no text",
        ),
        (None, "a plugin writes the path of the folder that Pelican writes to into a.bin"),
    ],
)
def test_what_cannot_be_filled_in_is_a_fault(tmp_path: Path, body: bytes | None, what: str) -> None:
    """So is the path of the folder that Pelican writes to."""
    body = body or f"file://{tmp_path / 'output'}".encode()
    _, noted = found(tmp_path, {"a.bin": body}, {"a.bin"})
    assert [fault.what for fault in noted.faults] == [f"[pelican] PLUGINS: {what}"]
