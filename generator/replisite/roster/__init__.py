"""Read the roster: each row is checked alone, and cut down to what its owner publishes.

bio                 a person's Markdown as safe HTML
changed_rows        which stretches of the file have changed since it was read
cleaned_cells       letters that cells hold and values do not: controls, open writing directions
columns             the known columns, and what each cell must be (fields.py: the company's own)
consent             what a person publishes, and the name that follows
contacts            phone numbers, e-mail and web addresses, photos
fields              the company's own columns: what a cell of each type must be, and how it is written as text
formats/            files that a roster may be: one reader for each
parallel            the rows of a large roster parsed by several processes
parse               a raw row as a person, or as its faults
phones              phone numbers: kept in E.164 form, shown in international format
photo_column        find out which files of the content folder are photos of people on the roster, whether they publish them or not
prose               the same, fast, where there is hardly any Markdown in it
read                the whole roster as a stream
row_warnings        what is odd about rows that are read all the same
rows                what every kind of roster file gives
spreadsheet_values  what spreadsheets and databases write instead of a value, and rows that are no people
stories             what a few people write in a file of their own
"""

from replisite.roster.changed_rows import BLOCK_ROWS, Block, Changed, Difference, changed, cut, untouched
from replisite.roster.columns import RosterColumns
from replisite.roster.formats.by_name import open_roster
from replisite.roster.read import read_roster, read_stretches
from replisite.roster.row_warnings import RowWarnings
from replisite.roster.rows import BadFile, BadRow, Columns, RawRow, RosterFile

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
