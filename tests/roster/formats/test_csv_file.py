"""Rosters in CSV."""

from replisite.errors import Fault
from replisite.roster import BadFile, BadRow, Columns, RawRow, open_roster

COLUMNS = Columns(("id", "alias"), ("id", "alias", "city", "phone"))


def read(folder, body):
    path = folder / "roster.csv"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return list(open_roster(path, COLUMNS, "roster.csv"))


def row(line, **cells):
    return RawRow("roster.csv", line, cells)


def bad(line, what, advice="", person="", rows=1):
    return BadRow(Fault("roster.csv", line, what, advice), person, rows)


def bad_file(line, what, advice=""):
    return BadFile(Fault("roster.csv", line, what, advice))


def test_a_file_from_excel_is_read(tmp_path):
    """BOM, CRLF, quoted line breaks and blank lines: a row's line is the one that it starts in."""
    body = '\ufeffid,alias,city\r\n1,jane,"Leeds,\r\n""north"""\r\n\r\n2,zoe,\r\n,,\r\n'
    assert read(tmp_path, body) == [
        row(2, id="1", alias="jane", city='Leeds,\r\n"north"'),
        row(5, id="2", alias="zoe", city=""),
    ]


def test_too_few_and_too_many_cells_are_told(tmp_path):
    """The row is refused with its line, and its id is still known."""
    advice = "a comma may be missing, or a text with commas may want quotes round it"
    assert read(tmp_path, "id,alias,city\n1,jane\n2,zoe,Leeds,north\n3,ann,York\n") == [
        bad(2, "the row has 2 cells, the header has 3", advice, "1"),
        bad(3, "the row has 4 cells, the header has 3", advice, "2"),
        row(4, id="3", alias="ann", city="York"),
    ]


def test_every_fault_of_the_header_is_told_once(tmp_path):
    """Undeclared, doubled and nameless columns: one fault each, and the rows are still read."""
    assert read(tmp_path, "id,alias,fone,id,\n1,jane,x,2,\n2,zoe,x,3,\n") == [
        bad(1, 'column "fone" is not declared', 'did you mean "phone"?', rows=0),
        bad_file(1, 'column "id" stands twice', "keep one of them"),
        bad(1, "column 5 has no name", "name it, or leave it out", rows=0),
        row(2, id="1", alias="jane"),
        row(3, id="2", alias="zoe"),
    ]


def test_without_a_required_column_no_row_is_read(tmp_path):
    """A missing column is one fault, not one a row."""
    assert read(tmp_path, "id,city\n1,Leeds\n2,York\n") == [
        bad_file(1, 'column "alias" is missing', "every roster has id, alias")
    ]


def test_an_empty_file_is_no_roster(tmp_path):
    """A roster begins with the names of its columns."""
    faults = [bad_file(1, "the roster is empty", "the first line names the columns")]
    assert read(tmp_path, "") == faults


def test_semicolons_are_no_commas(tmp_path):
    """What some Excels call CSV is told apart."""
    assert read(tmp_path, "id;alias\n1;jane\n") == [
        bad_file(1, "the columns are not separated by commas", 'save the file as "CSV UTF-8"')
    ]


def test_a_byte_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    """A row in another encoding is refused; the others are read."""
    assert read(tmp_path, b'id,alias,city\n1,jane,"a\nZ\xfcrich"\n2,zoe,Leeds\n') == [
        bad(3, "a byte is not UTF-8", 'save the file as "CSV UTF-8"', "1"),
        row(4, id="2", alias="zoe", city="Leeds"),
    ]


def test_a_file_in_utf_16_is_told_at_once(tmp_path):
    """The header alone shows it."""
    assert read(tmp_path, "id,alias\n1,jane\n".encode("utf-16")) == [
        bad_file(1, "the header is not UTF-8", 'save the file as "CSV UTF-8"')
    ]


def test_bad_quotes_are_told(tmp_path):
    """A cell that goes on behind its closing quote is refused, and so is one without an end."""
    found = read(tmp_path, 'id,alias\n1,"jane"x\n2,"zoe\n3,ann\n')
    assert found.pop() == row(4, id="3", alias="ann")
    assert [(one.fault.line, one.fault.what) for one in found] == [
        (2, "the row cannot be read: ',' expected after '\"'"),
        (3, 'a quote (") opens in column "alias" and is not closed'),
    ]


HEADER = "id,alias,city\n"
PEOPLE = [f"{n},p{n},Leeds" for n in range(1, 30)]


def told(found):
    """Return the rows that are read, and the faults with the rows that are lost with them."""
    rows = [one.cells["id"] for one in found if isinstance(one, RawRow)]
    return rows, [(one.fault.line, one.fault.what, one.rows) for one in found if isinstance(one, BadRow)]


def test_a_quote_that_is_not_closed_loses_its_own_row(tmp_path):
    """The rows below it are read."""
    lines = [row.replace(",Leeds", ',"Leeds') if row.startswith("5,") else row for row in PEOPLE]
    rows, faults = told(read(tmp_path, HEADER + "\n".join(lines) + "\n"))
    assert len(rows) == 28
    assert faults == [(6, 'a quote (") opens in column "city" and is not closed', 1)]


def test_a_quote_that_is_closed_rows_below_is_told_with_all_that_it_swallows(tmp_path):
    """They are well quoted, so a person may have written them into a text: they are counted and not read."""
    lines = [*PEOPLE]
    lines[4], lines[19] = '5,p5,"Leeds', '20,p20,Leeds"'
    rows, faults = told(read(tmp_path, HEADER + "\n".join(lines) + "\n"))
    assert rows == [str(n) for n in range(1, 30) if not 5 <= n <= 20]
    what = 'a quote (") opens in column "city" and closes in line 21: the cell swallows 15 other rows'
    assert faults == [(6, what, 16)]


def test_a_quote_before_which_more_text_stands_is_told_where_it_opens(tmp_path):
    """And the rows in between are read."""
    lines = [*PEOPLE]
    lines[4], lines[19] = '5,p5,"Leeds', '20,"p20",Leeds'
    rows, faults = told(read(tmp_path, HEADER + "\n".join(lines) + "\n"))
    assert len(rows) == 28
    what = 'a quote (") opens in column "city" and closes in line 21, where more text follows'
    assert faults == [(6, what, 1)]


def test_a_text_of_several_lines_with_commas_is_a_text(tmp_path):
    """It looks like no row: no id, or no alias."""
    rows, faults = told(
        read(tmp_path, HEADER + '1,jane,"tea, cake, jam\nand, of course, bread"\n2,zoe,Leeds\n')
    )
    assert (rows, faults) == (["1", "2"], [])


def test_a_header_in_another_order_makes_the_whole_file_wrong(tmp_path):
    """What stands below it has its cells in other columns."""
    found = read(tmp_path, "id,alias,city\n1,jane,Leeds\nAlias,ID,City\nzoe,2,York\n")
    advice = "bring the rows below it into the order of the first"
    assert found == [
        row(2, id="1", alias="jane", city="Leeds"),
        bad_file(3, "the row is a header with other columns than the first", advice),
    ]


def test_rows_of_blanks_are_empty(tmp_path):
    """As spreadsheets leave them at the end."""
    assert read(tmp_path, "id,alias,city\n , ,\n,,\n\u00a0,,\n") == []
