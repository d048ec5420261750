"""What the company writes, without Pelican.

ignored_names   names that editors, systems and version control leave in a folder
public_files    which files may be public, and which never are
roster_copies   what a copy of the roster begins with
asked_files     the addresses in a text, and the files that they ask for
folder_walk     the links and unread texts of a content folder, and the files that nothing asks for
"""
