"""The words of the trade, and none that has to be read twice: names, docstrings, comments, messages and documents."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "generator" / "replisite"

NAMES_OUT = {
    *(
        "told",
        "tell",
        "tells",
        "teller",
        "telling",
        "desk",
        "wish",
        "survey",
        "composer",
        "composing",
        "intake",
    ),
    *("notebook", "stock", "journey", "surroundings", "readout", "redraw", "arrivals", "enrolment", "crew"),
    *("pressroom", "mend", "mended", "anew", "painter", "whoever", "somebody", "anybody", "ledger", "turn"),
}
"""Parts of names that say nothing to a stranger: a session is a ``session``, a lock a ``lock``, a message a ``message``."""

WHOLE_NAMES_OUT = {"place", "one", "found", "asked", "said", "wanted", "got"}
"""Names that are no names: a path is a ``path``, a position an ``index``, an answer a ``result``."""

PROSE_OUT = re.compile(
    r"\b(mend(?:s|ed|ing)?|anew|whoever|somebody(?:'s)?|anybody(?:'s)?|(?<!plainly )told"
    r"|(?<!look )at it|by itself|it is at(?! least| most))\b",
    re.IGNORECASE,
)
"""Words and phrases for which the trade has better ones: fix, again, user, owner, visitor, in progress, automatically.

The demo's tagline, "Hill-grown tea, plainly told", is content; "look at it" and "it is at least" are plain English.
"""

JSON_KEYS = {'"told"'}
"""Keys that other programs read and that therefore stay: ``told`` is a slot's code in ``replisite explain --json``."""

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "site.toml")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *(PACKAGE / "starter" / name for name in ("README.md", "gitignore", "site.toml")),
    *sorted(
        path for path in (ROOT / "themes").rglob("*") if path.suffix in {".md", ".toml", ".html", ".css"}
    ),
    *sorted(path for path in (ROOT / "benchmarks").rglob("*") if path.suffix in {".md", ".toml", ".txt"}),
]
"""Everything that users and contributors read. The content of the demo and the starter is a company's, and left out."""

COMMENTS = {
    ".toml": re.compile(r"^[^\"#]*#.*|(?<= )# .*", re.MULTILINE),
    ".txt": re.compile(r"^#.*", re.MULTILINE),
    ".html": re.compile(r"\{#.*?#\}", re.DOTALL),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
}
"""The comments of files whose other text is settings, requirements, a page or a style sheet, by suffix."""


def _modules() -> list[Path]:
    package = (path for path in sorted(PACKAGE.rglob("*.py")) if "starter" not in path.parts)
    return [*package, *sorted(ROOT.glob("benchmarks/*.py"))]


def parts_of(name: str) -> Iterator[str]:
    """Stream the words that a name is made of.

    >>> list(parts_of("HTMLPage_of"))
    ['html', 'page', 'of']
    """
    for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name):
        yield word.lower()


def names_out(source: str) -> list[str]:
    """Return the names of a module that are out, each with its line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    names = (token for token in tokens if token.type == tokenize.NAME)
    return [f"{token.start[0]}: {token.string}" for token in names if _is_out(token.string)]


def _is_out(name: str) -> bool:
    return name in WHOLE_NAMES_OUT or bool(NAMES_OUT & set(parts_of(name)))


def prose_out(source: str) -> list[str]:
    """Return the docstrings, comments and messages of a module that have a word which is out, each with its line."""
    lines = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        is_prose = token.type in {tokenize.COMMENT, tokenize.STRING} and token.string not in JSON_KEYS
        if is_prose and (match := PROSE_OUT.search(token.string)):
            line = token.start[0] + token.string.count("\n", 0, match.start())
            lines.append(f"{line}: {match[0]}")
    return lines


def document_out(suffix: str, text: str) -> list[str]:
    """Return the lines of a document that have a word which is out; where comments are marked, theirs only."""
    pattern = COMMENTS.get(suffix)
    pieces = pattern.finditer(text) if pattern else re.finditer(r".+", text)
    return [
        f"{text.count(chr(10), 0, piece.start() + match.start()) + 1}: {match[0]}"
        for piece in pieces
        for match in PROSE_OUT.finditer(piece[0])
    ]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_are_the_trade_s(path: Path) -> None:
    """No name has to be looked up."""
    assert names_out(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_prose_is_read_once(path: Path) -> None:
    """Docstrings, comments and messages use plain words."""
    assert prose_out(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_are_read_once(path: Path) -> None:
    """Documents and the comments of settings, templates and style sheets use plain words."""
    assert document_out(path.suffix, path.read_text(encoding="utf-8")) == []


def test_the_check_sees_words() -> None:
    """In names of every spelling, in docstrings and in messages."""
    source = '"""Mend it."""\nPreviewDesk = told_by = 1  # for somebody\nplace = "begin anew"\n'
    assert names_out(source) == ["2: PreviewDesk", "2: told_by", "3: place"]
    assert prose_out(source) == ["1: Mend", "2: somebody", "3: anew"]
    assert prose_out('{"told": "told by"}\n') == ["1: told"]


@pytest.mark.parametrize(
    ("suffix", "text", "expected"),
    [
        (".md", "Plain.\nWhoever reads it\nbegins anew.\n", ["2: Whoever", "3: anew"]),
        (".md", "Look at it: it is at least as fast, and plainly told.\n", []),
        (".toml", 'tagline = "Told by somebody"\n# Told by nobody.\n', ["2: Told"]),
        (".toml", 'id = "A"  # somebody\n', ["1: somebody"]),
        (".html", "<p>somebody</p>\n{# One page.\n   For anybody. #}\n", ["3: anybody"]),
        (".css", "a::before { content: 'anew' }\n/* mended */\n", ["2: mended"]),
    ],
)
def test_the_check_sees_documents(suffix: str, text: str, expected: list[str]) -> None:
    """It reads prose as a whole, and the comments of everything else."""
    assert document_out(suffix, text) == expected
