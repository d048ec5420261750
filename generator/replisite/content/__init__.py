"""What the company writes, without Pelican.

html_regions        which parts of HTML are code
ignored_names       names that editors, systems and version control leave in a folder
placeholder_syntax  which braces in a text are placeholders
"""
