"""Headers and redirects in the forms in which servers and hosts take them. Each form is a pure function.

sites.py       what every form is made from
nginx.py       two files to include: one in the http context, one in a server block
caddy.py       a snippet to import into a site block
firebase.py    firebase.json
netlify.py     _headers and _redirects as Netlify reads them
cloudflare.py  the same, as Cloudflare's Workers and Pages read them
moved_page.py  a page in the place of a site that is elsewhere, where nobody can be told of redirects

A value from site.toml or the roster is written so that it cannot end what it stands in, or is refused.
"""

from replisite.hosts.forms.caddy import caddy_files
from replisite.hosts.forms.cloudflare import cloudflare_files
from replisite.hosts.forms.firebase import firebase_files
from replisite.hosts.forms.moved_page import moved_page
from replisite.hosts.forms.netlify import netlify_files
from replisite.hosts.forms.nginx import nginx_files
from replisite.hosts.forms.sites import Rules, Sites

__all__ = [
    "Rules",
    "Sites",
    "caddy_files",
    "cloudflare_files",
    "firebase_files",
    "moved_page",
    "netlify_files",
    "nginx_files",
]
