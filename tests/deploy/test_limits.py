"""What a host takes is held against what there is, with the arithmetic."""

from __future__ import annotations

import pytest

from replisite.deploy.limits import Measures, iter_excesses, measured
from replisite.hosts import HostFeatures, Limits
from replisite.model.live_files import CachePolicy, LiveFile, served
from replisite.model.manifest import path_order


def a_file(path: str, size: int = 10) -> LiveFile:
    return LiveFile(path, "d", size, served(path, CachePolicy()))


def test_a_bundle_is_measured_in_one_walk() -> None:
    """Its largest file, its longest path, its fullest folder: folders count where they lie."""
    paths = [
        "index.html",
        "a/1.html",
        "a/2.html",
        "a/b/c/x.html",
        "a/b/d/y.html",
        "z/index.html",
        "a-b/q.html",
    ]
    files = [a_file(path, len(path)) for path in sorted(paths, key=path_order)]
    assert measured(files) == Measures(
        files=7,
        bytes=sum(map(len, paths)),
        largest="a/b/c/x.html",
        largest_bytes=12,
        longest="a/b/c/x.html",
        fullest="",
        fullest_files=4,  # a, a-b, z and index.html
    )
    many = [a_file(f"jane/p{number:03}.html") for number in range(50)]
    found = measured([*files[:2], *many, a_file("z/index.html")])
    assert (found.fullest, found.fullest_files) == ("jane", 50)
    assert measured([]) == Measures()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(files=20_000), "41,360 files; Tray takes 20,000"),
        (Limits(file_bytes=1_000), "a/film.mp4 has 26,214,401 bytes; Tray takes files of 1,000"),
        (Limits(total_bytes=1 << 30), "2,000,000,000 bytes in all; Tray takes 1,073,741,824"),
        (Limits(files_in_folder=500), "jane holds 501 files and folders; Tray takes 500"),
        (Limits(path_letters=5), "long/path.html is 14 letters long; Tray takes 5"),
        (Limits(redirects=10), "12 redirects; Tray takes 10"),
        (Limits(dynamic_redirects=10), "11 redirects of whole sites; Tray takes 10"),
    ],
)
def test_what_is_too_much_is_told_with_both_numbers(limits: Limits, told: str) -> None:
    """And nothing is told of what fits."""
    found = Measures(41_360, 2_000_000_000, "a/film.mp4", 26_214_401, "long/path.html", "jane", 501)
    assert list(iter_excesses(HostFeatures("Tray", "", "none", limits), found, 12, 11)) == [told]
    assert list(iter_excesses(HostFeatures("Tray", "", "none"), found, 12, 11)) == []


def test_the_way_out_is_told_with_the_source() -> None:
    """Where the number stands, when it was read, and what to do instead."""
    limits = Limits(
        files=20_000,
        source="https://tray.example/limits",
        read_on="2026-11-25",
        instead="Use an s3 target, or deploy fewer owners",
    )
    (told,) = iter_excesses(HostFeatures("Tray", "", "none", limits), Measures(files=20_001), 0, 0)
    assert told == (
        "20,001 files; Tray takes 20,000 (https://tray.example/limits, read on 2026-11-25). "
        "Use an s3 target, or deploy fewer owners"
    )
