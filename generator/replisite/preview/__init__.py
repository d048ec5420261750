"""Live preview: any owner's site, pressed when it is requested, and again when a file is saved.

addresses        the site that a path leads to, and the view of it
background       tasks beside the requests, whose errors are reported
changes          the steps from files to pages that a change repeats
code_frames      the lines of a file around a fault
config           site.toml as far as it can be read, and its faults
content_process  the process that keeps Pelican loaded, as the session sees it
content_reader   reads the content in that process
content_worker   the process that keeps Pelican loaded, inside
edge_cases       owners whose values are hard on a theme
error_pages      the notices that are shown where there is no page
fault_json       faults as plain values for the browser
head_start       the content process, started before the command line is read
listening        the socket, and the addresses by which it is reached
local_links      addresses of the live sites, led to the preview
messages         the values that the processes exchange
options          the options of a preview
owners           the people on the roster: found by alias, searched by name
personal_marks   marks the personal pieces of a page
reports          the addresses, what changed and what is wrong now, for the terminal
responses        the response to a request for a page
roster_photos    pictures that are photos of people on the roster
roster_process   the process that imports the roster, as the session sees it
roster_reader    imports the roster in that process, in the background
roster_worker    the process that imports the roster, inside
routing          the destination of an address: a page, a file, a redirect, or nothing
serve            the command's story
server           the preview over HTTP: pages, files, events, the toolbar's requests
session          what happens when files change
sources          the files that a preview is made from
state            the site, its pages, its faults: a frozen value that a change replaces
tabs             the open tabs, and the server-sent events that they get
timeouts         the time limit of a process
unexpected       the response to a request that ends with an error or a bug
toolbar_facts    the facts about a page that the toolbar shows
view_switch      from a page to the same page of another owner, edition, reader or edge case
watch_list       the directories that are watched for some folders and files
watcher          which files changed
"""
