"""The company's content, read and judged without Pelican.

Kinds of content, and what an edition shows of them:

front_matter        the keys that authors write at the top of a file, one model per kind: add a key for products here
kinds               the table of kinds, with the addresses of their pages: a new kind is one entry
item                an item of content, and what is declared of each kind
relations           how items are joined: a line with its products, a lesson with its neighbours
references          which references between items lead nowhere
catalog             what one edition shows of all items

One file as text:

documents           a file as its front matter and the text below it
front_matter_lines  the line of a value in the front matter
yaml_text           YAML in which every value is the text that was written
swallowed_text      text that Markdown takes for something else and shows nowhere
html_regions        which parts of HTML are code

``{{ }}`` in a text (pelican/placeholders.py fills it in):

placeholder_syntax  which braces in a text are placeholders
marks               the marks that stand for the owner's values in content until a page is staged

Which files are read, and which are public:

readable_files      which files of the content folder are read, and what to do about the others
public_files        which files may be public, and which never are
publication         the rules of `public_files` for one site
text_addresses      the addresses in a text, and the files that they mean
folder_walk         a walk through the content folder: symbolic links, unread texts and files that no page asks for
roster_copies       how a copy of the roster is recognised by its first bytes
ignored_names       the names that editors, systems and version control leave in a folder
near_names          the file that a misspelt name most likely means
installed_plugins   the Pelican plugins that a site uses
"""
