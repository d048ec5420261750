"""A deploy: from a finished output to the live files of any host, and back.

apply           make a target equal to a finished output: plan, ask, apply, verify
bundle          a finished output as live files: with headers, packed as the host needs them
journal         the journal of a deploy: what it has changed so far
journal_schema  the tables of a journal, and their conversion from earlier versions
limits          the limits of a host, compared with a bundle
live_list       the list of live files, as it lies beside the sites
lock            the lock of a host, held so that two deploys never change the same sites at once
plan            the plan of a deploy: its steps, stored by wave, and their numbers
reports         the options and the reports of a deploy and of a rollback
restore         restore what was live before, at once or file by file
scan            the scan of a host: its files, compared with what was built
scope           the scope of a deploy: all files, or some owners' sites
server_config   the headers and redirects of a build, in the format of its target
session         one command's session on a target
states          the state of a path on a host
steps           the steps of a deploy: each puts or deletes one file, for a reason, in a wave
targets         the targets of site.toml: by name, and the folder of each one's state
transfer        the transfer of a plan: many files at a time, retried where that can help
verify          the check after a deploy: some files, fetched as a visitor gets them
"""
