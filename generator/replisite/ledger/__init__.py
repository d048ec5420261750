"""The roster as it was read, in SQLite: checked as a whole, and streamed in the order of aliases.

    ledger.py   the file: what is in it, and for which roster
    intake.py   from a stream of people to tables, in one transaction
    arrivals.py each of them with names that nobody else has
    entries.py  a person as the values of a row
    amend.py    people of a stretch of the roster, in the place of those who stood there
    redraw.py   the lines of whoever that concerns
    lines.py    who stands above whom: cycles, and the nearest upline with a site
    readout.py  from tables to distributors
    photos.py   which photos are published, and what was made of each
    moved.py    from tables to redirects
    journal.py  what a deploy has done, in a file of its own
    names.py    find people by the beginnings of their names, in a file of its own
    sampling.py a few distributors that differ from one another as much as they can

A ledger can always be made again from the roster, so nobody repairs one.
"""

from replisite.ledger.amend import Part
from replisite.ledger.intake import Counts
from replisite.ledger.journal import Journal
from replisite.ledger.ledger import Ledger
from replisite.ledger.names import Named, NameIndex
from replisite.ledger.photos import PhotoOwner
from replisite.ledger.readout import Shard

__all__ = ["Counts", "Journal", "Ledger", "NameIndex", "Named", "Part", "PhotoOwner", "Shard"]
