"""A folder on this machine that a web server serves.

host         the host: releases below a folder
local_state  the lists and the lock of hosts that take whole snapshots, in a folder of this machine
state        the lock of a folder on this machine, and the lists of its releases
"""
