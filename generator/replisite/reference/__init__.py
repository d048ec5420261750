"""The reference in docs/, made from the models that read site.toml, front matter and roster.

pages   the pages of the reference: the path of each in docs/, and its text
tables  one model as a Markdown table, as a page, or as JSON Schema
"""
