"""Headers and redirects in the forms in which web servers and hosts take them. Each form is a pure function.

rules          what every form is made from
caddy          a snippet to import into a site block
cloudflare     the same, as Cloudflare's Workers and Pages read them
firebase       firebase.json
netlify        for Netlify
nginx          two files to include: one in the http context, one in a server block
redirect_page  a page in the place of a site that is elsewhere, where nobody can be told of redirects

A value from site.toml or the roster is written so that it cannot end what it stands in, or is refused.
"""

from replisite.servers.caddy import caddy_files
from replisite.servers.cloudflare import cloudflare_files
from replisite.servers.firebase import firebase_files
from replisite.servers.netlify import netlify_files
from replisite.servers.nginx import nginx_files
from replisite.servers.redirect_page import page_for_redirect
from replisite.servers.rules import ServerFiles, Sites

__all__ = [
    "ServerFiles",
    "Sites",
    "caddy_files",
    "cloudflare_files",
    "firebase_files",
    "netlify_files",
    "nginx_files",
    "page_for_redirect",
]
