"""Stage two: the slots of a plate, filled in for each record.

code                the code of a slot: Python made by Jinja's compiler from a piece of a template
environment_pickle  what of an environment travels to another process; staging/analysis/source_text.py: slots as a person would write them
press               turn plates and one record into pages
slots               the slots of a plate
"""
