"""From a finished output to what is live, for any host.

apply          make a target equal to a finished output: plan, ask, apply, verify
bundle         a finished output as live files: each with its headers, packed as the host wants it
journal        what a deploy has done, in a file of its own
limits         what the host takes, held against what there is
live_list      the list of what is live, as it lies beside the sites
lock           hold a host's turn, so that two deploys never change the same sites at once
plan           what must be put and what deleted, and why, in the order in which nothing breaks
reports        the options and the reports of a deploy and of a rollback
restore        restore what was live before, at once or file by file
scan           what is really there, where nobody trusts the list
scope          which files a deploy is about
server_config  headers and redirects, in the form that the target takes
session        what one run of a command on a target works with
targets        the targets of site.toml: by name, and the folder of each one's state
transfer       puts and deletes: many at a time, tried again where that may help
verify         what is live, looked at
"""
