"""Live preview: any owner's site, pressed when it is asked for, and anew when a file is saved.

addresses        whose site a request is for, and how it is shown
changes          what that means
code_frames      the lines around a fault
config           what site.toml says
content_process  the process that keeps Pelican warm, as the others see it
content_worker   the process that keeps Pelican warm, inside
edge_cases       owners who are hard on a theme
error_pages      the preview's own pages, where there is no page of the site to show
fault_json       faults as the browser gets them
head_start       the composer, before the command line is read
local_links      addresses of the live sites, led to the preview's
messages         what the processes say to each other
options          the options of a preview
owners           who is on the roster: found by alias, searched by name
personal_marks   marks what is personal in a page
responses        the answer to a request for a page
roster_process   the process that reads the roster, as the others see it
roster_worker    the process that reads the roster, inside
routing          from an address to what stands there: a page, a file, or nothing
serve            the command's story
server           HTTP: pages, files, events
session          what is shown to whom just now, and what changes on the screens
tabs             open screens, and the server-sent events that they get
timeouts         what takes too long is broken off
watch_list       which folders are watched for some folders and files
watcher          which files changed
"""
