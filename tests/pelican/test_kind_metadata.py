"""Front matter of our kinds is validated; each fault has the line of its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replisite.content.documents import parse_document
from replisite.pelican.faults import PelicanFaults
from replisite.pelican.kind_metadata import body_start, validated_metadata
from replisite.pelican.refused_files import RefusedFile
from tests.content.items import kind_named


def validated(root: Path, kind: str, *lines: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the metadata of a file 1-a.md with these lines of front matter, and its faults."""
    text = "\n".join(["---", *lines, "---", "Text."])
    path = root / "content" / "1-a.md"
    noted = PelicanFaults(root, root / "content")
    try:
        return validated_metadata(kind_named(kind), parse_document(text, ""), path, text, noted), []
    except RefusedFile:
        return None, [str(fault) for fault in noted.faults]


def test_valid_front_matter_becomes_metadata(tmp_path: Path) -> None:
    """With the slug of the file's name, the lines of its keys, and without optional keys that are empty."""
    metadata, faults = validated(tmp_path, "help_article", "title: A", "topic: Tea", "order: 2")
    assert metadata is not None
    assert faults == []
    assert {key: metadata[key] for key in ("title", "topic", "order", "slug", "lines_of")} == {
        "title": "A",
        "topic": "Tea",
        "order": 2,
        "slug": "a",
        "lines_of": {"title": 2, "topic": 3, "order": 4},
    }
    assert not {"date", "template", "min_rank"} & metadata.keys()


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (
            ["title: A", "topik: Tea", "topic: Tea"],
            ['content/1-a.md:3: help_article has no "topik"; did you mean "topic"?'],
        ),
        (["title: A"], ["content/1-a.md:1: topic: missing; a help_article needs it"]),
        (
            ["title:", "topic: Tea", "order: first"],
            [
                "content/1-a.md:2: title: is empty; write a text; null and ~ are texts in quotes only",
                "content/1-a.md:4: order: wants a valid integer, unable to parse string as an integer, got 'first'",
            ],
        ),
    ],
)
def test_all_faults_are_noted_at_their_lines(tmp_path: Path, lines: list[str], faults: list[str]) -> None:
    """With what the author may have meant."""
    assert validated(tmp_path, "help_article", *lines) == (None, faults)


@pytest.mark.parametrize(
    ("text", "body"), [("---\ntitle: A\n---\nText.", "Text."), ("Text.", "Text."), ("---\n: :\n---\nT", None)]
)
def test_the_body_starts_below_the_front_matter(text: str, body: str | None) -> None:
    """A text whose front matter cannot be read starts at the top."""
    assert text[body_start(text) :] == (text if body is None else body)
