"""Pages as plates, ready to be pressed. The preview and the build make and check them here alike.

corporate        the corporate site's own pages and files: those that are made of the list of pages, too
explanation      which parts of a page are the same on all sites, which depend on the owner, and why no fewer do
finish           fill the marks of the content, and lead the addresses of a plate to the right files
functions        links, money and dates in templates
leftovers        texts in a finished page that must never reach a visitor
link_audit       follow the links of pages, and report each that leads nowhere once, where it was written
link_check       the addresses of one page that lead to no file, or to the company's page
link_origins     the file and line where a link was written
linked_data      the texts in JSON-LD that are addresses
page             a page, and all pages that one run of Pelican gives
shared_files     the files that exist once, on the corporate site, for the pages of all sites
site_files       the files of an owner's site and those that exist once, and the address of each from a page
template_errors  an error that a template raises, as a fault at the template's line
"""

from replisite.pages.page import Composition, Page

__all__ = ["Composition", "Page"]
