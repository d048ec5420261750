"""Live preview: any owner's site, pressed when it is asked for, and anew when a file is saved.

visits.py     whose site an address means, and how it is shown
cases.py      owners who are hard on a theme
head_start.py the composer, before the command line is read
start.py      what is done while the server is still being imported
config.py     what site.toml says
messages.py   what the processes say to each other
composing.py  what happens in the process that keeps Pelican warm; composer.py is the other side of the pipe
deadline.py   what takes too long in that process, and is broken off
taking.py     what happens in the process that reads the roster; intake.py is the other side of the pipe
people.py     who is on the roster: found by alias, searched by name
watcher.py    which files changed
changes.py    what that means
desk.py       what is shown to whom just now, and what changes on the screens
personal.py   marks what is personal in a page
frames.py     the lines around a fault
local.py      addresses of the live sites, led to the preview's
server.py     HTTP: pages, files, events
client/       the browser's side
serve.py      the command's story
"""
