"""A branch of a git repository.

host        a branch of a git repository
repository  git's own commands over a bare repository, with their errors in plain words
state       our files beside a branch
streams     two processes of git's that live long
"""
