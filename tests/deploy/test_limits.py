"""The limits of a host, compared with a bundle."""

from __future__ import annotations

import pytest

from replisite.deploy.limits import Measures, iter_excesses, measured
from replisite.hosts import HostFeatures, Limits
from replisite.model.live_files import CachePolicy, LiveFile, served
from replisite.model.manifest import path_order


def a_file(path: str, size: int = 10) -> LiveFile:
    return LiveFile(path, "d", size, served(path, CachePolicy()))


def test_a_bundle_is_measured_in_one_walk() -> None:
    """Its largest file, its longest path, its fullest folder: a folder counts in the folder that holds it."""
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
    ("limits", "message"),
    [
        (Limits(files=20_000), "41,360 files; Tray takes at most 20,000"),
        (Limits(file_bytes=1_000), "a/film.mp4 has 26,214,401 bytes; Tray takes files of at most 1,000"),
        (Limits(total_bytes=1 << 30), "2,000,000,000 bytes in all; Tray takes at most 1,073,741,824"),
        (Limits(files_in_folder=500), "jane holds 501 files and folders; Tray takes at most 500"),
        (Limits(path_characters=5), "long/path.html is 14 characters long; Tray takes at most 5"),
        (Limits(redirects=10), "12 redirects; Tray takes at most 10"),
        (Limits(dynamic_redirects=10), "11 redirects of whole sites; Tray takes at most 10"),
    ],
)
def test_an_exceeded_limit_is_reported_with_both_numbers(limits: Limits, message: str) -> None:
    """A bundle within the limits has no report."""
    found = Measures(41_360, 2_000_000_000, "a/film.mp4", 26_214_401, "long/path.html", "jane", 501)
    assert list(iter_excesses(HostFeatures("Tray", "", "none", limits), found, 12, 11)) == [message]
    assert list(iter_excesses(HostFeatures("Tray", "", "none"), found, 12, 11)) == []


def test_a_report_names_its_source_and_the_alternative() -> None:
    """The page of the limit, the day on which it was read, and what to do instead."""
    limits = Limits(
        files=20_000,
        source="https://tray.example/limits",
        read_on="2026-11-25",
        instead="Use an s3 target, or deploy fewer owners",
    )
    (message,) = iter_excesses(HostFeatures("Tray", "", "none", limits), Measures(files=20_001), 0, 0)
    assert message == (
        "20,001 files; Tray takes at most 20,000 (https://tray.example/limits, read on 2026-11-25). "
        "Use an s3 target, or deploy fewer owners"
    )
