"""What the company writes, without Pelican.

ignored_names    names that editors, systems and version control leave in a folder
readable_files   which file of the content folder is read, and what to do about the others
documents        one file as its front matter and the text below it
yaml_text        YAML in which every value is the text that was written
swallowed_text   text that Markdown takes for something else and shows nowhere
near_names       which file somebody may have meant by a name that no file has
public_files     which files may be public, and which never are
roster_copies    what a copy of the roster begins with
asked_files      the addresses in a text, and the files that they ask for
folder_walk      the links and unread texts of a content folder, and the files that nothing asks for
front_matter_lines  at which line of the front matter a value stands
html_regions     which parts of HTML are code
placeholder_syntax  which braces in a text are placeholders
"""
