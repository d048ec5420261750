"""A folder on this machine that a web server serves.

host         a folder on this machine that a web server serves
local_state  what this machine remembers of the releases that it made, for hosts that take whole snapshots and no files of ours
state        whose turn it is in a folder on this machine, and the lists of its releases
"""
