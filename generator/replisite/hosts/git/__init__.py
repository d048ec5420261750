"""A branch of a git repository.

host        the host: one commit for each release
repository  git's own commands on a bare repository, with their errors in plain words
state       the list and the lock of a branch, in refs of their own
streams     two long-lived git processes: one makes a commit, one reads objects
"""
