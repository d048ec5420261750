"""Pages as plates, ready to be pressed: all that a press needs, and nothing of what made them.

explanation   say of each page what is the same for everybody, what depends on the owner, and why it is no smaller
finish        links to files that exist once, and shared_files.py: which those are
functions     links, money and dates in templates
leftovers     find in a finished text what must never reach a visitor
link_check    addresses that lead to no file, and linked_data.py: those in JSON-LD
linked_data   find in a block of JSON-LD (https://www.w3.org/TR/json-ld11/) the texts that are addresses by schema.org's keys
page          a page, and what one run of a content source gave
shared_files  the files that exist once, on the corporate site, for the pages of all sites
site_files    know which files an owner's site has and which exist once, and lead an address on a page to the right ones
"""

from replisite.pages.page import Composition, Page

__all__ = ["Composition", "Page"]
