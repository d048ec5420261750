"""What spreadsheets and databases leave in a roster, and people who are called so."""

import pytest

from replisite.model.distributor import Person
from replisite.roster.spreadsheet_values import is_suspect
from tests.roster.test_parse import NEEDED, parse


@pytest.mark.parametrize(
    ("column", "text", "what", "advice"),
    [
        ("id", '="00123"', "is a formula of a spreadsheet", "write 00123"),
        ("id", '=A2&"-1"', "is a formula of a spreadsheet", "write its result"),
        (
            "id",
            "1.00235E+11",
            "is a number that a spreadsheet has rounded",
            "write all of its digits, as text",
        ),
        (
            "id",
            "1,00235e+11",
            "is a number that a spreadsheet has rounded",
            "write all of its digits, as text",
        ),
        (
            "sponsor_id",
            "1E+11",
            "is a number that a spreadsheet has rounded",
            "write all of its digits, as text",
        ),
        ("id", "123.0", "is a number with decimals", "write 123"),
        ("id", "1,234,567", "is a number in groups", "write 1234567"),
        ("id", "Jan-12", "is a date that a spreadsheet has made of it", "write it as text"),
        ("id", "12. Mai", "", ""),
        ("id", "2026-01-12 00:00:00", "is a date that a spreadsheet has made of it", "write it as text"),
        ("id", "'00123", "begins with an apostrophe", "write 00123"),
        ("id", "“TT1”", "has quotation marks around it", "write TT1"),
        ("id", "\ufeffTT1", "begins with an invisible letter", "write TT1"),
        ("id", "NULL", "is what a database or a program writes for no value", "write the person's id"),
        ("alias", "null", "is what a database or a program writes for no value", "write the person's alias"),
        ("first_name", "#N/A", "is an error of a spreadsheet", "write the value itself, or leave it empty"),
        ("city", "#BEZUG!", "is an error of a spreadsheet", "write the value itself, or leave it empty"),
        ("last_name", "Err:508", "is an error of a spreadsheet", "write the value itself, or leave it empty"),
        ("last_name", "NULL", "is what a database or a program writes for no value", "leave it empty"),
        ("last_name", "nan", "is what a database or a program writes for no value", "leave it empty"),
        ("city", "\\N", "is what a database or a program writes for no value", "leave it empty"),
        ("region", "None", "is what a database or a program writes for no value", "leave it empty"),
        ("greeting", "(null)", "is what a database or a program writes for no value", "leave it empty"),
        ("phone", "NULL", "is what a database or a program writes for no value", "leave it empty"),
        (
            "phone",
            "4.41632E+11",
            "is a number that a spreadsheet has rounded",
            "write all of its digits, as text",
        ),
        ("phone", "441632960100.0", "is a number with decimals", "write 441632960100"),
        (
            "first_name",
            "TRUE",
            "is what a spreadsheet or a program writes for yes or no",
            "write the first_name",
        ),
    ],
)
def test_what_is_no_value_is_told_as_what_it_is(column, text, what, advice):
    """With what to write, where that is known."""
    found = parse({**NEEDED, column: text})
    if not what:
        assert isinstance(found, Person)
        return
    (fault,) = found
    quoted = text.replace("\ufeff", "\\ufeff")
    shown = quoted.removeprefix("\\ufeff") if column != "id" else quoted
    assert (fault.what, fault.next) == (f'{column} "{shown}" {what}', advice)


@pytest.mark.parametrize(
    ("cells", "doubts"),
    [
        ({"first_name": "Christopher", "last_name": "Null"}, ()),
        ({"first_name": "CHRISTOPHER", "last_name": "NULL"}, ("NULL",)),
        ({"first_name": "Jane", "last_name": "None"}, ("None",)),
        ({"first_name": "Nan", "last_name": "Goldin", "alias": "nan"}, ()),
        ({"first_name": "Sum", "last_name": "Total"}, ()),
        ({"first_name": "Al", "last_name": "Total", "alias": "total"}, ()),
        ({"first_name": "Jane", "last_name": "True"}, ("True",)),
        ({"city": "None"}, ("None",)),
        ({"city": "Nan"}, ()),
        ({"id": "1E5"}, ()),
        ({"id": "12E-34"}, ()),
        ({"id": "2024-01-15"}, ()),
        ({"id": "jan-12", "alias": "jan-12"}, ()),
        ({"last_name": "'t Hooft"}, ()),
        ({"greeting": "#tea is =good"}, ()),
        ({"first_name": "", "last_name": ""}, ("",)),
    ],
)
def test_people_who_are_called_so_are_people(cells, doubts):
    """A false refusal is a fault, too; what may be none is a warning."""
    person = parse({**NEEDED, **cells})
    assert isinstance(person, Person)
    assert person.doubts == doubts


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (("id", "alias", "first_name", "last_name"), "the row repeats the header"),
        (("ID", "Alias", "First Name", "LAST NAME"), "the row repeats the header"),
        (("alias", "id", "last_name", "first_name"), "the row repeats the header"),
        (("Total", "2", "", ""), 'the row is a total ("Total") and lists nobody'),
        (("", "", "Total", "294"), 'the row is a total ("Total") and lists nobody'),
        (("Grand Total:", "", "", ""), 'the row is a total ("Grand Total:") and lists nobody'),
        (("Summe", "", "", ""), 'the row is a total ("Summe") and lists nobody'),
        (("Total général", "3", "", ""), 'the row is a total ("Total général") and lists nobody'),
        (("(294 rows affected)", "", "", ""), 'the row is a total ("(294 rows affected)") and lists nobody'),
        (("----", "-----", "---", "---"), "the row is a line between others and lists nobody"),
    ],
)
def test_a_row_that_lists_nobody_is_told_once(cells, what):
    """And not cell by cell."""
    (fault,) = parse(dict(zip(NEEDED, cells, strict=True)))
    assert (fault.what, fault.next) == (what, "remove it")


def test_an_ordinary_row_is_cleared_at_once():
    """The careful look is for odd rows."""
    ordinary = {
        "id": "TT-1042",
        "alias": "jane-oneil",
        "first_name": "Jane",
        "last_name": "O'Neil",
        "city": "Leeds",
    }
    assert not is_suspect(
        {**ordinary, "phone": "+44 1632 960100", "greeting": "Come in", "sponsor_id": "TT1001"}
    )
