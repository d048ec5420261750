"""What is odd about a roster that is read all the same."""

import pytest

from replisite.model.distributor import Person
from replisite.model.lost_letters import LostLetters
from replisite.roster import RowWarnings

ZEROS = "shorter than the others, which have 5 digits; a spreadsheet may have dropped the zeros in front"

NONE = (
    '1 person has a name or a town that programs write for no value, too (such as "None" of p3); '
    "if it is none, leave the cell empty"
)


def person(number, person_id, *doubts):
    return Person(person_id, f"p{number}", "GB", "en", "active", {"name": "x"}, doubts=doubts)


@pytest.mark.parametrize(
    ("ids", "warnings"),
    [
        (["00123", "00124", "125"], [f"1 id is {ZEROS}"]),
        (["00123", "124", "125"], [f"2 ids are {ZEROS}"]),
        (["10023", "10024", "10025", "123"], [f"1 id is {ZEROS}"]),
        ([str(number) for number in range(1, 200)], []),
        (["10023", "10024", "TT1"], []),
    ],
)
def test_ids_that_have_lost_their_zeros_are_a_warning(ids, warnings):
    """Unless ids are simply counted."""
    odd = RowWarnings()
    for number, one in enumerate(ids):
        odd.note(person(number, one))
    assert odd.warnings() == warnings


def test_people_without_a_name_are_counted():
    """And who has one that may be none."""
    odd = RowWarnings()
    list(odd.seen([person(1, "A", ""), person(2, "B", ""), person(3, "C", "None")]))
    assert odd.warnings() == [
        "2 people have neither a first nor a last name on the roster (such as p1); the alias is shown in place of a name",
        NONE,
    ]


def test_what_is_forgotten_was_never_noted():
    """One row taken back and another noted is as if all had been read."""
    odd, other = RowWarnings(), RowWarnings()
    for one in (person(1, "00123", ""), person(2, "00124"), person(3, "125")):
        odd.note(one)
    odd = RowWarnings.of(odd.as_json())
    odd.forget(person(1, "00123"))
    for one in (person(2, "00124"), person(3, "125")):
        other.note(one)
    assert (odd.as_json(), odd.warnings()) == (other.as_json(), other.warnings())


def a_loser(number, *lines):
    lost = tuple(LostLetters("roster.csv", line, "city", "U+0007 (a control character)") for line in lines)
    return Person(str(number), f"p{number}", "GB", "en", "active", {"name": "x"}, lost=lost)


@pytest.mark.parametrize(
    ("lines", "warning"),
    [
        ([4], "1 cell holds {}: roster.csv:4: {}"),
        ([4, 2], "2 cells hold {}: roster.csv:2: {}; roster.csv:4: {}"),
        (
            [5, 4, 3, 2, 6],
            "5 cells hold {}: roster.csv:2: {}; roster.csv:3: {}; roster.csv:4: {}; and 2 more",
        ),
    ],
)
def test_lost_letters_are_named_by_file_and_line(lines, warning):
    """The first cells by line, and how many others there are."""
    odd = RowWarnings()
    for number, line in enumerate(lines):
        odd.note(a_loser(number, line))
    what = "letters that are left out, or a writing direction that is closed behind the text"
    cells = ["city has U+0007 (a control character)"] * 3
    assert RowWarnings.of(odd.as_json()).warnings() == [warning.format(what, *cells)]


def test_a_row_that_moves_takes_its_warning_along():
    """Only where it stands in that file."""
    odd = RowWarnings()
    odd.note(a_loser(1, 2))
    odd.move("other.csv", lambda line: line + 9)
    odd.move("roster.csv", lambda line: line + 1)
    assert [warning.partition(": ")[2] for warning in odd.warnings()] == [
        "roster.csv:3: city has U+0007 (a control character)"
    ]
    odd.forget(a_loser(1))
    assert odd.warnings() == []
