"""The edges that read: what people write comes in here and leaves as values of the model.

pelican/  content through Pelican: the only room that imports it
"""
