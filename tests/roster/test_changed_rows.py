"""What has changed of a roster's file is found wherever it stands, and nothing else is."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replisite.roster import changed_rows
from replisite.roster.changed_rows import Block, Difference, changed, cut, untouched

HEAD = b"id,alias\n"
ROWS = 4


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed_rows, "BLOCK_ROWS", ROWS)


def write(path: Path, rows: list[bytes]) -> None:
    """Write a roster of rows of one line each."""
    path.write_bytes(HEAD + b"".join(rows))


def cut_up(path: Path, count: int) -> tuple[Block, ...]:
    """Return a file of so many rows of one line each in blocks."""
    return cut(path, range(2, count + 2, ROWS), count)[0]


def rows_of(count: int) -> list[bytes]:
    """Return rows that differ."""
    return [b"P%d,p%d\n" % (number, number) for number in range(count)]


def whole(difference: Difference, path: Path) -> tuple[bytes, tuple[Block, ...]]:
    """Put a difference together: the file's bytes with the stretches in it, and its blocks of now."""
    lines = [
        [stretch.line + number for number in range(stretch.body.count(b"\n"))]
        for stretch in difference.stretches
    ]
    text = path.read_bytes()
    for stretch in difference.stretches:
        assert stretch.body in text
    return text, difference.recut(lines)


def is_like(new: tuple[Block, ...], text: bytes) -> None:
    """Blocks follow one another over the whole text, each with its own digest, line and rows."""
    at = 0
    for number, block in enumerate(new):
        body = text[at : at + block.size]
        rows = body.count(b"\n") if number else 0
        assert block == Block.of(text[:at].count(b"\n") + 1, rows, body)
        assert not number or 0 < rows <= ROWS
        at += block.size
    assert at == len(text)


@given(st.integers(), st.integers(1, 60), st.integers(1, 5))
def test_any_edit_is_found(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, edits: int
) -> None:
    """Rows come, go and change in several places: what is not in a stretch is as it was, and the blocks are right."""
    dice = random.Random(seed)
    path = tmp_path_factory.mktemp("blocks") / "roster.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changed_rows, "BLOCK_ROWS", ROWS)
        old = rows_of(count)
        write(path, old)
        known = cut_up(path, count)
        new = [*old]
        for edit in range(edits):
            place = dice.randrange(len(new) + 1)
            match dice.choice(["come", "go", "change"]):
                case "come":
                    new[place:place] = [b"N%d-%d,n\n" % (edit, one) for one in range(dice.randrange(1, 7))]
                case "go":
                    del new[place : place + dice.randrange(7)]
                case "change":
                    new[place : place + 1] = [b"C%d,c\n" % edit]
        write(path, new)
        found = changed(path, known)
        if new == old:
            assert found == "not"
            return
        assert isinstance(found, Difference)
        text, now = whole(found, path)
        is_like(now, text)
        assert changed(path, now) == "not"
        rest = [*old]
        for stretch in reversed(found.stretches):
            rest[stretch.before : stretch.before + stretch.rows] = stretch.body.splitlines(keepends=True)
        assert rest == new


def test_far_apart_is_read_apart(tmp_path: Path) -> None:
    """One row at the top and one at the end are two stretches of a few rows."""
    path = tmp_path / "roster.csv"
    old = rows_of(1_000)
    write(path, old)
    known = cut_up(path, 1_000)
    write(path, [*old[:10], b"new,new\n", *old[10:990], b"other,other\n", *old[991:]])
    found = changed(path, known)
    assert isinstance(found, Difference)
    assert [(stretch.before, stretch.rows) for stretch in found.stretches] == [(8, 4), (988, 4)]
    assert [stretch.line for stretch in found.stretches] == [10, 991]


def test_small_blocks_grow(tmp_path: Path) -> None:
    """People who join one by one do not make a block each."""
    path = tmp_path / "roster.csv"
    rows = rows_of(10)
    write(path, rows)
    known = cut_up(path, 10)
    for number in itertools.count(10):
        rows.append(b"Q%d,q\n" % number)
        write(path, rows)
        found = changed(path, known)
        assert isinstance(found, Difference)
        _, known = whole(found, path)
        if number == 30:
            break
    assert [block.rows for block in known] == [0, 4, 4, 4, 4, 4, 4, 4, 3]


@pytest.mark.parametrize(
    "text",
    [
        b"id,alias,x\nP0,p0\n",
        b"",
        HEAD[:-1],
        HEAD + b"P0,p0\r" + b"".join(rows_of(20)),
    ],
)
def test_what_is_not_plain_is_read_anew(tmp_path: Path, text: bytes) -> None:
    """Another head, no head, lines that are told apart in two ways."""
    path = tmp_path / "roster.csv"
    write(path, rows_of(20))
    known = cut_up(path, 20)
    path.write_bytes(text)
    assert changed(path, known) == "much"


def test_a_last_row_without_an_end_goes_on(tmp_path: Path) -> None:
    """What is written behind it belongs to it."""
    path = tmp_path / "roster.csv"
    path.write_bytes(HEAD + b"".join(rows_of(8))[:-1])
    known = cut_up(path, 8)
    path.write_bytes(HEAD + b"".join(rows_of(8))[:-1] + b"0\nP9,p9\n")
    found = changed(path, known)
    assert isinstance(found, Difference)
    (stretch,) = found.stretches
    assert stretch.body.endswith(b"P7,p70\nP9,p9\n")
    assert (stretch.before, stretch.rows) == (4, 4)


def test_too_much_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches together have so many bytes at most."""
    path = tmp_path / "roster.csv"
    write(path, rows_of(400))
    known = cut_up(path, 400)
    monkeypatch.setattr(changed_rows, "LONGEST", 100)
    write(path, [*rows_of(400), *(b"Q%d,q\n" % number for number in range(400))])
    assert changed(path, known) == "much"
    write(path, rows_of(100))
    assert changed(path, known) == "much"


def test_the_block_of_a_row(tmp_path: Path) -> None:
    """Its rows, and nothing else."""
    path = tmp_path / "roster.csv"
    write(path, rows_of(10))
    known = cut_up(path, 10)
    for row in range(10):
        (stretch,) = untouched(path, known, row).stretches
        assert b"P%d," % row in stretch.body
        assert stretch.before == row // ROWS * ROWS
        assert stretch.line == stretch.before + 2
        assert untouched(path, known, row).recut([range(stretch.line, stretch.line + stretch.rows)]) == known
