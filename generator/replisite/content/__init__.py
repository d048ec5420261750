"""What the company writes, without Pelican.

asked_files         the addresses in a text, and the files that they ask for
catalog             what one edition shows
documents           one file as its front matter and the text below it
folder_walk         the links and unread texts of a content folder, and the files that nothing asks for
front_matter        what authors write at the top of a Markdown file, one model per kind of content
front_matter_lines  at which line of the front matter a value stands
html_regions        which parts of HTML are code
ignored_names       names that editors, systems and version control leave in a folder
installed_plugins   the plugins that a site has
kinds               our kinds of content, and content/front_matter.py: what their authors write
marks               the owner's values in content
near_names          which file somebody may have meant by a name that no file has
placeholder_syntax  which braces in a text are placeholders
public_files        which files may be public, and which never are
publication         what of a site may be public
readable_files      which file of the content folder is read, and what to do about the others
roster_copies       what a copy of the roster begins with
swallowed_text      text that Markdown takes for something else and shows nowhere
yaml_text           YAML in which every value is the text that was written
"""
