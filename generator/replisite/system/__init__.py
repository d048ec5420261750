"""What the operating system gives, each thing once.

last_words.py   what a process says when it ends unexpectedly
"""
