"""The commands, one story a file: what each does, in order, and what it gives back. Nothing is printed here.

build     build all sites: from site.toml, content, theme and roster to a finished output
check     look everything over and write no page
deploy    deploy a finished output: plan, ask, apply, verify, record
explain   explain how pages were staged
new       start a new site from the starter
rollback  make live again what was live before
"""
