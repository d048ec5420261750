"""Files that a roster may be: one reader for each.

by_name     which reader reads which file: roster/formats/csv_file.py, roster/formats/jsonl_file.py
csv_file    read a roster from CSV (RFC 4180, UTF-8), as Excel and others write it
csv_quotes  the quote in a CSV file that swallows rows
jsonl_file  read a roster from JSON Lines: one object a line (jsonlines.org)
"""
