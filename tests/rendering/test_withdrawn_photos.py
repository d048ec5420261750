"""Sites that still name a photo that was removed, found in the pages of an output."""

import pytest

from replisite.output import Output
from replisite.rendering import withdrawn_photos
from replisite.rendering.withdrawn_photos import warn_of_withdrawn

NAME = "_photos/3f/" + "9a" * 15
GONE = [f"{NAME}.jpg", f"{NAME}.webp"]


def an_output(root, pages):
    """Return a finished output with these pages."""
    with Output(root / "output") as output:
        sink = output.sink()
        output.commit([], [sink.write(path, body.encode()) for path, body in pages.items()])
    return root / "output"


PAGES = {
    "index.html": f'<img src="{NAME}.jpg">',
    "about/index.html": f'<img src="../{NAME}.jpg">',
    "jane/index.html": f'<img src="../{NAME}.webp">',
    "omar/index.html": "<p>Omar</p>",
    "omar/team/index.html": f'<source srcset="https://x.example/{NAME}.webp 1x">',
    "wilma/index.html": '<img src="../_photos/3f/00.jpg">',
    "_hosts/z.example/index.html": f"<p style=\"background: url('/{NAME}.jpg')\">",
}


@pytest.mark.parametrize(
    ("removed", "built", "warnings"),
    [
        (
            GONE,
            ["jane/"],
            ["2 other sites still show a photo that is no longer published (_hosts/z.example/, omar/)"],
        ),
        (
            GONE,
            ["jane/", "omar/"],
            ["1 other site still shows a photo that is no longer published (_hosts/z.example/)"],
        ),
        (GONE, ["jane/", "omar/", "_hosts/z.example/"], []),
        (["old.css"], [], []),
        ([], [], []),
    ],
)
def test_pages_of_sites_that_were_not_built_are_read(tmp_path, removed, built, warnings):
    """But those of the company, which each build writes."""
    output = an_output(tmp_path, PAGES)
    told = warn_of_withdrawn(output, removed, built, {"index.html", "about/index.html"})
    assert told == [f"{warning}; build without --only" for warning in warnings]


@pytest.mark.parametrize(("most", "beginning"), [(1, "at least 1 other"), (0, "other sites may still")])
def test_a_large_output_is_read_in_part_and_says_so(tmp_path, monkeypatch, most, beginning):
    """How many pages were not read is part of the warning, where nothing was found in the others."""
    monkeypatch.setattr(withdrawn_photos, "MOST_PAGES", most)
    (told,) = warn_of_withdrawn(
        an_output(tmp_path, PAGES), GONE, ["jane/"], {"index.html", "about/index.html"}
    )
    assert told.startswith(beginning)
