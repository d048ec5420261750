"""The roster as it was read, in SQLite: checked as a whole, and streamed in the order of aliases.

amend     people of a stretch of the roster, in the place of those who stood there
arrivals  each of them with names that nobody else has
entries   a person as the values of a row
intake    from a stream of people to tables, in one transaction
journal   what a deploy has done, in a file of its own
ledger    the file: what is in it, and for which roster
lines     who stands above whom: cycles, and the nearest upline with a site
moved     from tables to redirects
names     find people by the beginnings of their names, in a file of its own
photos    which photos are published, and what was made of each
readout   from tables to distributors
redraw    the lines of whoever that concerns
sampling  a few distributors that differ from one another as much as they can
tables    the tables of a ledger
"""

from replisite.ledger.amend import Part
from replisite.ledger.intake import Counts
from replisite.ledger.journal import Journal
from replisite.ledger.ledger import Ledger
from replisite.ledger.names import Named, NameIndex
from replisite.ledger.photos import PhotoOwner
from replisite.ledger.readout import Shard

__all__ = ["Counts", "Journal", "Ledger", "NameIndex", "Named", "Part", "PhotoOwner", "Shard"]
