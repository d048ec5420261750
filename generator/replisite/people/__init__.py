"""The roster as it was read, in SQLite: checked as a whole, and streamed in the order of aliases.

import_roster   the whole roster, or what has changed of it, into the database
database        the file: what is in it, and for which roster
tables          the tables of a ledger
insert          from a stream of people to tables, in one transaction
unique_names    each of them with names that nobody else has
rows            a person as the values of a row
update          people of a stretch of the roster, in the place of those who stood there
update_uplines  the uplines of all whom a change concerns
uplines         who stands above whom: cycles, and the nearest upline with a site
queries         from tables to distributors
missing_photos  which of the roster's photos are not in the content folder, or are on other hosts
photos          which photos are published, and what was made of each
redirects       from tables to redirects
sample          a few distributors that differ from one another as much as they can
search          find people by the beginnings of their names, in a file of its own

The database can always be made again from the roster, so nothing repairs one.
"""

from replisite.people.database import PeopleDatabase
from replisite.people.insert import Counts
from replisite.people.photos import PhotoOwner
from replisite.people.queries import Shard
from replisite.people.search import Named, NameIndex
from replisite.people.update import RosterPart

__all__ = ["Counts", "NameIndex", "Named", "PeopleDatabase", "PhotoOwner", "RosterPart", "Shard"]
