"""Pages as plates, ready to be pressed: all that a press needs, and nothing of what made them.

page.py       a page, and what one run of a content source gave
functions.py  links, money and dates in templates
marks.py      the owner's values in content
link_check.py addresses that lead to no file, and linked_data.py: those in JSON-LD
finish.py     links to files that exist once, and shared_files.py: which those are
"""

from replisite.pages.page import Composition, Page

__all__ = ["Composition", "Page"]
