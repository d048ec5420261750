"""From a finished output to what is live, for any host.

bundle     a finished output as live files: each with its headers, packed as the host wants it
forms      headers and redirects, in the form that the target takes
journal    what a deploy has done, in a file of its own
live_list  the list of what is live, as it lies beside the sites
plan       what must be put and what deleted, and why, in the order in which nothing breaks
preflight  what the host takes, held against what there is
refresh    what is really there, where nobody trusts the list
run        what one run of a command on a target works with
scope      which files a deploy is about
sending    puts and deletes: many at a time, tried again where that may help
turn       hold a host's turn, so that two deploys never change the same sites at once
verify     what is live, looked at
"""
