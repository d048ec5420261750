"""The reference in docs/, made from the models that read what people write.

pages   the pages of the reference: what each says, and where it stands in docs/
tables  write the reference of what people write, and its JSON Schema, from the models that read it
"""
