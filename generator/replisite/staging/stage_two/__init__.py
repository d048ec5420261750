"""Stage two: the slots of a plate, filled in for each record.

code                the code of a slot: Python made by Jinja's compiler from a piece of a template
environment_pickle  what a slot's code needs of a Jinja environment, in a form that travels to another process
press               turn plates and one record into pages
slots               the slots of a plate
"""
