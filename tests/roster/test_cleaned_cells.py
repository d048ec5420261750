"""Letters that cells hold and a person's values do not."""

from dataclasses import replace

import pytest

from replisite.model.alias import ReservedNames
from replisite.model.lost_letters import LostLetters, letter_name
from replisite.model.roster_terms import roster_terms
from replisite.model.site import CustomField, Roster
from replisite.model.text import clean_line, clean_lines, clean_markdown, left_out
from replisite.roster import RawRow, read_roster
from replisite.roster.columns import ColumnRules
from replisite.roster.parse import parse_row
from tests.rosters import HOSTILE, a_site

OVERRIDE = "U+202E RIGHT-TO-LEFT OVERRIDE"


def lost(root, row=None, **cells):
    """Return what a row has lost, without its file."""
    site = replace(a_site(root), roster=Roster("roster.csv", (CustomField("motto", "Motto"),)))
    given = {"id": "1", "alias": "jane", "first_name": "Jane", "last_name": "X", **cells}
    raw = RawRow("roster.csv", 3, given) if row is None else replace(row, cells=given)
    return [*parse_row(raw, ColumnRules.of(roster_terms(site), ReservedNames())).lost]


@pytest.mark.parametrize(
    ("column", "text", "letters"),
    [
        ("first_name", "Ja\x07ne", "U+0007 (a control character)"),
        ("city", "\u202eLeeds", OVERRIDE),
        ("last_name", "O\u2069Neil", "U+2069 POP DIRECTIONAL ISOLATE"),
        ("greeting", "Come in.\n\ufffeNow.\u202e", f"U+FFFE (a noncharacter) and {OVERRIDE}"),
        ("bio", "Tea.\x1b[31m", "U+001B (a control character)"),
        ("motto", "Tea\x00", "U+0000 (a control character)"),
        ("sponsor_id", "TT\x7f1", "U+007F (a control character)"),
        (
            "phone",
            "\u202a+44 1632 960100\u202c",
            "U+202A LEFT-TO-RIGHT EMBEDDING and U+202C POP DIRECTIONAL FORMATTING",
        ),
        (
            "region",
            "\x01\x02\x03\x04\x05",
            "U+0001 (a control character) and U+0002 (a control character) and U+0003 (a control character) and 2 others",
        ),
    ],
)
def test_a_letter_that_is_left_out_is_named(tmp_path, column, text, letters):
    """By its code and name, with the column and the line."""
    assert lost(tmp_path, **{column: text}) == [LostLetters("roster.csv", 3, column, letters)]


@pytest.mark.parametrize(
    "text",
    [
        " Jane\u00a0 ",
        "Jane\tAnn",
        "Jane\r\nAnn",
        "Zoe\u0308",
        "\N{FAMILY}\u200d\N{TEACUP WITHOUT HANDLE}",
        "\u2067\u05d9\u05e2\u05dc\u2069",
        "\u05d9\u05e2\u05dc\u200f!",
        "\ufeffJane",
    ],
)
@pytest.mark.parametrize("column", ["first_name", "greeting", "bio"])
def test_nothing_is_lost_where_the_text_is_the_same_to_a_reader(tmp_path, column, text):
    """White space that is folded, composed letters, joined emoji and pairs of directions are no loss."""
    assert lost(tmp_path, **{column: text}) == []


def test_a_story_has_its_own_file_and_line(tmp_path):
    """The cell of a story is not the roster's."""
    row = RawRow("roster.csv", 3, {}, {"city": ("distributors/jane.md", 2)})
    assert lost(tmp_path, row, city="Le\x07eds") == [
        LostLetters("distributors/jane.md", 2, "city", "U+0007 (a control character)")
    ]


def test_halves_of_surrogate_pairs_are_lost_while_json_is_read(tmp_path):
    """They never come as far as the cells."""
    path = tmp_path / "roster.jsonl"
    path.write_text('{"id": "1", "alias": "jane", "first_name": "J\\ud83d", "last_name": "X"}\n')
    (jane,) = read_roster(roster_terms(a_site(tmp_path)), [], source=path)
    assert [str(one) for one in jane.lost] == [
        f"{path.name}:1: first_name has U+D83D (half of a surrogate pair)"
    ]


@pytest.mark.parametrize("text", [*HOSTILE, "\u202a\u2066\u202c", "\u2066\u202a\u2069\u202c\u202e"])
def test_what_is_not_left_out_is_in_the_cleaned_text(text):
    """The report and the cleaning agree."""
    for clean, is_line in ((clean_line, True), (clean_lines, False), (clean_markdown, False)):
        before = [letter for letter in text if not letter.isspace()]
        after = [letter for letter in clean(text) if not letter.isspace()]
        if not left_out(text, is_line=is_line) and text.isascii():
            assert after == before
        for letter in left_out(text, is_line=is_line):
            assert not letter.isspace()
            assert letter_name(letter).startswith("U+")
