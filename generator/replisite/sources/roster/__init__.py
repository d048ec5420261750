"""Read the roster: every row checked by itself, and cut down to what its owner lets the world see.

rows.py      what every kind of roster file gives
formats.py   which reader reads which file: csv_file.py, jsonl_file.py
stories.py   what a few people write in a file of their own
columns.py   the known columns, and what each cell must be (fields.py: the company's own)
quotes.py    the quote in a CSV file that swallows rows
spreadsheet_values.py  what spreadsheets and databases write in place of a value, and rows that are no people
cleaned_cells.py       letters that cells hold and values do not: controls, open writing directions
row_warnings.py        what is odd about rows that are read all the same
contacts.py  phone numbers, e-mail and web addresses, photos
consent.py   what a person publishes, and the name that follows
bio.py       a person's Markdown as safe HTML
prose.py     the same, fast, where there is hardly any Markdown in it
parse.py     a raw row as a person, or as its faults
crew.py      the rows of a large roster parsed by several processes
blocks.py    which stretches of the file have changed since it was read
read.py      the whole roster as a stream
"""

from replisite.sources.roster.blocks import BLOCK_ROWS, Block, Changed, Difference, changed, cut, untouched
from replisite.sources.roster.columns import RosterColumns
from replisite.sources.roster.formats import open_roster
from replisite.sources.roster.read import read_roster, read_stretches
from replisite.sources.roster.row_warnings import RowWarnings
from replisite.sources.roster.rows import BadFile, BadRow, Columns, RawRow, RosterFile

__all__ = [
    "BLOCK_ROWS",
    "BadFile",
    "BadRow",
    "Block",
    "Changed",
    "Columns",
    "Difference",
    "RawRow",
    "RosterColumns",
    "RosterFile",
    "RowWarnings",
    "changed",
    "cut",
    "open_roster",
    "read_roster",
    "read_stretches",
    "untouched",
]
