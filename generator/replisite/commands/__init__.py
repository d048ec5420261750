"""The commands, one story a file: the steps of each, in order, and the report that it returns. Nothing is printed here.

build     build all sites: from site.toml, content, theme and roster to a finished output
check     check a site without writing a page
deploy    deploy a finished output to a target
explain   explain how pages were staged
new       start a new site from the starter
preview   preview a site while it is written
rollback  roll a target back to an earlier release
roster    check the roster and count the people on it
"""
