"""Headers and redirects in the formats of web servers and hosts. Each format is a pure function from `Sites`.

rules          the sites that a server must know, and the files that a format makes
caddy          a snippet to import into a site block
cloudflare     ``_headers`` and ``_redirects`` for Cloudflare's Workers and Pages
firebase       firebase.json
netlify        ``_headers`` and ``_redirects`` for Netlify
nginx          two files to include: one in the http context, one in a server block
redirect_page  a page instead of a site that has moved, for hosts that take no redirects

A value from site.toml or the roster is quoted so that it cannot end the string that holds it, or is refused.
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
