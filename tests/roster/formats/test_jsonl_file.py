"""Rosters in JSON Lines."""

import pytest

from replisite.errors import Fault
from replisite.roster import BadFile, BadRow, Columns, RawRow, open_roster

COLUMNS = Columns(("id", "alias"), ("id", "alias", "city", "phone", "publish"))


def read(folder, body):
    path = folder / "roster.jsonl"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return list(open_roster(path, COLUMNS, "roster.jsonl"))


def test_values_become_text(tmp_path):
    """Numbers stay as written, null is empty, a list is joined, half a pair is dropped."""
    body = (
        '\ufeff{"id": 12345678901234567890, "alias": "jane", "city": null}\r\n\r\n'
        '{"id": 1.50, "alias": "zoe", "city": true, "publish": ["city", "bio"]}\n'
        '{"id": "3", "alias": "ann", "city": "\\ud83dLeeds"}'
    )
    assert read(tmp_path, body) == [
        RawRow("roster.jsonl", 1, {"id": "12345678901234567890", "alias": "jane", "city": ""}),
        RawRow("roster.jsonl", 3, {"id": "1.50", "alias": "zoe", "city": "true", "publish": "city bio"}),
        RawRow("roster.jsonl", 4, {"id": "3", "alias": "ann", "city": "Leeds"}, lost={"city": "\ud83d"}),
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"{", "the line is not JSON (Expecting property name enclosed in double quotes, letter 2)"),
        (b"[1]", "the line is not a JSON object"),
        (b"[" * 200_000, "the line is not JSON"),
        (b'{"id": NaN}', "NaN is not JSON"),
        (b'{"id": "1", "id": "2"}', '"id" stands twice'),
        (b'{"id": {"a": 1}}', '"id" is an object'),
        (b'{"id": [["a"]]}', '"id" is a list in a list'),
        (b'{"id": "\xff"}', "a byte is not UTF-8"),
    ],
)
def test_what_is_no_row_is_told_with_its_line(tmp_path, line, what):
    """A line that is no object of texts is refused, and the next one is read."""
    found = read(tmp_path, b'{"id": "1", "alias": "jane"}\n' + line + b'\n{"id": "2", "alias": "zoe"}\n')
    assert [one.line if isinstance(one, RawRow) else (one.fault.line, one.fault.what) for one in found] == [
        1,
        (2, what),
        3,
    ]


def test_an_undeclared_key_is_told_once(tmp_path):
    """However many rows have it."""
    row = '{"id": "1", "alias": "jane", "fone": "x"}\n'
    faults = [one.fault for one in read(tmp_path, row * 3) if isinstance(one, BadRow)]
    assert faults == [Fault("roster.jsonl", 1, 'column "fone" is not declared', 'did you mean "phone"?')]


def test_a_row_without_a_required_key_is_refused(tmp_path):
    """Each row stands for itself."""
    assert read(tmp_path, '{"id": "1"}\n') == [
        BadRow(Fault("roster.jsonl", 1, 'column "alias" is missing', "every roster has id, alias"), "1")
    ]


def test_another_suffix_is_no_roster(tmp_path):
    """The message names the kinds that are."""
    with pytest.raises(ValueError, match=r'a roster cannot be a "\.xlsx" file; write it as \.csv or \.jsonl'):
        open_roster(tmp_path / "roster.xlsx", COLUMNS)


def test_two_objects_in_a_line_are_two_rows_that_are_lost(tmp_path):
    """None of them is read, and both are counted."""
    one = '{"id": "1", "alias": "jane"}'
    (bad,) = read(tmp_path, f"{one} {one}\n")
    assert (bad.fault.what, bad.rows) == ("2 objects stand in the line", 2)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('{"id": "1", "alias": "jane"}\n'.encode("utf-16"), "the file is not UTF-8"),
        ('{"id": "1", "alias": "jane"}\n'.encode("utf-16-be"), "the file is not UTF-8"),
        (b'[\n{"id": "1", "alias": "jane"}\n]\n', "the file is a JSON list"),
    ],
)
def test_a_file_of_another_kind_is_told_at_once(tmp_path, body, what):
    """Not line by line."""
    (bad,) = read(tmp_path, body)
    assert isinstance(bad, BadFile)
    assert bad.fault.what == what
