"""A fault is shown with the lines around it."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from replisite.config import load_site
from replisite.errors import Fault, InputError
from replisite.preview.code_frames import Frame, frame_of, frame_text
from tests.little_site import LittleSite

FILE = "content/pages/about.md"
PAGE = "---\ntitle: About\nmarkets: [GB, FR]\nstatus: sleeping\n---\nAsk {{ distributor.fone }}.\n\nBye.\n"


def _frame(root: Path, line: int, what: str = "is wrong", text: str = PAGE, context: int = 3) -> Frame:
    path = root / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    found = frame_of(root, Fault(FILE, line, what), context)
    assert found is not None
    return found


def _underlined(frame: Frame) -> str:
    line = frame.lines[frame.line - frame.first]
    return line[frame.column - 1 : frame.column - 1 + frame.length]


def test_a_fault_stands_in_the_middle_of_its_lines(tmp_path: Path) -> None:
    """Three lines are shown before and behind it, and what the fault names is underlined."""
    assert _frame(tmp_path, 6, 'no field "fone" in the roster') == Frame(
        path=tmp_path / FILE,
        first=3,
        lines=("markets: [GB, FR]", "status: sleeping", "---", "Ask {{ distributor.fone }}.", "", "Bye."),
        line=6,
        column=20,
        length=4,
    )


def test_a_frame_for_the_terminal(tmp_path: Path) -> None:
    """Lines have their numbers, the line has a mark, and carets stand under the place."""
    frame = _frame(tmp_path, 9, 'no field "fone"', "\n" * 7 + "a\n\tAsk {{ fone }}\nb\n", context=2)
    assert frame_text(frame).splitlines() == [
        "   7 |",
        "   8 | a",
        ">  9 |     Ask {{ fone }}",
        "     |            ^^^^",
        "  10 | b",
    ]


def test_carets_stand_under_wide_letters(tmp_path: Path) -> None:
    """A Chinese character takes two cells of a terminal, an accent that is set on a letter none."""
    frame = _frame(tmp_path, 1, 'no "茶"', "cafe\u0301 名 茶!\n", context=0)
    assert frame_text(frame).splitlines()[1] == "    |         ^^"


@pytest.mark.parametrize(
    ("line", "what", "expected"),
    [
        ("markets: FR", 'markets: no market "FR" in site.toml', "FR"),
        ("    retail: cheap", "markets.GB.retail: wants a valid number, got 'cheap'", "cheap"),
        ("tier: secret", "tier: wants 'public', 'member' or 'staff', got 'secret'", "secret"),
        ("retail: 4", "markets.GB.retail: wants less", "retail"),
        ("a.b: 4", "a.b: wants less", "a.b"),
        (
            "{{ 7 * }} and 7",
            "{{ 7 * }} is not an expression: unexpected 'end of print statement'",
            "{{ 7 * }}",
        ),
        ("In {% if x %}", "{% if x %}: tags are for templates", "{% if x %}"),
        ("See [it]({filename}/a b.md)", "link to {filename}/a: no such file", "{filename}/a"),
        ("A1,Jane,Jane,Doe", 'alias "Jane" has capital letters', "A1,Jane,Jane,Doe"),
        ("  id, sponsor_id  ", 'column "id" is unknown', "id"),
        ("  nothing of it ", 'no field "fone"', "nothing of it"),
        ("the shop's name isn't", "it isn't the shop's", "the shop's name isn't"),
        ("{% endblock %}", "Encountered unknown tag 'endblock'. Jinja wants 'else'.", "endblock"),
        ("", "is empty", ""),
    ],
)
def test_the_likeliest_place_is_underlined(tmp_path: Path, line: str, what: str, expected: str) -> None:
    """That is the longest of what is quoted that stands once in the line, or else its key, or else all of it."""
    frame = _frame(tmp_path, 2, what, f"\n{line}\n")
    assert _underlined(frame) == expected
    assert (frame.column, frame.length) >= (1, 1)


@pytest.mark.parametrize(
    ("column", "what", "underlined", "shown_at"),
    [
        (2, "is wrong", "sponsor_id", 5),
        (10, 'no "id" there', "id", 13),
        (13, "is wrong", "=", 16),
        (15, 'got "a b"', "a b", 18),
        (99, "ends too early", "", 21),
    ],
)
def test_a_column_that_is_known_is_taken(
    tmp_path: Path, column: int, what: str, underlined: str, shown_at: int
) -> None:
    """It counts the line's characters as they are written; underlined is what stands there, at least one."""
    (tmp_path / "site.toml").write_text("\tsponsor_id = a b\n")
    frame = frame_of(tmp_path, Fault("site.toml", 1, what, column=column))
    assert frame is not None
    assert (_underlined(frame), frame.column) == (underlined, shown_at)
    assert frame.length == max(1, len(underlined))


def test_tabs_are_four_blanks(tmp_path: Path) -> None:
    """The column counts what is shown."""
    frame = _frame(tmp_path, 1, 'no "b"', "\ta\tb\n")
    assert (frame.lines, frame.column, frame.length) == (("    a   b",), 9, 1)


@pytest.mark.parametrize("place", [0, 30, 500, 990])
def test_an_overlong_line_is_cut_around_the_place(tmp_path: Path, place: int) -> None:
    """At most 160 characters are shown, also of the lines beside it."""
    text = f"{'x' * place} fone {'y' * (990 - place)}"
    frame = _frame(tmp_path, 2, 'no "fone"', f"{'z' * 999}\n{text}\n")
    assert _underlined(frame) == "fone"
    assert [len(line) for line in frame.lines] == [160, 160]
    assert frame.lines[0] == "z" * 159 + "…"
    assert frame.lines[1].startswith("…") == (place > 60)
    assert frame.lines[1].endswith("…") == (place < 900)
    assert frame.lines[1].strip("…") in text


def test_an_overlong_place_is_underlined_as_far_as_it_is_seen(tmp_path: Path) -> None:
    """A line without blanks that is wrong as a whole is underlined to where it is cut."""
    frame = _frame(tmp_path, 1, text="x" * 999)
    assert (frame.column, frame.length) == (1, 160)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_editors_count_them(tmp_path: Path, newline: str) -> None:
    """However they end, and with a byte order mark before them."""
    frame = _frame(tmp_path, 2, 'no "b"', f"\ufeffa{newline}b{newline}c")
    assert (frame.first, frame.lines, frame.column) == (1, ("a", "b", "c"), 1)


def test_what_is_no_utf_8_is_shown_as_unknown(tmp_path: Path) -> None:
    """A page in another encoding is read all the same."""
    (tmp_path / "a.md").write_bytes(b"caf\xe9\n\xed\xb0\x80 b\n")
    frame = frame_of(tmp_path, Fault("a.md", 1, "is not UTF-8"))
    assert frame is not None
    assert frame.lines[0] == "caf\ufffd"
    assert "\n".join(frame.lines).encode().decode() == "\n".join(frame.lines)


def test_a_line_steers_no_terminal(tmp_path: Path) -> None:
    """A roster may hold anything: escape sequences and characters that turn text round are only pictured."""
    told = frame_text(_frame(tmp_path, 1, text="Jo\x1b[2J\x9b\u202eoD\x07 茶\n"))
    assert told.splitlines()[0] == "> 1 | Jo␛[2J\ufffd\ufffdoD␇ 茶"


def test_something_may_be_missing_at_the_end(tmp_path: Path) -> None:
    """A fault behind the last line is shown on an empty one; one further down is of another text."""
    frame = _frame(tmp_path, 3, "ends too early", "a\nb\n", context=1)
    assert (frame.first, frame.lines, frame.line, frame.column) == (2, ("b", ""), 3, 1)
    assert frame_of(tmp_path, Fault(FILE, 4, "ends too early")) is None


def test_what_cannot_be_shown_has_no_frame(tmp_path: Path) -> None:
    """That is a fault of no file or line, and a file that is missing, a folder, an image, or not the site's."""
    root = tmp_path / "site"
    (root / "folder").mkdir(parents=True)
    (root / "a.md").write_text("a\n")
    (tmp_path / "secret").write_text("secret\n")
    (root / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    os.mkfifo(root / "pipe")
    (root / "endless.json").write_text("[" * 5_000_001)
    for file, line in (
        ("", 1),
        ("a.md", 0),
        ("missing.md", 1),
        ("folder", 1),
        ("a.md/b", 1),
        ("image.png", 1),
        ("endless.json", 1),
        ("pipe", 1),
        ("../secret", 1),
        ("folder/../../secret", 1),
        ("a\0.md", 1),
        ("a" * 5000, 1),
    ):
        assert frame_of(root, Fault(file, line, "is wrong")) is None, file
    assert frame_of(root, Fault(str(tmp_path / "secret"), 1, "is wrong")) is not None
    assert frame_of(root, Fault("folder/../a.md", 1, "is wrong")) is not None


def test_a_large_roster_is_not_read_into_memory(tmp_path: Path) -> None:
    """A fault far down in a large file takes the lines around it and no more."""
    with (tmp_path / "roster.csv").open("w") as file:
        for number in range(1, 300_001):
            file.write(f"A{number},jane-{number},Jane,Doe,{number}@example.com,+441632960101,Kendal\n")
    tracemalloc.start()
    frame = frame_of(tmp_path, Fault("roster.csv", 290_000, 'alias "jane-290000" is taken'))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert frame is not None
    assert (frame.first, len(frame.lines), _underlined(frame)) == (289_997, 7, "jane-290000")
    assert peak < 1_000_000


def test_a_linked_folder_is_the_sites(tmp_path: Path) -> None:
    """Content that stands elsewhere and is linked into the site is shown."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.md").write_text("a\n")
    root = tmp_path / "site"
    root.mkdir()
    (root / "content").symlink_to(elsewhere)
    frame = frame_of(root, Fault("content/a.md", 1, "is wrong"))
    assert frame is not None
    assert frame.path == root / "content/a.md"


def test_the_faults_of_a_real_site(little: LittleSite) -> None:
    """What loading a broken site.toml complains about is found in it."""
    little.change("site.toml", '"https://www.little.example"', '"www.little.example"')
    little.change("site.toml", "[markets.GB]", 'colour = "red"\n[markets.GB]')
    with pytest.raises(InputError) as refused:
        load_site(little.root)
    frames = [frame_of(little.root, fault) for fault in refused.value.faults]
    assert "www.little.example" in {_underlined(frame) for frame in frames if frame}
    assert all(frames)
