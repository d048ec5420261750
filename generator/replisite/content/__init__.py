"""What the company writes, without Pelican.

ignored_names   names that editors, systems and version control leave in a folder
"""
