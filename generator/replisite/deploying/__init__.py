"""From a finished output to what is live, for any host.

forms.py       headers and redirects, in the form that the target takes
bundle.py      a finished output as live files: each with its headers, packed as the host wants it
live_list.py   the list of what is live, as it lies beside the sites
plan.py        what must be put and what deleted, and why, in the order in which nothing breaks
resume.py      what an earlier try did before it was cut short
refresh.py     what is really there, where nobody trusts the list
sending.py     puts and deletes: many at a time, tried again where that may help
preflight.py   what the host takes, held against what there is
verify.py      what is live, looked at
"""
