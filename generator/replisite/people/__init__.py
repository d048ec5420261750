"""The people of the roster in SQLite: checked as a whole, and streamed in the order of aliases.

import_roster   import the whole roster, or only the rows that have changed
database        the file of the people database, with all that it answers
old_databases   remove the databases of earlier versions, which hold personal data under another name
tables          the tables of the people database
insert          insert a stream of people, in one transaction
unique_names    number people whose ids and aliases are their own
rows            a person as a row of the people database
update          replace the people of a stretch of the roster
update_uplines  the uplines of all people whom a change concerns
uplines         circles among sponsors, and the nearest upline with a site
queries         from tables to distributors
missing_photos  the roster's photos that are not in the content folder, or are on other hosts
photos          the photos that are published, and the derived files of each
redirects       from tables to redirects
sample          a few distributors who differ as much as possible
search          find people by the beginnings of their names, in a file of its own

The database can always be made again from the roster, so nothing repairs it.
"""

from replisite.people.database import PeopleDatabase
from replisite.people.insert import Counts
from replisite.people.photos import PhotoOwner
from replisite.people.queries import Shard
from replisite.people.search import Named, NameIndex
from replisite.people.update import RosterPart

__all__ = ["Counts", "NameIndex", "Named", "PeopleDatabase", "PhotoOwner", "RosterPart", "Shard"]
